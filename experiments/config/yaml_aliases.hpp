#pragma once
// YAML as platforms write it: with anchors and aliases, which files of our own have not.

#include <cstddef>
#include <string>

#include "experiments/config/yaml_tree.hpp"

namespace faasconf::experiments::config {

// No text may grow beyond this many values by aliases.
inline constexpr std::size_t kMostAliasedValues = 100'000;

// As parse_yaml(); what an alias stands for is put in its place, and "<<" merges maps into the one that it stands in,
// whose own keys count.
YamlNode parse_yaml_with_aliases(const std::string& text, const std::string& source);

}  // namespace faasconf::experiments::config
