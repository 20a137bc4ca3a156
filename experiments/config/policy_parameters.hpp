#pragma once
// The parameters of policies as files and options write them: a table for each kind, our own names and, where platforms
// spell them otherwise, theirs. Part of policy_spec.cpp.

#include <array>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/keys/choice.hpp"
#include "experiments/config/keys/key.hpp"
#include "experiments/config/kubernetes_behavior.hpp"
#include "experiments/config/policy_spec.hpp"
#include "experiments/config/words.hpp"
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
constexpr Number kAnyLoad{.most = 1e6, .expected = "a number from 0 to 1000000"};
constexpr Number kPositive{.least = 0.001, .most = 1e6, .expected = "a number from 0.001 to 1000000"};
constexpr Number kRateOfChange{.least = kAboveOne, .most = 1e6, .expected = "a number above 1, at most 1000000"};
constexpr Number kRate{.expected = "", .is_rate = true};

double read(const YamlValue& value, const Number& number) {
  return number.is_rate ? read_rate(value, 0) : read_number(value, number.least, number.most, number.expected);
}
std::string format(double value, const Number& number) { return format_number(value) + (number.is_rate ? "/s" : ""); }
Takes takes_of(const Number& number) {
  return number.is_rate ? takes::rate(0) : takes::number(number.least, number.most);
}
std::string sample_of(const Number& number) { return number.is_rate ? "10/s" : "10"; }

// A share, or a percentage with its sign. Platforms write percentages without one: a bare number that would be more
// than any of them means is refused, since 80 is hardly meant for 8,000 %.
struct Share {
  double least = 0;
  double most = 1;
  double most_bare = 1;
  std::string_view expected = "a share from 0 to 1, or a percentage such as 80%";
};
constexpr Share kShare;
constexpr Share kPositiveShare{.least = 0.001, .expected = "a share from 0.001 to 1, or a percentage such as 80%"};
constexpr Share kLargeShare{
    .most = 1000, .most_bare = 10, .expected = "a share from 0 to 10, or a percentage such as 400%"};
constexpr Share kTargetShare{.least = 0.001,
                             .most = 10,
                             .most_bare = 10,
                             .expected = "a share from 0.001 to 10 (0.8 is 80 %), or a percentage such as 80%"};
// No metric where it is 0.
constexpr Share kTargetShareOrNone{
    .most = 10, .most_bare = 10, .expected = "a share from 0 to 10 (0.8 is 80 %), or a percentage such as 80%"};
double read(const YamlValue& value, const Share& share) {
  return read_share(value, {.least = share.least, .most = share.most, .most_bare = share.most_bare}, share.expected);
}
std::string format(double value, const Share& share) {
  return value > share.most_bare ? format_number(100 * value) + "%" : format_number(value);
}
Takes takes_of(const Share& share) { return takes::share(share.least, share.most); }
std::string sample_of(const Share&) { return "70%"; }

// A percentage as platforms write it: 80, "200.0"; the sign may be there.
struct Percentage {
  double least = 0;
  double most = 1000;
  std::string_view expected = "a percentage from 0 to 1000";
};
double read(const YamlValue& value, const Percentage& percentage) {
  std::string text = value.text(percentage.expected);
  if (!text.ends_with('%')) text += '%';
  const double number =
      parse_with(value, percentage.expected, [&](const std::string&) { return 100 * sim::parse_percentage(text); });
  if (!(number >= percentage.least && number <= percentage.most)) value.refuse(percentage.expected);
  return number / 100;
}
Takes takes_of(const Percentage& percentage) {
  return takes::percentage(percentage.least / 100, percentage.most / 100);
}
std::string sample_of(const Percentage& percentage) { return percentage.least > 100 ? "200" : "60"; }

struct Whole {};
int read(const YamlValue& value, Whole) { return static_cast<int>(read_count(value, 0, 1'000'000)); }
std::string format(int value, Whole) { return std::to_string(value); }
Takes takes_of(Whole) { return takes::count(0, 1e6); }
std::string sample_of(Whole) { return "3"; }

struct KubernetesBehavior {};
sim::HpaBehavior read(const YamlValue& value, KubernetesBehavior) { return read_behavior(value); }
Takes takes_of(KubernetesBehavior) { return takes::map_of("behavior"); }
std::string sample_of(KubernetesBehavior) { return "{scaleDown: {stabilizationWindowSeconds: 60}}"; }

// Something else, or none.
template <class Written>
struct OrNone {
  Written written{};
};
template <class Written>
auto read(const YamlValue& value, const OrNone<Written>& or_none) {
  using Value = decltype(read(value, or_none.written));
  if (value.is_scalar() && value.node().scalar == "none") return std::optional<Value>();
  return std::optional<Value>(read(value, or_none.written));
}
template <class Value, class Written>
std::string format(const std::optional<Value>& value, const OrNone<Written>& or_none) {
  return value ? format(*value, or_none.written) : "none";
}
template <class Written>
Takes takes_of(const OrNone<Written>& or_none) {
  return takes_of(or_none.written) | takes::words({"none"});
}
template <class Written>
std::string sample_of(const OrNone<Written>& or_none) {
  return sample_of(or_none.written);
}

// One of the words for a choice (words.hpp).
template <class Choice>
struct OneOf {};
template <class Choice>
Choice read(const YamlValue& value, OneOf<Choice>) {
  return read_word<Choice>(value, kWords<Choice>);
}
template <class Choice>
std::string format(Choice value, OneOf<Choice>) {
  return name_of(value);
}
template <class Choice>
Takes takes_of(OneOf<Choice>) {
  return takes::choice<Choice>();
}
template <class Choice>
std::string sample_of(OneOf<Choice>) {
  return std::string(kWords<Choice>.back().first);
}

struct Flag {};
bool read(const YamlValue& value, Flag) { return read_flag(value); }
std::string format(bool value, Flag) { return value ? "true" : "false"; }
Takes takes_of(Flag) { return takes::flag(); }
std::string sample_of(Flag) { return "true"; }

struct Time {
  bool may_be_zero = false;
};
constexpr Time kPositiveTime{};
constexpr Time kAnyTime{.may_be_zero = true};
sim::Duration read(const YamlValue& value, Time time) {
  return time.may_be_zero ? read_duration(value) : read_positive_duration(value);
}
std::string format(sim::Duration value, Time) { return sim::format(value); }
Takes takes_of(Time time) { return time.may_be_zero ? takes::time() : takes::positive_time(); }
std::string sample_of(Time) { return "20s"; }

// Something else; what is absent is not written.
template <class Written>
struct Optional {
  Written written{};
};
template <class Written>
auto read(const YamlValue& value, const Optional<Written>& optional) {
  return std::optional(read(value, optional.written));
}
template <class Value, class Written>
std::string format(const std::optional<Value>& value, const Optional<Written>& optional) {
  return value ? format(*value, optional.written) : "";
}
template <class Written>
Takes takes_of(const Optional<Written>& optional) {
  return takes_of(optional.written);
}
template <class Written>
std::string sample_of(const Optional<Written>& optional) {
  return sample_of(optional.written);
}

// A path; the empty one is not written.
struct Path {
  bool required = true;
};
std::string read(const YamlValue& value, Path) {
  return value.text("the path of a file, or the name of one that ships");
}
std::string format(const std::string& value, Path) { return value.empty() ? "" : yaml_in_quotes(value); }
Takes takes_of(Path) { return takes::text(); }
std::string sample_of(Path) { return "policy.file"; }

// Whose users: those of the next window, or of the last one.
struct Users {};
bool read(const YamlValue& value, Users) { return read_word<bool>(value, {{"next", false}, {"last", true}}); }
std::string format(bool last, Users) { return last ? "last" : "next"; }
Takes takes_of(Users) { return takes::words({"next", "last"}); }
std::string sample_of(Users) { return "last"; }

// A parameter: its name in files and options, its place in the struct (what std::invoke() takes), how it is written,
// and what it means.
template <class Member, class Written>
struct Parameter {
  std::string_view name;
  Member member;
  Written written;
  std::string_view meaning;
};
template <class Member, class Written>
Parameter(const char*, Member, Written, const char*) -> Parameter<Member, Written>;

template <class Value>
struct OfRules {  // a member of the rules for one direction
  sim::ScalingRules sim::HpaBehavior::*rules;
  Value sim::ScalingRules::*member;

  auto& operator()(sim::HpaParameters& hpa) const { return hpa.behavior.*rules.*member; }
  const auto& operator()(const sim::HpaParameters& hpa) const { return hpa.behavior.*rules.*member; }
};

// All of a kind, in the order of its struct.
template <class Kind>
constexpr auto kParameters = nullptr;

constexpr auto kUp = &sim::HpaBehavior::up;
constexpr auto kDown = &sim::HpaBehavior::down;

template <>
constexpr auto kParameters<FixedSpec> =
    std::tuple{Parameter{"file", &FixedSpec::file, Path{.required = false},
                         "a configuration's file. Absent: the configuration that it starts from"}};
template <>
constexpr auto kParameters<sim::OpenFaasAlertsParameters> = std::tuple{
    Parameter{"interval", &sim::OpenFaasAlertsParameters::interval, kPositiveTime, "the alert is evaluated so often"},
    Parameter{"rate_window", &sim::OpenFaasAlertsParameters::rate_window, kPositiveTime,
              "over which successful calls are counted"},
    Parameter{"threshold", &sim::OpenFaasAlertsParameters::threshold_per_s, kRate,
              "calls per second above which the alert fires"},
    Parameter{"hold", &sim::OpenFaasAlertsParameters::hold, kAnyTime,
              "the alert's `for`: above the threshold for so long"},
    Parameter{"repeat", &sim::OpenFaasAlertsParameters::repeat, kAnyTime, "between two steps"},
    Parameter{"step_share", &sim::OpenFaasAlertsParameters::step_share, kShare,
              "of the most replicas, that a step adds"},
};
template <>
constexpr auto kParameters<sim::HpaParameters> = std::tuple{
    Parameter{"interval", &sim::HpaParameters::interval, kPositiveTime, "between two decisions"},
    Parameter{"target_utilization", &sim::HpaParameters::target_utilization, kTargetShareOrNone,
              "CPU used / CPU request that it aims at; 0: no metric"},
    Parameter{"target_rate", &sim::HpaParameters::target_rate_per_s, kRate,
              "calls per second and pod that it aims at; 0: no metric"},
    Parameter{"target_in_flight", &sim::HpaParameters::target_in_flight, kAnyLoad,
              "calls in flight per pod that it aims at; 0: no metric"},
    Parameter{"target_queue_length", &sim::HpaParameters::target_queue_length, kAnyLoad,
              "waiting calls per pod that it aims at; 0: no metric"},
    Parameter{"tolerance", &sim::HpaParameters::tolerance, kShare,
              "deviations of the ratio from 1 that change nothing"},
    Parameter{"up_pods", OfRules{kUp, &sim::ScalingRules::pods}, OrNone<Whole>{}, "the most pods that a period adds"},
    Parameter{"up_pods_period", OfRules{kUp, &sim::ScalingRules::pods_period}, kPositiveTime, "the period of up_pods"},
    Parameter{"up_share", OfRules{kUp, &sim::ScalingRules::share}, OrNone{kLargeShare},
              "the most that a period adds, as a share of the pods at its beginning"},
    Parameter{"up_share_period", OfRules{kUp, &sim::ScalingRules::share_period}, kPositiveTime,
              "the period of up_share"},
    Parameter{"up_select", OfRules{kUp, &sim::ScalingRules::select}, OneOf<sim::ScalingSelect>{},
              "which of up_pods and up_share counts"},
    Parameter{"up_stabilization", OfRules{kUp, &sim::ScalingRules::stabilization}, kAnyTime,
              "the lowest recommendation of this span holds"},
    Parameter{"down_pods", OfRules{kDown, &sim::ScalingRules::pods}, OrNone<Whole>{},
              "the most pods that a period takes away"},
    Parameter{"down_pods_period", OfRules{kDown, &sim::ScalingRules::pods_period}, kPositiveTime,
              "the period of down_pods"},
    Parameter{"down_share", OfRules{kDown, &sim::ScalingRules::share}, OrNone{kShare},
              "the most that a period takes away, as a share of the pods at its beginning"},
    Parameter{"down_share_period", OfRules{kDown, &sim::ScalingRules::share_period}, kPositiveTime,
              "the period of down_share"},
    Parameter{"down_select", OfRules{kDown, &sim::ScalingRules::select}, OneOf<sim::ScalingSelect>{},
              "which of down_pods and down_share counts"},
    Parameter{"down_stabilization", OfRules{kDown, &sim::ScalingRules::stabilization}, kAnyTime,
              "the highest recommendation of this span holds"},
};
template <>
constexpr auto kParameters<sim::KpaParameters> = std::tuple{
    Parameter{"interval", &sim::KpaParameters::interval, kPositiveTime, "between two ticks"},
    Parameter{"stable_window", &sim::KpaParameters::stable_window, kPositiveTime, "over which the load is averaged"},
    Parameter{"panic_window", &sim::KpaParameters::panic_window, kPositiveTime, "over which it is averaged in a panic"},
    Parameter{"panic_threshold", &sim::KpaParameters::panic_threshold, kTargetShare,
              "wanted / ready pods above which it panics"},
    Parameter{"metric", &sim::KpaParameters::metric, OneOf<sim::KpaMetric>{},
              "what is averaged: calls in flight, or per second"},
    Parameter{"target", &sim::KpaParameters::target, OrNone{kPositive},
              "load of a pod. Where none: the concurrency limit, target_unlimited or target_rps"},
    Parameter{"target_share", &sim::KpaParameters::target_share, kPositiveShare,
              "of the limit or target, that it aims at"},
    Parameter{"target_unlimited", &sim::KpaParameters::target_unlimited, kPositive,
              "calls in flight of a pod without a limit"},
    Parameter{"target_rps", &sim::KpaParameters::target_rps, kPositive, "calls per second of a pod, with metric: rps"},
    Parameter{"max_scale_up_rate", &sim::KpaParameters::max_scale_up_rate, kRateOfChange,
              "factor of the pods of one tick"},
    Parameter{"max_scale_down_rate", &sim::KpaParameters::max_scale_down_rate, kRateOfChange,
              "factor of the pods of one tick"},
    Parameter{"min_scale", &sim::KpaParameters::min_scale, Whole{}, "the fewest pods; 0: as the range has it"},
    Parameter{"max_scale", &sim::KpaParameters::max_scale, Whole{}, "the most pods; 0: as the range has it"},
    Parameter{"initial_scale", &sim::KpaParameters::initial_scale, Whole{},
              "pods that are kept until so many were ready once; 0: those that it finds"},
    Parameter{"activation_scale", &sim::KpaParameters::activation_scale, Whole{},
              "the fewest pods while there are any"},
    Parameter{"scale_down_delay", &sim::KpaParameters::scale_down_delay, kAnyTime,
              "the most that was wanted within this span stays"},
    Parameter{"scale_to_zero_grace", &sim::KpaParameters::scale_to_zero_grace, kAnyTime, "before the last pod goes"},
};
template <>
constexpr auto kParameters<sim::OpenFaasAutoscalerParameters> = std::tuple{
    Parameter{"interval", &sim::OpenFaasAutoscalerParameters::interval, kPositiveTime, "between two decisions"},
    Parameter{"type", &sim::OpenFaasAutoscalerParameters::type, OneOf<sim::OpenFaasScaleType>{},
              "what is scaled by: calls per second, calls in flight, millicores used, or waiting calls"},
    Parameter{"target", &sim::OpenFaasAutoscalerParameters::target, kPositive, "load of a replica"},
    Parameter{"target_share", &sim::OpenFaasAutoscalerParameters::target_share, kPositiveShare,
              "of the target, that it aims at"},
    Parameter{"min_scale", &sim::OpenFaasAutoscalerParameters::min_scale, Whole{}, "the fewest replicas"},
    Parameter{"max_scale", &sim::OpenFaasAutoscalerParameters::max_scale, Whole{}, "the most replicas"},
    Parameter{"to_zero", &sim::OpenFaasAutoscalerParameters::to_zero, Flag{},
              "goes to zero where the range begins at 0"},
    Parameter{"zero_duration", &sim::OpenFaasAutoscalerParameters::zero_duration, kAnyTime,
              "idle for so long before it goes to zero"},
};
template <>
constexpr auto kParameters<TableSpec> = std::tuple{
    Parameter{"file", &TableSpec::file, Path{}, "the table"},
    Parameter{"users", &TableSpec::last, Users{}, "whose load is looked up: the next window's, or the last one's"},
    Parameter{"interval", &TableSpec::interval, Optional{kPositiveTime},
              "how often the load of the last interval is looked up, with `last`; unset, once a window"},
};
template <>
constexpr auto kParameters<BundleSpec> = std::tuple{Parameter{
    "file", &BundleSpec::file, Path{}, "a trained policy, or a folder of trainings, whose best policies take turns"}};

// --- the platforms' own names

// What a platform calls `own`, in its own units. It is read, never written.
template <class Member, class Written>
struct PlatformWord {
  std::string_view name;
  std::string_view own;
  Member member;
  Written written;
};
template <class Member, class Written>
PlatformWord(const char*, const char*, Member, Written) -> PlatformWord<Member, Written>;

// Knative's panic window is a share of the stable one, a tenth where nothing else is said.
struct KpaWindow {
  struct Windows {
    sim::KpaParameters* kpa;
    void operator=(sim::Duration window) const {
      kpa->stable_window = window;
      if (kpa->panic_window == sim::KpaParameters{}.panic_window) kpa->panic_window = window / 10;
    }
  };
  Windows operator()(sim::KpaParameters& kpa) const { return {&kpa}; }
};
struct KpaPanicShare {
  struct Share {
    sim::KpaParameters* kpa;
    void operator=(double share) const {
      kpa->panic_window = sim::from_seconds(share * sim::to_seconds(kpa->stable_window));
    }
  };
  Share operator()(sim::KpaParameters& kpa) const { return {&kpa}; }
};

template <class Kind>
constexpr std::tuple<> kPlatformWords;
template <>
constexpr auto kPlatformWords<sim::HpaParameters> = std::tuple{
    PlatformWord{"averageUtilization", "target_utilization", &sim::HpaParameters::target_utilization,
                 Percentage{.least = 1}},
    PlatformWord{"behavior", "", &sim::HpaParameters::behavior, KubernetesBehavior{}},
};
template <>
constexpr auto kPlatformWords<sim::KpaParameters> = std::tuple{
    PlatformWord{"window", "stable_window", KpaWindow{}, kPositiveTime},
    PlatformWord{"panic-window-percentage", "panic_window", KpaPanicShare{},
                 Percentage{.least = 1, .most = 100, .expected = "a percentage from 1 to 100"}},
    PlatformWord{"panic-threshold-percentage", "panic_threshold", &sim::KpaParameters::panic_threshold,
                 Percentage{.least = 110, .expected = "a percentage from 110 to 1000"}},
    PlatformWord{"target-utilization-percentage", "target_share", &sim::KpaParameters::target_share,
                 Percentage{.least = 1, .most = 100, .expected = "a percentage from 1 to 100"}},
    PlatformWord{"container-concurrency-target-percentage", "target_share", &sim::KpaParameters::target_share,
                 Percentage{.least = 1, .most = 100, .expected = "a percentage from 1 to 100"}},
    PlatformWord{"container-concurrency-target-default", "target_unlimited", &sim::KpaParameters::target_unlimited,
                 kPositive},
    PlatformWord{"requests-per-second-target-default", "target_rps", &sim::KpaParameters::target_rps, kPositive},
    PlatformWord{"min-scale", "min_scale", &sim::KpaParameters::min_scale, Whole{}},
    PlatformWord{"max-scale", "max_scale", &sim::KpaParameters::max_scale, Whole{}},
    PlatformWord{"initial-scale", "initial_scale", &sim::KpaParameters::initial_scale, Whole{}},
    PlatformWord{"activation-scale", "activation_scale", &sim::KpaParameters::activation_scale, Whole{}},
    PlatformWord{"scale-down-delay", "scale_down_delay", &sim::KpaParameters::scale_down_delay, kAnyTime},
    PlatformWord{"max-scale-up-rate", "max_scale_up_rate", &sim::KpaParameters::max_scale_up_rate, kRateOfChange},
    PlatformWord{"max-scale-down-rate", "max_scale_down_rate", &sim::KpaParameters::max_scale_down_rate, kRateOfChange},
    PlatformWord{"scale-to-zero-grace-period", "scale_to_zero_grace", &sim::KpaParameters::scale_to_zero_grace,
                 kAnyTime},
};
template <>
constexpr auto kPlatformWords<sim::OpenFaasAlertsParameters> = std::tuple{
    PlatformWord{"com.openfaas.scale.factor", "step_share", &sim::OpenFaasAlertsParameters::step_share,
                 Percentage{.most = 100, .expected = "a percentage from 0 to 100"}},
};
template <>
constexpr auto kPlatformWords<sim::OpenFaasAutoscalerParameters> = std::tuple{
    PlatformWord{"com.openfaas.scale.type", "type", &sim::OpenFaasAutoscalerParameters::type,
                 OneOf<sim::OpenFaasScaleType>{}},
    PlatformWord{"com.openfaas.scale.target", "target", &sim::OpenFaasAutoscalerParameters::target, kPositive},
    PlatformWord{"com.openfaas.scale.target-proportion", "target_share",
                 &sim::OpenFaasAutoscalerParameters::target_share, kPositiveShare},
    PlatformWord{"com.openfaas.scale.min", "min_scale", &sim::OpenFaasAutoscalerParameters::min_scale, Whole{}},
    PlatformWord{"com.openfaas.scale.max", "max_scale", &sim::OpenFaasAutoscalerParameters::max_scale, Whole{}},
    PlatformWord{"com.openfaas.scale.zero", "to_zero", &sim::OpenFaasAutoscalerParameters::to_zero, Flag{}},
    PlatformWord{"com.openfaas.scale.zero-duration", "zero_duration", &sim::OpenFaasAutoscalerParameters::zero_duration,
                 kAnyTime},
};

template <class Kind, class Visit>
void for_each_parameter(const Visit& visit) {
  std::apply([&visit](const auto&... parameter) { (visit(parameter), ...); }, kParameters<Kind>);
}

template <class Kind, class Visit>
void for_each_platform_word(const Visit& visit) {
  std::apply([&visit](const auto&... word) { (visit(word), ...); }, kPlatformWords<Kind>);
}

template <class Written>
bool is_required(const Written&) {
  return false;
}
bool is_required(Path path) { return path.required; }

// --- what goes together

template <class Kind>
void check_together(const YamlMap&, Kind&) {}

// `behavior` says it all: a rule beside it would be lost.
void check_behavior(const YamlMap& map) {
  if (!map.get("behavior")) return;
  for_each_parameter<sim::HpaParameters>([&](const auto& parameter) {
    const bool is_rule = parameter.name.starts_with("up_") || parameter.name.starts_with("down_");
    const auto rule = is_rule ? map.get(parameter.name) : std::nullopt;
    if (rule) rule->fail("expected either behavior or " + std::string(parameter.name) + ", got both");
  });
}

// Other metrics take the place of CPU use, which is the metric where none is given.
void check_together(const YamlMap& map, sim::HpaParameters& hpa) {
  const bool cpu_is_given = map.get("target_utilization") || map.get("averageUtilization");
  check_behavior(map);
  const bool others = hpa.target_rate_per_s > 0 || hpa.target_in_flight > 0 || hpa.target_queue_length > 0;
  if (!cpu_is_given && others) hpa.target_utilization = 0;
  if (hpa.target_utilization == 0 && !others) {
    map.value().fail(
        "expected a metric: target_utilization, target_rate, target_in_flight or target_queue_length above 0");
  }
}

void check_scales(const YamlMap& map, int min_scale, int max_scale) {
  if (min_scale <= max_scale) return;
  map.value().fail("expected min_scale not above max_scale, got " + std::to_string(min_scale) + " and " +
                   std::to_string(max_scale));
}
// One that changes a default which nothing goes by would be lost.
void check_together(const YamlMap& map, sim::KpaParameters& kpa) {
  if (kpa.max_scale > 0) check_scales(map, kpa.min_scale, kpa.max_scale);
  if (kpa.target_rps == sim::KpaParameters{}.target_rps) return;
  if (kpa.target) map.value().fail("expected target or target_rps, got both");
  if (kpa.metric != sim::KpaMetric::rps) {
    map.value().fail("expected target_rps with metric: rps alone, got it with metric: concurrency");
  }
}
void check_together(const YamlMap& map, sim::OpenFaasAutoscalerParameters& openfaas) {
  check_scales(map, openfaas.min_scale, openfaas.max_scale);
  if (!openfaas.to_zero && openfaas.zero_duration != sim::OpenFaasAutoscalerParameters{}.zero_duration) {
    map.value().fail("expected zero_duration with to_zero: true alone, got it without");
  }
}

// A forecast is of the next window, not of the next interval.
void check_together(const YamlMap& map, TableSpec& table) {
  if (table.interval && !table.last) map.value().fail("expected interval with users: last alone, got it with next");
}

template <class Kind>
Kind read_parameters(const YamlMap& map) {
  Kind kind{};
  for_each_parameter<Kind>([&](const auto& parameter) {
    const auto value = is_required(parameter.written) ? map.require(parameter.name) : map.get(parameter.name);
    if (value) std::invoke(parameter.member, kind) = read(*value, parameter.written);
  });
  for_each_platform_word<Kind>([&](const auto& word) {
    const auto value = map.get(word.name);
    if (!value) return;
    if (!word.own.empty() && map.get(word.own))
      value->fail("is another name of " + std::string(word.own) + ", which is given too");
    std::invoke(word.member, kind) = read(*value, word.written);
  });
  check_together(map, kind);
  return kind;
}

template <class Kind>
Texts write_parameters(const Kind& kind) {
  Texts texts;
  for_each_parameter<Kind>([&](const auto& parameter) {
    const std::string text = format(std::invoke(parameter.member, kind), parameter.written);
    if (!text.empty()) texts.emplace_back(parameter.name, text);
  });
  return texts;
}

}  // namespace
}  // namespace faasconf::experiments::config
