#include "experiments/config/overrides.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include "experiments/config/yaml_reader.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

// Keys nest no deeper than a file may.
constexpr std::size_t kMostKeys = 30;

[[noreturn]] void fail(const Override& change, const std::string& message) {
  throw sim::Error(change.value.place.text() + ": " + message);
}

// The list's element that a key names.
std::size_t index_of(const YamlNode& list, const std::string& key, const Override& change) {
  std::size_t index = 0;
  const auto [end, status] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (status != std::errc() || end != key.data() + key.size() || index >= list.items.size()) {
    fail(change, list.items.empty() ? "expected no position in an empty list, got " + shown(key)
                                    : "expected a position from 0 to " + std::to_string(list.items.size() - 1) +
                                          ", got " + shown(key));
  }
  return index;
}

void remove(YamlNode& node, const std::string& key, const Override& change) {
  if (node.kind == YamlNode::Kind::list) {
    node.items.erase(node.items.begin() + static_cast<std::ptrdiff_t>(index_of(node, key, change)));
    return;
  }
  const auto removed = std::remove_if(node.entries.begin(), node.entries.end(),
                                      [&key](const YamlNode::Entry& entry) { return entry.key == key; });
  if (removed == node.entries.end()) fail(change, "expected an entry to remove, got none of this name");
  node.entries.erase(removed, node.entries.end());
}

// "promise-mismatch" stands for promise_mismatch.
std::string key_of_option(std::string option) {
  std::ranges::replace(option, '-', '_');
  return option;
}

std::vector<std::string> keys_of(const std::string& path, const std::string& source) {
  std::vector<std::string> keys;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    keys.push_back(path.substr(begin, end - begin));
    if (keys.back().empty())
      throw sim::Error(source + ": expected keys with dots between them" +
                       (source.starts_with("--") ? " before \"=\"" : ""));
    begin = end + 1;
  }
  return keys;
}

}  // namespace

Override parse_override(const std::string& text) {
  const bool is_option = text.starts_with("--");
  const std::size_t equals = text.find('=');
  // quoted, so that the message stays on one line
  const std::string given = text.size() < 60 && text.find('\n') == std::string::npos ? text : shown(text);
  const std::string source = is_option ? text.substr(0, equals) : "--set " + given;
  if (equals == std::string::npos) throw sim::Error(source + ": expected key=value, got no \"=\"");
  Override result{.keys = is_option ? std::vector{key_of_option(text.substr(2, equals - 2))}
                                    : keys_of(text.substr(0, equals), source),
                  .value = parse_yaml_value(text.substr(equals + 1), source)};
  if (result.keys.size() > kMostKeys) throw sim::Error(source + ": expected at most 30 keys");
  return result;
}

Override make_override(const std::string& keys, YamlNode value) {
  const std::string source = value.place.text();
  Override result{.keys = keys_of(keys, source), .value = std::move(value)};
  if (result.keys.size() > kMostKeys) throw sim::Error(source + ": expected at most 30 keys");
  return result;
}

void apply_override(YamlNode& root, std::span<const std::string> keys, const Override& change) {
  YamlNode* node = &root;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string& key = keys[i];
    const bool is_last = i + 1 == keys.size();
    if (node->kind != YamlNode::Kind::map && node->kind != YamlNode::Kind::list) {
      fail(change, "expected a map or a list above \"" + key + "\", got " +
                       (node->kind == YamlNode::Kind::nothing ? "nothing" : shown(node->scalar)));
    }
    if (is_last && change.value.kind == YamlNode::Kind::nothing) return remove(*node, key, change);
    if (node->kind == YamlNode::Kind::list) {
      node = &node->items[index_of(*node, key, change)];
    } else if (YamlNode* const child = node->find(key)) {
      node = child;
    } else {
      YamlNode made;
      made.kind = YamlNode::Kind::map;
      made.place = change.value.place;
      node->entries.push_back({.key = key, .place = change.value.place, .value = std::move(made)});
      node = &node->entries.back().value;
    }
  }
  *node = change.value;
}

}  // namespace faasconf::experiments::config
