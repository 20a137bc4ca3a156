#include "experiments/config/policies.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>

#include "experiments/config/distributions.hpp"
#include "sim/core/error.hpp"
#include "sim/policy/hpa.hpp"
#include "sim/policy/kpa.hpp"
#include "sim/policy/openfaas_alerts.hpp"

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

// A parameter: its name in files and options, its place in the autoscaler's own struct, and how it is written.
template <class Parameters, class Value, class Written>
struct Parameter {
  std::string_view name;
  Value Parameters::*member;
  Written written;
};

// All of an autoscaler, in the order of its struct.
template <class Autoscaler>
constexpr auto kParameters = nullptr;

template <>
constexpr auto kParameters<sim::OpenFaasAlerts> = std::tuple{
    Parameter{"interval", &sim::OpenFaasAlertsParameters::interval, kPositiveTime},
    Parameter{"rate_window", &sim::OpenFaasAlertsParameters::rate_window, kPositiveTime},
    Parameter{"threshold", &sim::OpenFaasAlertsParameters::threshold_per_s, kRate},
    Parameter{"hold", &sim::OpenFaasAlertsParameters::hold, kAnyTime},
    Parameter{"repeat", &sim::OpenFaasAlertsParameters::repeat, kAnyTime},
    Parameter{"step_share", &sim::OpenFaasAlertsParameters::step_share, kShare},
};
template <>
constexpr auto kParameters<sim::Hpa> = std::tuple{
    Parameter{"interval", &sim::HpaParameters::interval, kPositiveTime},
    Parameter{"target_utilization", &sim::HpaParameters::target_utilization, kPositive},
    Parameter{"tolerance", &sim::HpaParameters::tolerance, kAnyNumber},
    Parameter{"up_pods", &sim::HpaParameters::up_pods, Whole{}},
    Parameter{"up_share", &sim::HpaParameters::up_share, kAnyNumber},
    Parameter{"down_share", &sim::HpaParameters::down_share, kShare},
    Parameter{"down_stabilization", &sim::HpaParameters::down_stabilization, kAnyTime},
};
template <>
constexpr auto kParameters<sim::Kpa> = std::tuple{
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

template <class Autoscaler, class Visit>
void for_each_parameter(const Visit& visit) {
  std::apply([&visit](const auto&... parameter) { (visit(parameter), ...); }, kParameters<Autoscaler>);
}

template <class Autoscaler>
typename Autoscaler::Parameters read_parameters(const YamlMap& map) {
  typename Autoscaler::Parameters parameters;
  for_each_parameter<Autoscaler>([&](const auto& parameter) {
    if (const auto value = map.get(parameter.name)) parameters.*parameter.member = read(*value, parameter.written);
  });
  return parameters;
}

template <class Autoscaler>
Texts write_parameters(const typename Autoscaler::Parameters& parameters) {
  Texts texts;
  for_each_parameter<Autoscaler>([&](const auto& parameter) {
    texts.emplace_back(parameter.name, format(parameters.*parameter.member, parameter.written));
  });
  return texts;
}

// --- policies by name

struct Entry {
  std::string_view name;
  Texts defaults;                    // every parameter with its value
  Texts (*written)(const YamlMap&);  // the same where a map sets some
  std::unique_ptr<sim::Policy> (*make)(const sim::WorkflowSpec&, const sim::Configuration& start, const YamlMap&);
};

template <class Autoscaler>
Entry autoscaler(std::string_view name) {
  return {.name = name,
          .defaults = write_parameters<Autoscaler>({}),
          .written = [](const YamlMap& map) { return write_parameters<Autoscaler>(read_parameters<Autoscaler>(map)); },
          .make = [](const sim::WorkflowSpec& workflow, const sim::Configuration&,
                     const YamlMap& map) -> std::unique_ptr<sim::Policy> {
            return std::make_unique<Autoscaler>(sim::replica_ranges(workflow), read_parameters<Autoscaler>(map));
          }};
}

Entry fixed() {
  return {
      .name = "fixed",
      .defaults = {},
      .written = [](const YamlMap&) { return Texts(); },
      .make = [](const sim::WorkflowSpec&, const sim::Configuration& start,
                 const YamlMap&) -> std::unique_ptr<sim::Policy> { return std::make_unique<sim::FixedPolicy>(start); }};
}

const std::array<Entry, 4>& entries() {
  static const std::array<Entry, 4> all = {fixed(), autoscaler<sim::OpenFaasAlerts>("openfaas"),
                                           autoscaler<sim::Hpa>("hpa"), autoscaler<sim::Kpa>("kpa")};
  return all;
}

std::vector<std::string_view> policy_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : entries()) names.push_back(entry.name);
  return names;
}

// Null when there is no policy of this name.
const Entry* find_policy(std::string_view name) {
  const auto found = std::ranges::find(entries(), name, &Entry::name);
  return found == entries().end() ? nullptr : &*found;
}

// A map that sets parameters of this policy, and nothing else but perhaps the configuration.
YamlMap parameters_of(const Entry& policy, const YamlValue& value, bool may_name_configuration = false) {
  std::vector<std::string_view> keys;
  if (may_name_configuration) keys.emplace_back("configuration");
  for (const auto& [name, text] : policy.defaults) keys.push_back(name);
  if (keys.empty() && !value.node().entries.empty()) value.fail("expected no parameters for this policy, got some");
  return {value, std::move(keys)};
}

YamlNode parameters_node(const Texts& texts, const Place& place) {
  YamlNode map{YamlNode::Kind::map, place, {}, {}, {}};
  for (const auto& [key, text] : texts) {
    map.entries.push_back({key, place, YamlNode{YamlNode::Kind::scalar, place, text, {}, {}}});
  }
  return map;
}

Texts differing(const Entry& policy, const YamlMap& map) {
  Texts texts = policy.written(map);
  std::erase_if(
      texts, [&policy](const auto& text) { return std::ranges::find(policy.defaults, text) != policy.defaults.end(); });
  return texts;
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

std::string join(const Texts& parameters) {
  std::string text;
  for (const auto& [key, value] : parameters) text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

// For messages about a choice that no file holds.
Place place_of(const PolicyChoice& choice) {
  return {std::make_shared<const std::string>("policy " + choice.policy), 0};
}

// "hpa", "hpa:lean", "hpa:interval=1m", "hpa:lean:interval=1m"
PolicyChoice read_policy_text(const YamlValue& value) {
  const std::string& text = value.node().scalar;
  const std::size_t colon = text.find(':');
  const bool has_more = colon != std::string::npos;
  PolicyChoice choice{.policy = text.substr(0, colon)};
  if (has_more) choice.configuration = text.substr(colon + 1);
  const Entry* const policy = find_policy(choice.policy);
  if (policy == nullptr || (has_more && choice.configuration.empty())) {
    value.fail("expected one of " + config::join(policy_names()) +
               ", or with a configuration or parameters such as hpa:lean or hpa:interval=1m, got " + shown(text) +
               meant(choice.policy, policy_names()));
  }

  // parameters stand last; the name of a configuration may have colons
  const std::size_t last = choice.configuration.rfind(':');
  const std::string end = choice.configuration.substr(last == std::string::npos ? 0 : last + 1);
  if (end.find('=') == std::string::npos) return choice;
  choice.configuration.resize(last == std::string::npos ? 0 : last);
  const YamlNode parameters = parameters_node(split_parameters(end, value), value.node().place);
  choice.parameters = differing(*policy, parameters_of(*policy, {parameters, value.path()}));
  return choice;
}

// {hpa: {configuration: lean, interval: 1m}}
PolicyChoice read_policy_map(const YamlValue& value) {
  if (value.node().entries.size() != 1) {
    value.fail("expected one policy such as {hpa: {interval: 1m}}, got " + std::to_string(value.node().entries.size()) +
               " keys");
  }
  const YamlNode::Entry& entry = value.node().entries.front();
  const Entry* const policy = find_policy(entry.key);
  if (policy == nullptr) {
    value.fail("expected one of " + config::join(policy_names()) + ", got " + shown(entry.key) +
               meant(entry.key, policy_names()));
  }
  const YamlMap map = parameters_of(*policy, value.child(entry), true);
  PolicyChoice choice{.policy = entry.key, .parameters = differing(*policy, map)};
  if (const auto configuration = map.get("configuration")) choice.configuration = read_label(*configuration);
  return choice;
}

}  // namespace

PolicyChoice read_policy(const YamlValue& value) {
  if (value.is_scalar()) return read_policy_text(value);
  if (value.is_map()) return read_policy_map(value);
  value.refuse("the name of a policy, or a map such as {hpa: {interval: 1m}}");
}

PolicyChoice parse_policy(const std::string& text, const std::string& source) {
  const Place place{std::make_shared<const std::string>(source), 0};
  const YamlNode node{YamlNode::Kind::scalar, place, text, {}, {}};
  return read_policy({node, ""});
}

std::string format(const PolicyChoice& choice) {
  std::string text = choice.policy;
  if (!choice.configuration.empty()) text += ":" + choice.configuration;
  if (!choice.parameters.empty()) text += ":" + join(choice.parameters);
  return text;
}

std::vector<std::pair<std::string, std::string>> all_parameters(const PolicyChoice& choice) {
  const Entry& policy = *find_policy(choice.policy);
  const YamlNode node = parameters_node(choice.parameters, place_of(choice));
  return policy.written(parameters_of(policy, {node, ""}));
}

std::vector<Case> cases_of(const Experiment& experiment) {
  std::vector<Case> cases;
  std::set<std::string> names;
  for (const PolicyChoice& choice : experiment.policies) {
    std::vector<NamedConfiguration> starts;
    for (const NamedConfiguration& named : experiment.configurations) {
      if (choice.configuration.empty() || choice.configuration == named.name) starts.push_back(named);
    }
    if (starts.empty()) throw sim::Error("policy " + format(choice) + ": there is no such configuration");
    for (NamedConfiguration& start : starts) {
      std::string name = choice.policy == "fixed" ? start.name : choice.policy;
      if (choice.policy != "fixed" && starts.size() > 1) name += ":" + start.name;
      if (!choice.parameters.empty()) name += ":" + join(choice.parameters);
      if (!names.insert(name).second) throw sim::Error("two cases are named " + shown(name));
      cases.push_back({std::move(name), choice, std::move(start)});
    }
  }
  return cases;
}

std::unique_ptr<sim::Policy> make_policy(const Case& one, const sim::WorkflowSpec& workflow) {
  const Entry& policy = *find_policy(one.choice.policy);
  const YamlNode node = parameters_node(one.choice.parameters, place_of(one.choice));
  return policy.make(workflow, one.start.configuration, parameters_of(policy, {node, ""}));
}

}  // namespace faasconf::experiments::config
