#pragma once
// "workload.closed_loop.users=20" sets an entry of a YAML tree before it is read; "--promise=strict" does so for an
// option that stands for the entry of its name, and messages name the option.

#include <span>
#include <string>
#include <vector>

#include "experiments/config/yaml_tree.hpp"

namespace faasconf::experiments::config {

struct Override {
  std::vector<std::string> keys;  // the path, at least one
  YamlNode value;                 // what stands behind the first "=", read as YAML
};

// Throws sim::Error, naming the override.
Override parse_override(const std::string& text);

// The same of keys with dots between them, and a value that was read elsewhere. Throws sim::Error, naming its place.
Override make_override(const std::string& keys, YamlNode value);

// Sets the value below a map or list; maps that are missing on the way are made, positions in lists are not. An empty
// value removes the entry. `keys`: of the override, or its end when `root` is not the file's.
void apply_override(YamlNode& root, std::span<const std::string> keys, const Override& change);

}  // namespace faasconf::experiments::config
