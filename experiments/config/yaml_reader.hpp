#pragma once
// Typed views on the values of a YAML tree: each reader gives what it is named after, or throws sim::Error with file,
// line, path, what was expected and what came.

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/config/keys/key.hpp"
#include "experiments/config/yaml_tree.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::config {

// A value and its path in the file, such as "functions.rgb.serial". Borrows the tree.
class YamlValue {
 public:
  YamlValue(const YamlNode& node, std::string path) : node_(&node), path_(std::move(path)) {}

  const YamlNode& node() const { return *node_; }
  const std::string& path() const { return path_; }
  bool is_scalar() const { return node_->kind == YamlNode::Kind::scalar; }
  bool is_list() const { return node_->kind == YamlNode::Kind::list; }
  bool is_map() const { return node_->kind == YamlNode::Kind::map; }

  const std::string& text(std::string_view expected) const;       // of a scalar
  std::vector<YamlValue> items(std::string_view expected) const;  // of a list
  YamlValue child(const YamlNode::Entry& entry) const;            // of a map

  [[noreturn]] void fail(const std::string& message) const;   // "file:line: path: message"
  [[noreturn]] void refuse(std::string_view expected) const;  // "... expected ..., got ..."

 private:
  const YamlNode* node_;
  std::string path_;
};

// A map whose keys are known: any other is an error from the start.
class YamlMap {
 public:
  YamlMap(YamlValue value, std::vector<std::string_view> keys);
  YamlMap(YamlValue value, const Section& section);                                      // all of its keys
  YamlMap(YamlValue value, const Section& section, std::vector<std::string_view> some);  // those that go together

  std::optional<YamlValue> get(std::string_view key) const;  // absent when the map has no such key
  YamlValue require(std::string_view key) const;
  const YamlValue& value() const { return value_; }

 private:
  YamlValue value_;
  std::vector<std::string_view> keys_;
};

// The candidate closest to a misspelt word, if one is close.
std::optional<std::string> nearest(std::string_view written, const std::vector<std::string_view>& candidates);
std::string join(const std::vector<std::string_view>& words);  // "a, b, c"
std::string shown(std::string_view text);                      // in quotes, on one line, cut when long
std::string meant(std::string_view written, const std::vector<std::string_view>& candidates);  // ", did you mean ..."

// The least number above 0, for ranges that leave out 0.
inline constexpr double kAboveZero = std::numeric_limits<double>::denorm_min();

double read_number(const YamlValue& value, double least, double most, std::string_view expected);
double read_number(const YamlValue& value);       // >= 0
double read_probability(const YamlValue& value);  // 0 .. 1, or "5%"

// A share, or a percentage with its sign. Without the sign it may be lower bounded from above, where a larger number is
// more likely a percentage of which the sign is missing.
struct ShareBounds {
  double least = 0;
  double most = 1;
  double most_bare = 1;
};
double read_share(const YamlValue& value, const ShareBounds& bounds, std::string_view expected);
std::int64_t read_count(const YamlValue& value, std::int64_t least, std::int64_t most);
std::uint64_t read_seed(const YamlValue& value);
bool read_flag(const YamlValue& value);
std::string read_label(const YamlValue& value);  // a text of one line, to be shown
std::string read_name(const YamlValue& value);   // letters, digits, - and _, so that dots part a path
bool is_name(std::string_view text);
sim::Millicores read_cpu(const YamlValue& value);
sim::Mebibytes read_memory(const YamlValue& value);
sim::Duration read_duration(const YamlValue& value);
sim::Duration read_positive_duration(const YamlValue& value);
double read_rate(const YamlValue& value, double least = kAboveZero);  // per second; "5/s", "300/m", "1000/h", "7/d"
std::optional<double> parse_rate(std::string_view text);              // the same; absent: it is no rate

// What a parser of sim/core makes of a scalar; instead of its complaint, one with the place.
template <class Parse>
auto parse_with(const YamlValue& value, std::string_view expected, Parse parse) {
  try {
    return parse(value.text(expected));
  } catch (const sim::Error&) {
    value.refuse(expected);
  }
}

// One of a set of words.
template <class T, class Words = std::initializer_list<std::pair<std::string_view, T>>>
T read_word(const YamlValue& value, const Words& words) {
  std::vector<std::string_view> names;
  for (const auto& [name, meaning] : words) {
    if (value.is_scalar() && value.node().scalar == name) return meaning;
    names.push_back(name);
  }
  value.refuse("one of " + join(names));
}

}  // namespace faasconf::experiments::config
