#include "experiments/config/lookup_file.hpp"

#include <utility>
#include <vector>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::config {

sim::LookupTable parse_lookup(const std::string& text, const std::string& path, const sim::WorkflowSpec& workflow) {
  const YamlNode tree = parse_yaml_file(text, path);
  const YamlMap top({tree, ""}, {"table"});
  const YamlValue list = top.require("table");
  std::vector<sim::LookupEntry> entries;
  for (const YamlValue& item : list.items("a list of entries with users and configuration")) {
    const YamlMap entry(item, {"users", "configuration"});
    entries.push_back(
        {.users = static_cast<int>(read_count(entry.require("users"), 0, static_cast<std::int64_t>(kMostUsers))),
         .configuration = read_configuration_value(entry.require("configuration"), workflow)});
  }
  try {
    return sim::LookupTable(std::move(entries));
  } catch (const sim::Error& error) {
    list.fail(error.what());
  }
}

sim::LookupTable read_lookup(const std::string& path, const sim::WorkflowSpec& workflow) {
  return parse_lookup(read_text_file(path), path, workflow);
}

std::string to_yaml(const sim::LookupTable& table, const sim::WorkflowSpec& workflow) {
  std::string out = "table:\n";
  for (const sim::LookupEntry& entry : table.entries()) {
    out += "  - users: " + std::to_string(entry.users) + "\n    configuration:\n" +
           configuration_to_yaml(entry.configuration, workflow, 6);
  }
  return out;
}

}  // namespace faasconf::experiments::config
