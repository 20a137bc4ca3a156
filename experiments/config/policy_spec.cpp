#include "experiments/config/policy_spec.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/yaml_writer.hpp"

namespace faasconf::experiments::config {

namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

constexpr double kAboveOne = 1 + std::numeric_limits<double>::epsilon();

// --- how parameters are written

// How a number is read and written, and what is said of one that cannot be. The bounds keep numbers of replicas whole.
struct Number {
  double least = 0;
  double most = 1000;
  std::string_view expected = "a number from 0 to 1000";
  bool is_rate = false;  // 5/s
};
constexpr Number kAnyNumber;
constexpr Number kPositive{.least = 0.001, .most = 1e6, .expected = "a number from 0.001 to 1000000"};
constexpr Number kRateOfChange{.least = kAboveOne, .most = 1e6, .expected = "a number above 1, at most 1000000"};
constexpr Number kShare{.most = 1, .expected = "a share from 0 to 1"};
constexpr Number kPositiveShare{.least = 0.001, .most = 1, .expected = "a share from 0.001 to 1"};
constexpr Number kRate{.expected = "", .is_rate = true};

double read(const YamlValue& value, const Number& number) {
  return number.is_rate ? read_rate(value, 0) : read_number(value, number.least, number.most, number.expected);
}
std::string format(double value, const Number& number) { return format_number(value) + (number.is_rate ? "/s" : ""); }

struct Whole {};
int read(const YamlValue& value, Whole) { return static_cast<int>(read_count(value, 0, 1'000'000)); }
std::string format(int value, Whole) { return std::to_string(value); }

struct Time {
  bool may_be_zero = false;
};
constexpr Time kPositiveTime{};
constexpr Time kAnyTime{.may_be_zero = true};
sim::Duration read(const YamlValue& value, Time time) {
  return time.may_be_zero ? read_duration(value) : read_positive_duration(value);
}
std::string format(sim::Duration value, Time) { return sim::format(value); }

// A path; the empty one is not written.
struct Path {
  bool required = true;
};
std::string read(const YamlValue& value, Path) {
  return value.text("the path of a file, or the name of one that ships");
}
std::string format(const std::string& value, Path) { return value.empty() ? "" : yaml_in_quotes(value); }

// Whose users: those of the next window, or of the last one.
struct Users {};
bool read(const YamlValue& value, Users) { return read_word<bool>(value, {{"next", false}, {"last", true}}); }
std::string format(bool last, Users) { return last ? "last" : "next"; }

// A parameter: its name in files and options, its place in the struct, and how it is written.
template <class Kind, class Value, class Written>
struct Parameter {
  std::string_view name;
  Value Kind::*member;
  Written written;
};

// All of a kind, in the order of its struct.
template <class Kind>
constexpr auto kParameters = nullptr;

template <>
constexpr auto kParameters<FixedSpec> = std::tuple{Parameter{"file", &FixedSpec::file, Path{.required = false}}};
template <>
constexpr auto kParameters<sim::OpenFaasAlertsParameters> = std::tuple{
    Parameter{"interval", &sim::OpenFaasAlertsParameters::interval, kPositiveTime},
    Parameter{"rate_window", &sim::OpenFaasAlertsParameters::rate_window, kPositiveTime},
    Parameter{"threshold", &sim::OpenFaasAlertsParameters::threshold_per_s, kRate},
    Parameter{"hold", &sim::OpenFaasAlertsParameters::hold, kAnyTime},
    Parameter{"repeat", &sim::OpenFaasAlertsParameters::repeat, kAnyTime},
    Parameter{"step_share", &sim::OpenFaasAlertsParameters::step_share, kShare},
};
template <>
constexpr auto kParameters<sim::HpaParameters> = std::tuple{
    Parameter{"interval", &sim::HpaParameters::interval, kPositiveTime},
    Parameter{"target_utilization", &sim::HpaParameters::target_utilization, kPositive},
    Parameter{"tolerance", &sim::HpaParameters::tolerance, kAnyNumber},
    Parameter{"up_pods", &sim::HpaParameters::up_pods, Whole{}},
    Parameter{"up_share", &sim::HpaParameters::up_share, kAnyNumber},
    Parameter{"down_share", &sim::HpaParameters::down_share, kShare},
    Parameter{"down_stabilization", &sim::HpaParameters::down_stabilization, kAnyTime},
};
template <>
constexpr auto kParameters<sim::KpaParameters> = std::tuple{
    Parameter{"interval", &sim::KpaParameters::interval, kPositiveTime},
    Parameter{"stable_window", &sim::KpaParameters::stable_window, kPositiveTime},
    Parameter{"panic_window", &sim::KpaParameters::panic_window, kPositiveTime},
    Parameter{"panic_threshold", &sim::KpaParameters::panic_threshold, kPositive},
    Parameter{"target_share", &sim::KpaParameters::target_share, kPositiveShare},
    Parameter{"target_unlimited", &sim::KpaParameters::target_unlimited, kPositive},
    Parameter{"max_scale_up_rate", &sim::KpaParameters::max_scale_up_rate, kRateOfChange},
    Parameter{"max_scale_down_rate", &sim::KpaParameters::max_scale_down_rate, kRateOfChange},
    Parameter{"scale_to_zero_grace", &sim::KpaParameters::scale_to_zero_grace, kAnyTime},
};
template <>
constexpr auto kParameters<TableSpec> =
    std::tuple{Parameter{"file", &TableSpec::file, Path{}}, Parameter{"users", &TableSpec::last, Users{}}};
template <>
constexpr auto kParameters<BundleSpec> = std::tuple{Parameter{"file", &BundleSpec::file, Path{}}};

template <class Kind, class Visit>
void for_each_parameter(const Visit& visit) {
  std::apply([&visit](const auto&... parameter) { (visit(parameter), ...); }, kParameters<Kind>);
}

template <class Written>
bool is_required(const Written&) {
  return false;
}
bool is_required(Path path) { return path.required; }

template <class Kind>
Kind read_parameters(const YamlMap& map) {
  Kind kind{};
  for_each_parameter<Kind>([&](const auto& parameter) {
    const auto value = is_required(parameter.written) ? map.require(parameter.name) : map.get(parameter.name);
    if (value) kind.*parameter.member = read(*value, parameter.written);
  });
  return kind;
}

template <class Kind>
Texts write_parameters(const Kind& kind) {
  Texts texts;
  for_each_parameter<Kind>([&](const auto& parameter) {
    const std::string text = format(kind.*parameter.member, parameter.written);
    if (!text.empty()) texts.emplace_back(parameter.name, text);
  });
  return texts;
}

// --- kinds by name

using Kind = decltype(PolicySpec::kind);

enum class Argument { configuration, parameters, file };  // what may follow the name and a colon

struct Entry {
  std::string_view name;
  std::string_view spelled;  // for messages
  Argument argument;
  std::vector<std::string_view> parameters;
  Kind (*read)(const YamlMap&);

  bool has_configuration() const { return argument != Argument::file; }  // it may start from one by name
};

template <class OneKind>
Entry entry(std::string_view name, std::string_view spelled, Argument argument) {
  std::vector<std::string_view> parameters;
  for_each_parameter<OneKind>([&](const auto& parameter) { parameters.push_back(parameter.name); });
  return {.name = name,
          .spelled = spelled,
          .argument = argument,
          .parameters = std::move(parameters),
          .read = [](const YamlMap& map) -> Kind { return read_parameters<OneKind>(map); }};
}

// In the order of the variant.
const std::array<Entry, std::variant_size_v<Kind>>& entries() {
  static const std::array all = {
      entry<FixedSpec>("fixed", "fixed", Argument::configuration),
      entry<sim::OpenFaasAlertsParameters>("openfaas", "openfaas", Argument::parameters),
      entry<sim::HpaParameters>("hpa", "hpa", Argument::parameters),
      entry<sim::KpaParameters>("kpa", "kpa", Argument::parameters),
      entry<TableSpec>("table", "table:FILE", Argument::file),
      entry<BundleSpec>("bundle", "bundle:FILE", Argument::file),
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

// "table.yaml", "table.yaml:last"
PolicySpec read_file_text(const Entry& policy, std::string text, const YamlValue& value) {
  constexpr std::string_view kLast = ":last";
  Texts texts;
  if (policy.name == "table" && text.ends_with(kLast)) {
    text.resize(text.size() - kLast.size());
    texts.emplace_back("users", "last");
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
  if (const auto* table = std::get_if<TableSpec>(&spec.kind)) return table->file + (table->last ? ":last" : "");
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

const std::string* file_of(const PolicySpec& spec) {
  return std::visit(
      [](const auto& kind) -> const std::string* {
        if constexpr (requires { kind.file; }) return kind.file.empty() ? nullptr : &kind.file;
        return nullptr;
      },
      spec.kind);
}

bool is_autoscaler(const PolicySpec& spec) { return entries()[spec.kind.index()].argument == Argument::parameters; }

std::string kind_of(const PolicySpec& spec) { return std::string(entries()[spec.kind.index()].name); }

std::vector<std::pair<std::string, std::string>> all_parameters(const PolicySpec& spec) {
  return std::visit([](const auto& kind) { return write_parameters(kind); }, spec.kind);
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
