#include "experiments/config/yaml_difference.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "experiments/config/yaml_writer.hpp"

namespace faasconf::experiments::config {
namespace {

constexpr std::size_t kLongest = 60;       // of a value, in characters
constexpr std::size_t kMostDescribed = 6;  // differences

std::string on_one_line(const YamlNode* node) {
  if (node == nullptr) return "nothing";
  const std::string text = yaml_on_one_line(*node);
  return text.size() <= kLongest ? text : text.substr(0, kLongest - 3) + "...";
}

class Comparison {
 public:
  std::vector<YamlDifference> found;

  void compare(const std::string& path, const YamlNode* before, const YamlNode* after) {
    if (before == nullptr || after == nullptr || before->kind != after->kind) return note(path, before, after);
    if (before->kind == YamlNode::Kind::map) return compare_maps(path, *before, *after);
    if (before->items.size() != after->items.size() || before->scalar != after->scalar)
      note(path, before, after);
    else
      for (std::size_t i = 0; i < before->items.size(); ++i) {
        compare(path + "." + std::to_string(i), &before->items[i], &after->items[i]);
      }
  }

 private:
  void note(const std::string& path, const YamlNode* before, const YamlNode* after) {
    found.push_back({path, on_one_line(before), on_one_line(after)});
  }

  void compare_maps(const std::string& path, const YamlNode& before, const YamlNode& after) {
    const std::string stem = path.empty() ? "" : path + ".";
    for (const YamlNode::Entry& entry : before.entries) compare(stem + entry.key, &entry.value, after.find(entry.key));
    for (const YamlNode::Entry& entry : after.entries) {
      if (before.find(entry.key) == nullptr) compare(stem + entry.key, nullptr, &entry.value);
    }
  }
};

}  // namespace

std::vector<YamlDifference> differences(const YamlNode& before, const YamlNode& after) {
  Comparison comparison;
  comparison.compare("", &before, &after);
  return std::move(comparison.found);
}

std::string describe(const std::vector<YamlDifference>& all) {
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kMostDescribed); ++i) {
    text += (i == 0 ? "" : "; ") + all[i].path + ": " + all[i].before + ", now " + all[i].after;
  }
  if (all.size() > kMostDescribed) text += "; and " + std::to_string(all.size() - kMostDescribed) + " more";
  return text;
}

}  // namespace faasconf::experiments::config
