#include "experiments/config/yaml_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "experiments/config/yaml_aliases.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

constexpr std::size_t kMostNesting = 100;

enum class Aliases : std::uint8_t { refused, expanded };

// Length of the UTF-8 sequence at the front (RFC 3629), 0 when it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // overlong forms, surrogates, beyond U+10FFFF
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

std::string hexadecimal(char character) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<std::uint8_t>(character);
  return {'0', 'x', digits[byte >> 4], digits[byte & 0xF]};
}

// Builds the tree from the parser's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const std::string> source, bool has_lines, Aliases aliases)
      : source_(std::move(source)), has_lines_(has_lines), aliases_(aliases) {}

  // yaml-cpp takes some characters for marks of its own (it ends silently at 0x04), so they never reach it.
  void check_text(std::string_view text) const {
    int line = 1;
    for (std::size_t i = 0; i < text.size();) {
      const char character = text[i];
      const std::size_t length = utf8_length(text.substr(i));
      const bool control = static_cast<std::uint8_t>(character) < 0x20 || character == 0x7F;
      if (length == 0 || (control && character != '\n' && character != '\r' && character != '\t')) {
        fail(line, "expected UTF-8 text, got byte " + hexadecimal(character));
      }
      if (character == '\n') ++line;
      i += length;
    }
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_extras(mark, "", anchor);
    if (wants_key()) fail(line_of(mark), "expected a key, got nothing");
    // the parser only notices on a later line that nothing stands behind a key
    const bool has_key = !open_.empty() && open_.back().entry;
    add({.kind = YamlNode::Kind::nothing,
         .place = has_key ? open_.back().entry->place : place(mark),
         .scalar = {},
         .items = {},
         .entries = {}},
        anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (aliases_ == Aliases::refused) fail(line_of(mark), "expected plain values, got a YAML alias");
    if (wants_key()) fail(line_of(mark), "expected a plain key, got a YAML alias");
    const auto known = anchored_.find(anchor);
    if (known == anchored_.end()) fail(line_of(mark), "expected an alias of a value that ends before it");
    const Anchored& value = known->second;
    aliased_values_ += value.size;
    if (aliased_values_ > kMostAliasedValues) {
      fail(line_of(mark), "expected aliases that stand for at most " + std::to_string(kMostAliasedValues) +
                              " values in all, got more");
    }
    if (open_.size() + value.depth > kMostNesting) refuse_nesting(mark);
    add(value.node, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_extras(mark, tag, anchor);
    if (wants_key()) {
      take_key(mark, value);
    } else {
      add({.kind = YamlNode::Kind::scalar, .place = place(mark), .scalar = value, .items = {}, .entries = {}}, anchor);
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

  std::optional<YamlNode> take_tree() { return std::move(root_); }

  [[noreturn]] void fail(int line, const std::string& message) const {
    throw sim::Error(Place{source_, has_lines_ ? line : 0}.text() + ": " + message);
  }
  int line_of(const YAML::Mark& mark) const { return mark.is_null() ? 1 : mark.line + 1; }

 private:
  // A list or map that is not yet closed.
  struct Open {
    YamlNode node;
    std::optional<YamlNode::Entry> entry;  // of a map: its key came, its value did not
    std::map<std::string, int> keys;       // of a map: the line of each
    YAML::anchor_t anchor = 0;             // 0: it has none
  };

  // A value that aliases may stand for.
  struct Anchored {
    YamlNode node;
    std::size_t size = 0;   // values in it, itself included
    std::size_t depth = 0;  // levels of nesting
  };

  Place place(const YAML::Mark& mark) const { return {source_, has_lines_ ? line_of(mark) : 0}; }

  bool wants_key() const {
    return !open_.empty() && open_.back().node.kind == YamlNode::Kind::map && !open_.back().entry;
  }

  void refuse_extras(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0 && aliases_ == Aliases::refused) fail(line_of(mark), "expected plain values, got a YAML anchor");
    // "?" and "!" are the parser's names for a plain and a quoted value
    if (!tag.empty() && tag != "?" && tag != "!") fail(line_of(mark), "expected plain values, got a YAML tag");
  }

  void take_key(const YAML::Mark& mark, const std::string& key) {
    Open& map = open_.back();
    const auto [earlier, is_new] = map.keys.emplace(key, line_of(mark));
    if (!is_new) {
      const std::string where = has_lines_ ? " (first in line " + std::to_string(earlier->second) + ")" : "";
      fail(line_of(mark), path() + "expected each key once, got \"" + key + "\" again" + where);
    }
    map.entry.emplace(YamlNode::Entry{.key = key, .place = place(mark), .value = {}});
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    refuse_extras(mark, tag, anchor);
    if (wants_key()) fail(line_of(mark), "expected a plain key, got a list or a map (is a bracket not closed?)");
    if (open_.size() >= kMostNesting) refuse_nesting(mark);
    open_.emplace_back().node = {.kind = kind, .place = place(mark), .scalar = {}, .items = {}, .entries = {}};
    open_.back().anchor = anchor;
  }

  [[noreturn]] void refuse_nesting(const YAML::Mark& mark) const {
    fail(line_of(mark), "expected at most " + std::to_string(kMostNesting) + " levels of nesting, got more");
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    const YAML::anchor_t anchor = open_.back().anchor;
    open_.pop_back();
    if (aliases_ == Aliases::expanded) merge(node);
    add(std::move(node), anchor);
  }

  // "<<": the entries of a map, or of several, that the map around it has not.
  static void merge(YamlNode& map) {
    const auto merged = std::ranges::find(map.entries, "<<", &YamlNode::Entry::key);
    if (merged == map.entries.end()) return;
    const YamlNode value = std::move(merged->value);
    map.entries.erase(merged);
    const auto take = [&map](const YamlNode& from) {
      for (const YamlNode::Entry& entry : from.entries) {
        if (map.find(entry.key) == nullptr) map.entries.push_back(entry);
      }
    };
    take(value);
    for (const YamlNode& item : value.items) take(item);
  }

  // How many values a tree has, and how deep it is.
  static Anchored measured(YamlNode node) {
    std::size_t size = 1, depth = 0;
    const auto add = [&](const YamlNode& below) {
      const Anchored inner = measured(below);
      size += inner.size;
      depth = std::max(depth, inner.depth + 1);
    };
    for (const YamlNode& item : node.items) add(item);
    for (const YamlNode::Entry& entry : node.entries) add(entry.value);
    return {std::move(node), size, depth};
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != 0) anchored_.insert_or_assign(anchor, measured(node));
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::list) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    parent.entry->value = std::move(node);
    parent.node.entries.push_back(std::move(*parent.entry));
    parent.entry.reset();
  }

  // "functions.rgb: " of the innermost open map
  std::string path() const {
    std::string path;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      if (i > 0) path += '.';
      path += open_[i].entry ? open_[i].entry->key : std::to_string(open_[i].node.items.size());
    }
    return path.empty() ? path : path + ": ";
  }

  std::shared_ptr<const std::string> source_;
  bool has_lines_;
  Aliases aliases_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::size_t aliased_values_ = 0;
  std::vector<Open> open_;
  std::optional<YamlNode> root_;
};

std::optional<YamlNode> parse(const std::string& text, const std::string& source, bool has_lines,
                              Aliases aliases = Aliases::refused) {
  TreeBuilder builder(std::make_shared<const std::string>(source), has_lines, aliases);
  builder.check_text(text);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return std::nullopt;
    std::optional<YamlNode> tree = builder.take_tree();
    if (parser.HandleNextDocument(builder)) {
      const std::optional<YamlNode> second = builder.take_tree();
      throw sim::Error((second ? second->place.text() : source) + ": expected one YAML document, got another");
    }
    return tree;
  } catch (const YAML::Exception& error) {
    builder.fail(builder.line_of(error.mark), "expected YAML, got a syntax error: " + error.msg);
  }
}

YamlNode parse_file(const std::string& text, const std::string& source, Aliases aliases) {
  std::optional<YamlNode> tree = parse(text, source, true, aliases);
  if (!tree) throw sim::Error(source + ":1: expected YAML, got an empty file");
  return std::move(*tree);
}

const YamlNode::Entry* find_entry(const YamlNode& node, std::string_view key) {
  const auto found = std::find_if(node.entries.begin(), node.entries.end(),
                                  [key](const YamlNode::Entry& entry) { return entry.key == key; });
  return found == node.entries.end() ? nullptr : &*found;
}

}  // namespace

std::string Place::text() const { return line > 0 ? *source + ":" + std::to_string(line) : *source; }

const YamlNode* YamlNode::find(std::string_view key) const {
  const Entry* entry = find_entry(*this, key);
  return entry == nullptr ? nullptr : &entry->value;
}

YamlNode* YamlNode::find(std::string_view key) { return const_cast<YamlNode*>(std::as_const(*this).find(key)); }

YamlNode parse_yaml(const std::string& text, const std::string& source) {
  return parse_file(text, source, Aliases::refused);
}

YamlNode parse_yaml_with_aliases(const std::string& text, const std::string& source) {
  return parse_file(text, source, Aliases::expanded);
}

YamlNode parse_yaml_file(const std::string& text, const std::string& source) {
  YamlNode tree = parse_yaml(text, source);
  std::erase_if(tree.entries, [](const YamlNode::Entry& entry) { return entry.key == "record"; });
  return tree;
}

YamlNode parse_yaml_value(const std::string& text, const std::string& source) {
  std::optional<YamlNode> tree = parse(text, source, false);
  if (tree) return std::move(*tree);
  return {.kind = YamlNode::Kind::nothing,
          .place = {std::make_shared<const std::string>(source), 0},
          .scalar = {},
          .items = {},
          .entries = {}};
}

}  // namespace faasconf::experiments::config
