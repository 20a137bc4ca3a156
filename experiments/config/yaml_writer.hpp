#pragma once
// YAML trees made and written: what yaml_tree reads back as the same tree.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/config/yaml_tree.hpp"

namespace faasconf::experiments::config {

std::string yaml_in_quotes(std::string_view text);  // with what YAML would read otherwise escaped

YamlNode yaml_scalar(std::string text);
YamlNode yaml_list(std::vector<YamlNode> items);
YamlNode yaml_map(std::vector<std::pair<std::string, YamlNode>> entries);

std::string yaml_on_one_line(const YamlNode& node);  // "[10, {a: 1}]"

// Maps and lists of scalars on one line where they fit, all else in blocks. Comments, by the path of a scalar such as
// "functions.rgb.serial", stand behind their value.
std::string write_yaml(const YamlNode& root, const std::map<std::string, std::string>& comments = {});

}  // namespace faasconf::experiments::config
