#include "experiments/cli/key_schema.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_tree.hpp"

namespace faasconf::experiments::cli {
namespace {

using config::YamlNode;
using nlohmann::json;

// Not a number where it is none.
double number_of(const std::string& text) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  return status == std::errc() && end == text.data() + text.size() ? number : std::nan("");
}

// As much of JSON schema as ours has; a scalar is whatever YAML could take it for.
class Schema {
 public:
  explicit Schema(json root) : root_(std::move(root)) {}

  bool fits(const YamlNode& node) const { return fits(node, root_); }

 private:
  bool fits(const YamlNode& node, const json& schema) const {
    if (schema.contains("$ref")) {
      const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
      if (!fits(node, root_["$defs"].at(name))) return false;
    }
    if (schema.contains("if")) return fits(node, fits(node, schema["if"]) ? schema["then"] : schema["else"]);
    const auto fits_it = [&](const json& one) { return fits(node, one); };
    if (schema.contains("anyOf") && std::ranges::none_of(schema["anyOf"], fits_it)) return false;
    return fits_type(node, schema) && fits_scalar(node, schema) && fits_map(node, schema) && fits_list(node, schema);
  }

  static bool is_type(const YamlNode& node, const std::string& type) {
    const bool scalar = node.kind == YamlNode::Kind::scalar;
    const double number = scalar ? number_of(node.scalar) : std::nan("");
    if (type == "object") return node.kind == YamlNode::Kind::map;
    if (type == "array") return node.kind == YamlNode::Kind::list;
    if (type == "boolean") return scalar && (node.scalar == "true" || node.scalar == "false");
    if (type == "number") return !std::isnan(number);
    if (type == "integer") return number == std::floor(number);
    return scalar;
  }

  static bool fits_type(const YamlNode& node, const json& schema) {
    if (!schema.contains("type")) return true;
    if (schema["type"].is_string()) return is_type(node, schema["type"]);
    return std::ranges::any_of(schema["type"], [&](const json& type) { return is_type(node, type); });
  }

  static bool fits_scalar(const YamlNode& node, const json& schema) {
    if (schema.contains("enum")) {
      const bool is_one = std::ranges::count(schema["enum"], json(node.scalar)) > 0;
      if (node.kind != YamlNode::Kind::scalar || !is_one) return false;
    }
    // patterns are of the kind that POSIX reads as JSON Schema does
    if (schema.contains("pattern") &&
        !testing::Value(node.scalar, testing::ContainsRegex(schema["pattern"].get<std::string>()))) {
      return false;
    }
    const double number = number_of(node.scalar);
    return !(number < schema.value("minimum", -HUGE_VAL) || number > schema.value("maximum", HUGE_VAL) ||
             number <= schema.value("exclusiveMinimum", -HUGE_VAL));
  }

  bool fits_map(const YamlNode& node, const json& schema) const {
    for (const json& key : schema.value("required", json::array())) {
      if (node.find(key.get<std::string>()) == nullptr) return false;
    }
    const json properties = schema.value("properties", json::object());
    const json others = schema.value("additionalProperties", json(true));
    return std::ranges::all_of(node.entries, [&](const YamlNode::Entry& entry) {
      if (properties.contains(entry.key)) return fits(entry.value, properties[entry.key]);
      return others.is_boolean() ? others.get<bool>() : fits(entry.value, others);
    });
  }

  bool fits_list(const YamlNode& node, const json& schema) const {
    if (!schema.contains("items")) return true;
    return std::ranges::all_of(node.items, [&](const YamlNode& item) { return fits(item, schema["items"]); });
  }

  json root_;
};

bool fits(const std::string& text) {
  static const Schema schema(json::parse(keys_schema()));
  return schema.fits(config::parse_yaml(text, "f.yaml"));
}

TEST(KeysSchema, IsTheCommittedOne) {
  EXPECT_TRUE(keys_schema() == config::read_text_file("docs/reference/faasconf.schema.json"))
      << "faasconf keys --schema > docs/reference/faasconf.schema.json renews it";
}

TEST(KeysSchema, AcceptsEveryFileThatShips) {
  for (const auto& file : std::filesystem::recursive_directory_iterator("experiments/configs")) {
    if (file.path().extension() != ".yaml") continue;
    EXPECT_TRUE(fits(config::read_text_file(file.path().string()))) << file.path();
  }
}

TEST(KeysSchema, AcceptsConfigurationsPromisesAndTables) {
  EXPECT_TRUE(fits("default: {cpu: 500m, memory: 1Gi, replicas: 2, concurrency: unlimited}"));
  EXPECT_TRUE(fits("latency: {p95: 2s}\nserved_share: 99%"));
  EXPECT_TRUE(fits("table: [{users: 10, configuration: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}}]"));
}

TEST(KeysSchema, RefusesMisspeltKeysWrongWordsAndBareDurations) {
  const std::string with = "workflow: parallel\n";
  EXPECT_TRUE(fits(with + "instances: kept"));
  EXPECT_FALSE(fits(with + "instence: kept"));
  EXPECT_FALSE(fits(with + "instances: keep"));
  EXPECT_FALSE(fits(with + "duration: 30"));
  EXPECT_FALSE(fits(with + "replications: 0"));
  EXPECT_FALSE(fits("name: w\nfunctions: {f: {serail: 1s}}\nentry: f"));
  EXPECT_FALSE(fits("name: w\nfunctions: {f: {}}")) << "entry is required";
}

}  // namespace
}  // namespace faasconf::experiments::cli
