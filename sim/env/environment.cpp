#include "sim/env/environment.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"
#include "sim/model/observe.hpp"
#include "sim/model/simulated_platform.hpp"

namespace faasconf::sim {
namespace {

// Per environment, so that its random streams are independent of all others. The upper half is for common random
// numbers, kMostReplications per number of users.
constexpr std::uint64_t kMostWindows = std::uint64_t{1} << 40;
constexpr std::uint64_t kFirstCommon = kMostWindows / 2;
constexpr std::uint64_t kMostReplications = 256;
constexpr double kMostUsers = 1e6;

void check_forecast(const EnvironmentSpec& spec) {
  if (!(spec.smoothing_weight > 0 && spec.smoothing_weight <= 1)) {
    throw Error("an environment: expected a smoothing weight above 0 up to 1, got " +
                std::to_string(spec.smoothing_weight));
  }
  if (!(spec.upper_quantile > 0 && spec.upper_quantile < 1)) {
    throw Error("an environment: expected an upper quantile between 0 and 1, got " +
                std::to_string(spec.upper_quantile));
  }
  if (spec.season_windows == 0) throw Error("an environment: expected a season of at least one window, got 0");
  if (spec.load_knowledge != LoadForecasting::seasonal) return;
  for (const auto& series : spec.load.series) {
    if (spec.season_windows < series.size()) continue;
    throw Error("an environment: expected a season shorter than every series of the load, got " +
                std::to_string(spec.season_windows) + " windows and a series of " + std::to_string(series.size()));
  }
}

void check_users(const LoadSpec& load) {
  const auto check_all = [](const std::vector<double>& levels) {
    for (const double level : levels) {
      if (level == std::floor(level) && level <= kMostUsers) continue;
      throw Error("an environment: expected whole numbers of users, got " + std::to_string(level));
    }
  };
  check_all(load.levels);
  for (const std::vector<double>& series : load.series) check_all(series);
}

EnvironmentSpec checked(EnvironmentSpec spec) {
  const Workload& workload = spec.scenario.workload;
  if (std::holds_alternative<ArrivalList>(workload.source) || workload.profile) {
    throw Error(
        "an environment: expected a closed or an open loop without a profile for workload; its level comes from the "
        "load");
  }
  if (spec.episode_windows == 0) throw Error("an environment: expected episodes of at least one window, got 0");
  if (!spec.scenario.redeploy && spec.scenario.attribution != Attribution::completed) {
    throw Error(
        "an environment whose state carries over: expected attribution completed, since an environment does not wait "
        "for what "
        "a window leaves behind");
  }
  if (spec.replications == 0 || spec.replications > kMostReplications) {
    throw Error("an environment: expected 1 to " + std::to_string(kMostReplications) +
                " replications of a window, got " + std::to_string(spec.replications));
  }
  if (!spec.scenario.redeploy && (spec.replications > 1 || spec.common_random_numbers)) {
    throw Error(
        "an environment whose state carries over: expected one replication of each window and no common random "
        "numbers, since windows cannot be run again");
  }
  check_forecast(spec);
  if (std::holds_alternative<ClosedLoop>(workload.source)) check_users(spec.load);
  return spec;
}

// An open loop follows a load over time, of which every episode is a stretch.
ScenarioSpec scenario_of(const EnvironmentSpec& spec) {
  EpisodeLoad checks_the_load(spec.load);
  ScenarioSpec scenario = spec.scenario;
  if (std::holds_alternative<OpenLoop>(scenario.workload.source)) {
    scenario.workload.profile = stretched(spec.load, scenario.window, spec.episode_windows);
  }
  return scenario;
}

// What a simulation observed of a function, which is complete, in the form that saved states have.
struct SavedFunction {
  Counts calls;
  std::optional<Latency> latency;
  double cpu_cores;
  double cpu_percent;
  double throttled_share;
  std::int64_t throttled_periods;
  double memory_share;
  double received_bytes_per_s;
  double transmitted_bytes_per_s;
  double instances;
  double starting_mean;
  double outdated_mean;
  double draining_mean;
  double reserved_core_s;
  double wanted_core_s;
  int in_transition;
  int ready;
  int starting;
  int pending;
  std::int64_t cold_starts;
  std::int64_t crashes;
  double concurrency_mean;
  std::optional<double> execution_mean_s;
};

std::vector<SavedFunction> saved(const std::vector<FunctionObservation>& functions) {
  std::vector<SavedFunction> form;
  for (const FunctionObservation& function : functions) {
    form.push_back({.calls = function.calls,
                    .latency = function.latency,
                    .cpu_cores = *function.cpu_cores,
                    .cpu_percent = *function.cpu_percent,
                    .throttled_share = *function.throttled_share,
                    .throttled_periods = *function.throttled_periods,
                    .memory_share = *function.memory_share,
                    .received_bytes_per_s = *function.received_bytes_per_s,
                    .transmitted_bytes_per_s = *function.transmitted_bytes_per_s,
                    .instances = function.instances,
                    .starting_mean = *function.starting_mean,
                    .outdated_mean = *function.outdated_mean,
                    .draining_mean = *function.draining_mean,
                    .reserved_core_s = function.reserved_core_s,
                    .wanted_core_s = function.wanted_core_s,
                    .in_transition = *function.in_transition,
                    .ready = function.ready,
                    .starting = function.starting,
                    .pending = function.pending,
                    .cold_starts = *function.cold_starts,
                    .crashes = function.crashes,
                    .concurrency_mean = *function.concurrency_mean,
                    .execution_mean_s = function.execution_mean_s});
  }
  return form;
}

std::vector<FunctionObservation> restored(const std::vector<SavedFunction>& form) {
  std::vector<FunctionObservation> functions;
  for (const SavedFunction& function : form) {
    functions.push_back({.calls = function.calls,
                         .latency = function.latency,
                         .cpu_cores = function.cpu_cores,
                         .cpu_percent = function.cpu_percent,
                         .throttled_share = function.throttled_share,
                         .throttled_periods = function.throttled_periods,
                         .memory_share = function.memory_share,
                         .received_bytes_per_s = function.received_bytes_per_s,
                         .transmitted_bytes_per_s = function.transmitted_bytes_per_s,
                         .instances = function.instances,
                         .starting_mean = function.starting_mean,
                         .outdated_mean = function.outdated_mean,
                         .draining_mean = function.draining_mean,
                         .in_transition = function.in_transition != 0,
                         .reserved_core_s = function.reserved_core_s,
                         .wanted_core_s = function.wanted_core_s,
                         .ready = function.ready,
                         .starting = function.starting,
                         .pending = function.pending,
                         .cold_starts = function.cold_starts,
                         .crashes = function.crashes,
                         .concurrency_mean = function.concurrency_mean,
                         .execution_mean_s = function.execution_mean_s});
  }
  return functions;
}

}  // namespace

EnvironmentPlan::EnvironmentPlan(EnvironmentSpec spec)
    : spec_(checked(std::move(spec))),
      scenario_(scenario_of(spec_)),
      actions_(scenario_.workflow(), spec_.rounding),
      graph_(scenario_.workflow(), actions_),
      features_(scenario_, actions_, graph_, spec_.features) {}

Environment::Environment(std::shared_ptr<const EnvironmentPlan> plan, std::uint64_t seed, std::uint64_t number)
    : plan_(std::move(plan)),
      seed_(seed),
      number_(number),
      load_stream_(RngStreams(seed, number * kMostWindows).stream("episode_load")),
      load_(plan_->spec().load),
      forecast_(plan_->spec().load_knowledge, plan_->spec().smoothing_weight, plan_->spec().season_windows,
                plan_->spec().upper_quantile),
      counter_(plan_->scenario()),
      simulation_(plan_->scenario(), RngStreams(seed, number * kMostWindows), {&counter_}),
      configuration_(plan_->scenario().spec().configuration),
      period_(plan_->scenario().workflow().promise, plan_->scenario().spec().window),
      actions_(plan_->actions().size()),
      rows_(plan_->agents() * plan_->features().size()) {}

void Environment::reset() {
  load_.begin(load_stream_);
  window_ = 0;
  begin_forecast();
  configuration_ = plan_->scenario().spec().configuration;
  plan_->actions().encode(configuration_, actions_);
  set_load();
  redeploy(0);
  run_window(seen_);
  period_.restart();
  look();
  reward_ = {};
  begun_ = true;
}

void Environment::step(std::span<const float> actions) {
  if (!begun_ || truncated()) throw Error("an environment: the episode is over or has not begun; reset it first");
  if (actions.size() != actions_.size()) {
    throw Error("an environment: expected " + std::to_string(actions_.size()) + " numbers for an action, got " +
                std::to_string(actions.size()));
  }
  plan_->actions().decode(actions, configuration_);
  std::copy(actions.begin(), actions.end(), actions_.begin());
  ++window_;
  begin_window();
  run_window(seen_);
  look();
  reward_ = before_promise(seen_, plan_->spec().reward);
  if (plan_->spec().replications > 1) run_replications();
  judge();
  reward_ = with_promise(reward_, plan_->spec().reward);
}

// Where a window is no period of its own, the latest ones together.
void Environment::judge() {
  const Promise& promise = plan_->scenario().workflow().promise;
  if (promise.period_requests == 0) return;
  period_.add(counts_);
  reward_.violation = period_.is_broken() ? 1 : 0;
  reward_.unserved = counts_.due.unserved_share();
}

template <class Archive>
void Environment::archive(Archive& a) {
  a(load_stream_, load_, forecast_, windows_run_, window_, begun_, configuration_.functions, period_, reward_, actions_,
    rows_);
  std::vector<SavedFunction> functions = saved(seen_.functions);
  a(seen_.window, seen_.start, seen_.length, seen_.users, seen_.offered_rate_per_s, seen_.configuration.functions,
    functions, seen_.requests, seen_.latency, seen_.throughput_per_s, seen_.success_ratio, seen_.served_share,
    seen_.qos_met, seen_.in_transition, seen_.reserved_core_s, seen_.wanted_core_s, seen_.price, seen_.cost_window_usd,
    seen_.cost_execution_usd, seen_.used_gib_s, seen_.used_vcpu_s);
  seen_.functions = restored(functions);
}

std::vector<std::byte> Environment::save() {
  ArchiveWriter writer;
  std::vector<std::byte> simulation = simulation_.save();
  writer(simulation);
  archive(writer);
  return writer.take();
}

void Environment::restore(std::span<const std::byte> bytes) {
  ArchiveReader reader(bytes);
  std::vector<std::byte> simulation;
  reader(simulation);
  simulation_.restore(simulation);
  begun_ = false;
  archive(reader);
  const bool fits = actions_.size() == plan_->actions().size() &&
                    rows_.size() == plan_->agents() * plan_->features().size() && forecast_.is_whole() &&
                    reader.at_end();
  if (fits) return;
  begun_ = false;
  actions_.resize(plan_->actions().size());
  rows_.resize(plan_->agents() * plan_->features().size());
  throw Error("saved state of an environment with other features, or damaged");
}

RngStreams Environment::next_streams(std::size_t replication) {
  ++windows_run_;
  // a rate by its thousandths
  const double level = is_open() ? std::fmod(std::round(1000 * load()), 0x1p28) : load();
  const std::uint64_t common = kFirstCommon + static_cast<std::uint64_t>(level) * kMostReplications + replication;
  const std::uint64_t which = plan_->spec().common_random_numbers ? common : windows_run_;
  return RngStreams(seed_, number_ * kMostWindows + which);
}

void Environment::begin_forecast() {
  const auto watched = static_cast<std::int64_t>(std::min(load_.history(), forecast_.memory()));
  forecast_.begin(load_.level(-watched));
  for (std::int64_t window = -watched; window < 0; ++window) {
    forecast_.observe(load_.level(window), load_.level(window + 1));
  }
}

// An open loop has its load from the scenario.
void Environment::set_load() {
  if (!is_open()) simulation_.set_users(static_cast<int>(load()));
}

// In the scenario's load over time; a closed loop has none.
Time Environment::window_start() const {
  if (!is_open()) return {};
  const std::size_t first = load_.first_window(plan_->spec().episode_windows);
  return Time(static_cast<std::int64_t>(first + window_) * plan_->scenario().spec().window);
}

void Environment::begin_window() {
  set_load();
  counts_ = {};
  if (plan_->scenario().spec().redeploy) {
    redeploy(0);
  } else if (configuration_ != simulation_.configuration()) {
    simulation_.apply(configuration_);
  }
}

void Environment::redeploy(std::size_t replication) {
  simulation_.redeploy(window_start(), next_streams(replication), configuration_);
}

void Environment::run_window(Observation& seen) {
  const ScenarioSpec& scenario = plan_->scenario().spec();
  counter_.forget_windows();
  counter_.begin_window(simulation_);
  simulation_.run_until(simulation_.now() + scenario.window);
  counter_.end_window(simulation_);
  drain(simulation_, scenario.attribution);
  observe(counter_.latest(), plan_->scenario().workflow(), seen);
  counts_.add(counter_.latest());
  seen.window = static_cast<std::int64_t>(window_);
}

// After the first: the reward becomes the mean of all.
void Environment::run_replications() {
  const std::size_t count = plan_->spec().replications;
  for (std::size_t replication = 1; replication < count; ++replication) {
    redeploy(replication);
    run_window(again_);
    reward_ += before_promise(again_, plan_->spec().reward);
  }
  reward_ /= static_cast<double>(count);
}

void Environment::look() {
  const double now = load();
  const double forecast = forecast_.observe(now, next_load());
  plan_->features().write(seen_, actions_, {.level = forecast, .change = forecast - now, .upper = forecast_.upper()},
                          rows_);
}

}  // namespace faasconf::sim
