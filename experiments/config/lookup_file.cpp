#include "experiments/config/lookup_file.hpp"

#include <utility>
#include <vector>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/distribution_text.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

double read_load(const YamlMap& entry, bool by_rate) {
  if (by_rate) return read_rate(entry.require("rate"), 0);
  return static_cast<double>(read_count(entry.require("users"), 0, static_cast<std::int64_t>(kMostUsers)));
}

}  // namespace

sim::LookupTable parse_lookup(const std::string& text, const std::string& path, const sim::WorkflowSpec& workflow) {
  const YamlNode tree = parse_yaml_file(text, path);
  const YamlMap top({tree, ""}, section("policy table"));
  const YamlValue list = top.require("table");
  const std::vector<YamlValue> items = list.items("a list of entries with users or rate, and configuration");
  const bool by_rate = !items.empty() && items.front().is_map() && items.front().node().find("rate") != nullptr;
  std::vector<sim::LookupEntry> entries;
  for (const YamlValue& item : items) {
    const YamlMap entry(item, section("table entry"), {by_rate ? "rate" : "users", "configuration"});
    entries.push_back({.load = read_load(entry, by_rate),
                       .configuration = read_configuration_value(entry.require("configuration"), workflow)});
  }
  try {
    return sim::LookupTable(std::move(entries), by_rate ? sim::LoadUnit::requests_per_s : sim::LoadUnit::users);
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
    const std::string load = format_number(entry.load);
    out += (table.unit() == sim::LoadUnit::users ? "  - users: " + load : "  - rate: " + load + "/s") +
           "\n    configuration:\n" + configuration_to_yaml(entry.configuration, workflow, 6);
  }
  return out;
}

}  // namespace faasconf::experiments::config
