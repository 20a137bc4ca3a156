#include "experiments/manifests/documents.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <utility>

#include "experiments/config/yaml_aliases.hpp"

namespace faasconf::experiments::manifests {

namespace {

using config::YamlNode;
using config::YamlValue;

constexpr std::int64_t kMostConcurrency = 1'000'000;
constexpr std::int64_t kMostReplicas = 100'000;
constexpr double kMillicoresPerCore = 1000;
constexpr double kBytesPerMebibyte = 1024.0 * 1024.0;

bool is_separator(std::string_view line) {
  return line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\r' || line[3] == '\t');
}

// The texts between lines of "---", each after as many empty lines as stand before it, so that places stay right.
std::vector<std::string> part(const std::string& text) {
  std::vector<std::string> parts(1);
  std::string lines_before;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    const bool separates = is_separator(line.ends_with('\n') ? line.substr(0, line.size() - 1) : line);
    lines_before += '\n';
    if (separates) {
      parts.push_back(lines_before);
    } else {
      parts.back() += line;
    }
    begin = end;
  }
  return parts;
}

bool is_blank(const std::string& text) {
  bool in_comment = false;
  return std::ranges::all_of(text, [&](char character) {
    if (character == '\n') in_comment = false;
    if (character == '#') in_comment = true;
    return in_comment || character == ' ' || character == '\n' || character == '\r' || character == '\t';
  });
}

// "${TAG:-latest}" is "latest"; a variable without a default stays as it is.
std::string expand(std::string text) {
  for (std::size_t begin = text.find("${"); begin != std::string::npos; begin = text.find("${", begin + 1)) {
    const std::size_t end = text.find('}', begin);
    if (end == std::string::npos) break;
    const std::string inside = text.substr(begin + 2, end - begin - 2);
    const std::size_t otherwise = inside.find(":-");
    if (otherwise != std::string::npos) text.replace(begin, end - begin + 1, inside.substr(otherwise + 2));
  }
  return text;
}

void expand_all(YamlNode& node) {
  node.scalar = expand(std::move(node.scalar));
  for (YamlNode& item : node.items) expand_all(item);
  for (YamlNode::Entry& entry : node.entries) expand_all(entry.value);
}

struct Suffix {
  std::string_view text;
  double factor;
};
constexpr double kKi = 1024;
constexpr Suffix kSuffixes[] = {{"Ki", kKi},
                                {"Mi", kKi* kKi},
                                {"Gi", kKi* kKi* kKi},
                                {"Ti", kKi* kKi* kKi* kKi},
                                {"n", 1e-9},
                                {"u", 1e-6},
                                {"m", 1e-3},
                                {"k", 1e3},
                                {"M", 1e6},
                                {"G", 1e9},
                                {"T", 1e12}};

// A quantity of Kubernetes in cores or bytes: "300m", "128Mi", "129e6", "134217728".
// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
double read_quantity(const YamlValue& value, std::string_view expected) {
  std::string text = value.text(expected);
  double factor = 1;
  for (const Suffix& suffix : kSuffixes) {
    if (!text.ends_with(suffix.text)) continue;
    factor = suffix.factor;
    text.resize(text.size() - suffix.text.size());
    break;
  }
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = code == std::errc() && end == text.data() + text.size();
  if (!is_number || !(number > 0) || !(number * factor < 1e18)) value.refuse(expected);
  return number * factor;
}

sim::Millicores read_cpu(const YamlValue& value) {
  return {read_quantity(value, "an amount of CPU such as 500m") * kMillicoresPerCore};
}
sim::Mebibytes read_memory(const YamlValue& value) {
  return {read_quantity(value, "an amount of memory such as 256Mi") / kBytesPerMebibyte};
}

template <class Amount, class Read>
void read_amount(const YamlValue& resources, std::string_view kind, std::string_view name, const Read& read,
                 std::optional<Amount>& amount) {
  const auto value = look_up(resources, {std::string(kind), std::string(name)});
  if (value && !(value->is_scalar() && value->node().scalar == "0")) amount = read(*value);  // 0: unset
}

}  // namespace

std::vector<YamlNode> read_documents(const std::string& text, const std::string& source) {
  std::vector<YamlNode> documents;
  for (const std::string& one : part(text)) {
    if (is_blank(one)) continue;
    YamlNode document = config::parse_yaml_with_aliases(one, source);
    expand_all(document);
    const YamlNode* const kind = document.find("kind");
    YamlNode* const items = document.find("items");
    if (kind != nullptr && kind->scalar == "List" && items != nullptr) {
      std::ranges::move(items->items, std::back_inserter(documents));
    } else {
      documents.push_back(std::move(document));
    }
  }
  return documents;
}

std::optional<YamlValue> look_up(const YamlValue& value, const std::vector<std::string>& path) {
  const YamlNode* node = &value.node();
  std::string name = value.path();
  for (const std::string& key : path) {
    node = node->find(key);
    if (node == nullptr || node->kind == YamlNode::Kind::nothing) return std::nullopt;
    name += (name.empty() ? "" : ".") + key;
  }
  return YamlValue(*node, name);
}

void read_resources(const YamlValue& resources, DeployedFunction& function) {
  read_amount(resources, "limits", "cpu", read_cpu, function.cpu_limit);
  read_amount(resources, "requests", "cpu", read_cpu, function.cpu_request);
  read_amount(resources, "limits", "memory", read_memory, function.memory_limit);
  read_amount(resources, "requests", "memory", read_memory, function.memory_request);
}

std::optional<int> read_replicas(const YamlValue& value, const std::vector<std::string>& path, std::int64_t least) {
  const auto replicas = look_up(value, path);
  if (!replicas) return std::nullopt;
  return static_cast<int>(config::read_count(*replicas, least, kMostReplicas));
}

int read_concurrency(const YamlValue& value) {
  return static_cast<int>(config::read_count(value, 0, kMostConcurrency));
}

}  // namespace faasconf::experiments::manifests
