#include "experiments/config/yaml_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace faasconf::experiments::config {
namespace {

using Comments = std::map<std::string, std::string>;

constexpr std::size_t kWidth = 110;

// Plain where no reader could take it for anything but this text.
std::string quoted(std::string_view text) {
  const auto is_plain = [](char character) {
    const bool letter = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
    return letter || (character >= '0' && character <= '9') ||
           std::string_view("._/+-").find(character) != std::string_view::npos;
  };
  const bool begins_well = !text.empty() && text.front() != '-' && text.front() != '.' && text.front() != '+';
  const bool is_number = text.size() > 1 && text.front() == '-' && text[1] >= '0' && text[1] <= '9';
  const bool is_null = text == "null" || text == "Null" || text == "NULL";
  if ((begins_well || is_number) && !is_null && std::all_of(text.begin(), text.end(), is_plain))
    return std::string(text);
  return yaml_in_quotes(text);
}

class Writer {
 public:
  explicit Writer(const Comments& comments) : comments_(comments) {}

  void write(const YamlNode& node, const std::string& path, std::size_t column) {
    if (node.kind == YamlNode::Kind::map) {
      for (const YamlNode::Entry& entry : node.entries) {
        write_entry(quoted(entry.key) + ":", entry.value, path.empty() ? entry.key : path + "." + entry.key, column);
      }
    } else {
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        write_entry("-", node.items[i], path + "." + std::to_string(i), column);
      }
    }
  }

  std::string take() { return std::move(text_); }

 private:
  void write_entry(const std::string& mark, const YamlNode& value, const std::string& path, std::size_t column) {
    const std::string indent(column, ' ');
    const std::string line = indent + mark + " " + yaml_on_one_line(value);
    const bool is_leaf = value.kind == YamlNode::Kind::scalar || value.kind == YamlNode::Kind::nothing;
    const bool is_empty = value.items.empty() && value.entries.empty();
    const bool is_row = value.kind == YamlNode::Kind::list && is_flat(value, 2);  // numbers, however many
    if (is_leaf || is_empty || is_row || (line.size() <= kWidth && is_flat(value) && !has_comment_below(path))) {
      const auto comment = comments_.find(path);
      text_ += line + (comment == comments_.end() ? "" : "  # " + comment->second) + "\n";
      return;
    }
    text_ += indent + mark + "\n";
    write(value, path, column + 2);
  }

  // No deeper than a list or map within it.
  static bool is_flat(const YamlNode& node, int depth = 0) {
    if (depth > 2) return false;
    return std::all_of(node.items.begin(), node.items.end(),
                       [&](const YamlNode& item) { return is_flat(item, depth + 1); }) &&
           std::all_of(node.entries.begin(), node.entries.end(),
                       [&](const YamlNode::Entry& entry) { return is_flat(entry.value, depth + 1); });
  }

  bool has_comment_below(const std::string& path) const {
    const auto next = comments_.lower_bound(path + ".");
    return next != comments_.end() && next->first.starts_with(path + ".");
  }

  const Comments& comments_;
  std::string text_;
};

}  // namespace

std::string yaml_on_one_line(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::nothing:
      return "null";
    case YamlNode::Kind::scalar:
      return quoted(node.scalar);
    case YamlNode::Kind::list:
      for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + yaml_on_one_line(item);
      return "[" + text + "]";
    case YamlNode::Kind::map:
      for (const YamlNode::Entry& entry : node.entries) {
        text += (text.empty() ? "" : ", ") + quoted(entry.key) + ": " + yaml_on_one_line(entry.value);
      }
      return "{" + text + "}";
  }
  return text;
}

std::string yaml_in_quotes(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7F) {
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 0xF]};
    } else {
      if (character == '"' || character == '\\') result += '\\';
      result += character;
    }
  }
  return result + "\"";
}

YamlNode yaml_scalar(std::string text) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.scalar = std::move(text);
  return node;
}

YamlNode yaml_list(std::vector<YamlNode> items) {
  YamlNode node;
  node.kind = YamlNode::Kind::list;
  node.items = std::move(items);
  return node;
}

YamlNode yaml_map(std::vector<std::pair<std::string, YamlNode>> entries) {
  YamlNode node;
  node.kind = YamlNode::Kind::map;
  for (auto& [key, value] : entries) node.entries.push_back({.key = key, .place = {}, .value = std::move(value)});
  return node;
}

std::string write_yaml(const YamlNode& root, const Comments& comments) {
  if (root.kind != YamlNode::Kind::map && root.kind != YamlNode::Kind::list) return yaml_on_one_line(root) + "\n";
  Writer writer(comments);
  writer.write(root, "", 0);
  return writer.take();
}

}  // namespace faasconf::experiments::config
