#pragma once
// The documents of a platform's file, and what they say in a platform's spelling.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/yaml_reader.hpp"
#include "experiments/manifests/manifests.hpp"

namespace faasconf::experiments::manifests {

// Parted by lines of "---"; empty ones are left out, a Kubernetes List gives its items. Variables that have a default
// (${TAG:-latest}) are replaced by it. Throws sim::Error as parse_yaml.
std::vector<config::YamlNode> read_documents(const std::string& text, const std::string& source);

// The value at a path such as {"spec", "template"}; absent where any key is missing or has no value.
std::optional<config::YamlValue> look_up(const config::YamlValue& value, const std::vector<std::string>& path);

// `limits` and `requests` of a container, as Kubernetes spells quantities: memory may be plain bytes.
void read_resources(const config::YamlValue& resources, DeployedFunction& function);

int read_concurrency(const config::YamlValue& value);  // 0 or more

// A number of replicas at a path, absent where it is.
std::optional<int> read_replicas(const config::YamlValue& value, const std::vector<std::string>& path,
                                 std::int64_t least = 0);

}  // namespace faasconf::experiments::manifests
