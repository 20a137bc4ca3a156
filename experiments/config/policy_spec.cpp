#include "experiments/config/policy_spec.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

#include "experiments/config/policy_parameters.hpp"

namespace faasconf::experiments::config {

namespace {

// --- kinds by name

using Kind = decltype(PolicySpec::kind);

enum class Argument { configuration, parameters, file };  // what may follow the name and a colon

struct Entry {
  std::string_view name;
  std::string_view spelled;  // for messages
  std::string_view meaning;
  Argument argument;
  std::vector<std::string_view> parameters;
  Kind (*read)(const YamlMap&);
  std::vector<Key> (*keys)();  // what is said of the parameters

  bool has_configuration() const { return argument != Argument::file; }  // it may start from one by name
};

// Parameters as keys, then the platform's names of some.
template <class OneKind>
std::vector<Key> keys_of() {
  const Texts defaults = write_parameters(OneKind{});
  std::vector<Key> keys;
  for_each_parameter<OneKind>([&](const auto& parameter) {
    const auto usual = std::ranges::find(defaults, parameter.name, &Texts::value_type::first);
    std::string standard = usual == defaults.end() ? "" : usual->second;
    if (is_required(parameter.written)) standard = kRequired;
    keys.push_back({.name = std::string(parameter.name),
                    .takes = takes_of(parameter.written),
                    .standard = std::move(standard),
                    .example = sample_of(parameter.written),
                    .meaning = std::string(parameter.meaning)});
  });
  for_each_platform_word<OneKind>([&](const auto& word) {
    const std::string own = word.own.empty() ? "the up_ and down_ parameters" : std::string(word.own);
    keys.push_back({.name = std::string(word.name),
                    .takes = takes_of(word.written),
                    .example = sample_of(word.written),
                    .meaning = "the platform's word for " + own});
  });
  return keys;
}

Key start_key() {
  return {.name = "configuration",
          .takes = takes::text(),
          .example = "lean",
          .meaning = "the one that it starts from, by its name. Absent: each of the experiment's"};
}

template <class OneKind>
Entry entry(std::string_view name, std::string_view spelled, Argument argument, std::string_view meaning) {
  std::vector<std::string_view> parameters;
  for_each_parameter<OneKind>([&](const auto& parameter) { parameters.push_back(parameter.name); });
  for_each_platform_word<OneKind>([&](const auto& word) { parameters.push_back(word.name); });
  return {.name = name,
          .spelled = spelled,
          .meaning = meaning,
          .argument = argument,
          .parameters = std::move(parameters),
          .read = [](const YamlMap& map) -> Kind { return read_parameters<OneKind>(map); },
          .keys = keys_of<OneKind>};
}

// In the order of the variant.
const std::array<Entry, std::variant_size_v<Kind>>& entries() {
  static const std::array all = {
      entry<FixedSpec>("fixed", "fixed", Argument::configuration, "a configuration that is deployed once"),
      entry<sim::OpenFaasAlertsParameters>("openfaas", "openfaas", Argument::parameters,
                                           "OpenFaaS with Prometheus' alerts"),
      entry<sim::OpenFaasAutoscalerParameters>("openfaas-autoscaler", "openfaas-autoscaler", Argument::parameters,
                                               "OpenFaaS's later autoscaler"),
      entry<sim::HpaParameters>("hpa", "hpa", Argument::parameters, "Kubernetes' Horizontal Pod Autoscaler"),
      entry<sim::KpaParameters>("kpa", "kpa", Argument::parameters, "Knative's autoscaler"),
      entry<TableSpec>("table", "table:FILE", Argument::file, "configurations by load, from a table"),
      entry<BundleSpec>("bundle", "bundle:FILE", Argument::file, "a trained policy"),
  };
  return all;
}

std::vector<std::string_view> all_of(std::string_view Entry::*text) {
  std::vector<std::string_view> texts;
  for (const Entry& one : entries()) texts.push_back(one.*text);
  return texts;
}

// Null when there is no policy of this name.
const Entry* find_entry(std::string_view name) {
  const auto found = std::ranges::find(entries(), name, &Entry::name);
  return found == entries().end() ? nullptr : &*found;
}

// --- texts

YamlNode parameters_node(const Texts& texts, const Place& place) {
  YamlNode map{YamlNode::Kind::map, place, {}, {}, {}};
  for (const auto& [key, text] : texts) {
    map.entries.push_back({key, place, YamlNode{YamlNode::Kind::scalar, place, text, {}, {}}});
  }
  return map;
}

Kind read_texts(const Entry& policy, const Texts& texts, const YamlValue& value) {
  const YamlNode node = parameters_node(texts, value.node().place);
  return policy.read(YamlMap({node, value.path()}, policy.parameters));
}

// "interval=1m,tolerance=0"
Texts split_parameters(const std::string& text, const YamlValue& value) {
  Texts texts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string one = text.substr(begin, end - begin);
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos) value.fail("expected key=value between the commas, got " + shown(one));
    texts.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    if (std::ranges::count(texts, texts.back().first, &Texts::value_type::first) > 1) {
      value.fail("parameter " + shown(texts.back().first) + " is given twice");
    }
    begin = end + 1;
  }
  return texts;
}

// "lean", "interval=1m", "lean:interval=1m": parameters stand last; the name of a configuration may have colons.
PolicySpec read_parameters_text(const Entry& policy, const std::string& text, const YamlValue& value) {
  const std::size_t last = text.rfind(':');
  const std::string end = text.substr(last == std::string::npos ? 0 : last + 1);
  if (end.find('=') == std::string::npos) return {.kind = read_texts(policy, {}, value), .configuration = text};
  return {.kind = read_texts(policy, split_parameters(end, value), value),
          .configuration = text.substr(0, last == std::string::npos ? 0 : last)};
}

// A configuration or a file.
PolicySpec read_configuration_text(const std::string& text, const YamlValue& value) {
  const bool is_path = text.find('/') != std::string::npos;
  if (!is_path && text.find('=') != std::string::npos) value.fail("expected no parameters for this policy, got some");
  return {.configuration = text};
}

// "table.yaml", "table.yaml:last", "table.yaml:last,interval=5s"
PolicySpec read_file_text(const Entry& policy, std::string text, const YamlValue& value) {
  constexpr std::string_view kLast = "last";
  Texts texts;
  const std::size_t colon = policy.name == "table" ? text.rfind(':') : std::string::npos;
  const std::string end = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (end == kLast || end.starts_with("last,")) {
    text.resize(colon);
    if (end != kLast) texts = split_parameters(end.substr(kLast.size() + 1), value);
    texts.emplace_back("users", kLast);
  }
  if (text.empty()) value.fail("expected " + std::string(policy.spelled) + ", got " + shown(value.node().scalar));
  texts.emplace_back("file", text);
  return {.kind = read_texts(policy, texts, value)};
}

PolicySpec read_policy_text(const YamlValue& value) {
  const std::string& text = value.node().scalar;
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  const std::string argument = colon == std::string::npos ? "" : text.substr(colon + 1);
  const Entry* const policy = find_entry(name);
  if (policy == nullptr || (colon != std::string::npos && argument.empty())) {
    value.fail("expected one of " + config::join(all_of(&Entry::spelled)) +
               ", or with a configuration or parameters such as hpa:lean or hpa:interval=1m, got " + shown(text) +
               meant(name, all_of(&Entry::name)));
  }
  if (policy->argument == Argument::file) return read_file_text(*policy, argument, value);
  if (policy->argument == Argument::configuration) return read_configuration_text(argument, value);
  return read_parameters_text(*policy, argument, value);
}

// {hpa: {configuration: lean, interval: 1m}}
PolicySpec read_policy_map(const YamlValue& value) {
  if (value.node().entries.size() != 1) {
    value.fail("expected one policy such as {hpa: {interval: 1m}}, got " + std::to_string(value.node().entries.size()) +
               " keys");
  }
  const YamlNode::Entry& written = value.node().entries.front();
  const Entry* const policy = find_entry(written.key);
  if (policy == nullptr) {
    const auto names = all_of(&Entry::name);
    value.fail("expected one of " + config::join(names) + ", got " + shown(written.key) + meant(written.key, names));
  }
  std::vector<std::string_view> keys = policy->parameters;
  if (policy->has_configuration()) keys.insert(keys.begin(), "configuration");
  const YamlMap map(value.child(written), std::move(keys));
  PolicySpec spec{.kind = policy->read(map)};
  if (!policy->has_configuration()) return spec;
  const auto configuration = map.get("configuration");
  if (configuration && file_of(spec) != nullptr) configuration->fail("expected either configuration or file, got both");
  if (configuration) spec.configuration = read_label(*configuration);
  return spec;
}

std::string join(const Texts& parameters) {
  std::string text;
  for (const auto& [key, value] : parameters) text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

// What follows the name.
std::string argument_text(const PolicySpec& spec) {
  if (const auto* table = std::get_if<TableSpec>(&spec.kind)) return table->file + suffix_of(*table);
  if (const std::string* file = file_of(spec)) return *file;
  return changed_parameters(spec);
}

}  // namespace

PolicySpec read_policy(const YamlValue& value) {
  if (value.is_scalar()) return read_policy_text(value);
  if (value.is_map()) return read_policy_map(value);
  value.refuse("the name of a policy, or a map such as {hpa: {interval: 1m}}");
}

PolicySpec parse_policy(const std::string& text, const std::string& source) {
  const Place place{std::make_shared<const std::string>(source), 0};
  const YamlNode node{YamlNode::Kind::scalar, place, text, {}, {}};
  return read_policy({node, ""});
}

std::string format(const PolicySpec& spec) {
  std::string text = kind_of(spec);
  for (const std::string& part : {spec.configuration, argument_text(spec)}) text += (part.empty() ? "" : ":") + part;
  return text;
}

std::string suffix_of(const TableSpec& table) {
  if (!table.last) return "";
  return ":last" + (table.interval ? ",interval=" + sim::format(*table.interval) : "");
}

const std::string* file_of(const PolicySpec& spec) {
  return std::visit(
      [](const auto& kind) -> const std::string* {
        if constexpr (requires { kind.file; }) return kind.file.empty() ? nullptr : &kind.file;
        return nullptr;
      },
      spec.kind);
}

bool is_autoscaler(const PolicySpec& spec) { return entries()[spec.kind.index()].argument == Argument::parameters; }

bool is_fixed(const PolicySpec& spec) { return std::holds_alternative<FixedSpec>(spec.kind); }

std::string kind_of(const PolicySpec& spec) { return std::string(entries()[spec.kind.index()].name); }

std::vector<std::pair<std::string, std::string>> all_parameters(const PolicySpec& spec) {
  return std::visit([](const auto& kind) { return write_parameters(kind); }, spec.kind);
}

std::vector<Section> policy_sections() {
  std::vector<Section> all = {{.name = "policy",
                               .where =
                                   "Each of `policies` of an experiment, where it is no text: one of these. On one "
                                   "line: hpa:interval=1m,tolerance=5%.",
                               .told_by = {},
                               .keys = {}}};
  for (const Entry& policy : entries()) {
    const std::string name(policy.name);
    Section own{.name = name, .where = "The parameters of " + name + ".", .told_by = {}, .keys = policy.keys()};
    if (policy.has_configuration()) own.keys.push_back(start_key());
    const std::string example = own.keys.front().example;
    all.front().keys.push_back({.name = name,
                                .takes = takes::map_of(name),
                                .example = "{" + own.keys.front().name + ": " + example + "}",
                                .meaning = std::string(policy.meaning)});
    all.push_back(std::move(own));
  }
  for (Section& section : behavior_sections()) all.push_back(std::move(section));
  return all;
}

std::string changed_parameters(const PolicySpec& spec) {
  if (!is_autoscaler(spec)) return "";
  Texts texts = all_parameters(spec);
  const Texts defaults =
      std::visit([](const auto& kind) { return write_parameters(std::decay_t<decltype(kind)>{}); }, spec.kind);
  std::erase_if(texts, [&](const auto& text) { return std::ranges::find(defaults, text) != defaults.end(); });
  return join(texts);
}

}  // namespace faasconf::experiments::config
