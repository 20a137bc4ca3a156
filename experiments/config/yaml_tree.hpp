#pragma once
// A YAML text as a tree of values that know where they were written. Less than YAML, on purpose: anchors, aliases, tags
// and repeated keys are errors, and so is nesting that could exhaust the stack.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faasconf::experiments::config {

// Where a value was written: a line of a file, or an override.
struct Place {
  std::shared_ptr<const std::string> source;  // shared, since one tree may hold values of several files
  int line = 0;                               // from 1; 0: the source has no lines

  std::string text() const;  // "parallel.yaml:12"
};

struct YamlNode {
  enum class Kind { nothing, scalar, list, map };
  struct Entry;

  Kind kind = Kind::nothing;
  Place place;
  std::string scalar;
  std::vector<YamlNode> items;  // of a list
  std::vector<Entry> entries;   // of a map, in the order of the file

  const YamlNode* find(std::string_view key) const;  // none: no map, or no such key
  YamlNode* find(std::string_view key);
};

struct YamlNode::Entry {
  std::string key;
  Place place;
  YamlNode value;
};

// The one document of a text. Throws sim::Error; `source` names the text in messages.
YamlNode parse_yaml(const std::string& text, const std::string& source);

// The same of a file that faasconf may have written: without the key `record`, which says where it comes from and sets
// nothing.
YamlNode parse_yaml_file(const std::string& text, const std::string& source);

// The same for a text without lines of its own, such as the value of an override. An empty one is `nothing`.
YamlNode parse_yaml_value(const std::string& text, const std::string& source);

}  // namespace faasconf::experiments::config
