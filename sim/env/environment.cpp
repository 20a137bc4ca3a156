#include "sim/env/environment.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"
#include "sim/model/run.hpp"

namespace faasconf::sim {
namespace {

// Of one environment, so that the streams of its windows meet nobody else's.
constexpr std::uint64_t kMostWindows = std::uint64_t{1} << 40;

EnvironmentSpec checked(EnvironmentSpec spec) {
  const Workload& workload = spec.scenario.workload;
  if (!std::holds_alternative<ClosedLoop>(workload.source) || workload.profile) {
    throw Error("an environment: expected a closed loop without a profile for workload; its users come from the load");
  }
  if (spec.episode_windows == 0) throw Error("an environment: expected episodes of at least one window, got 0");
  if (!spec.scenario.redeploy && spec.scenario.attribution != Attribution::completed) {
    throw Error(
        "an environment whose state carries over: expected attribution completed, since nobody waits for what "
        "a window leaves behind");
  }
  if (!(spec.smoothing_weight > 0 && spec.smoothing_weight <= 1)) {
    throw Error("an environment: expected a smoothing weight above 0 up to 1, got " +
                std::to_string(spec.smoothing_weight));
  }
  return spec;
}

}  // namespace

EnvironmentPlan::EnvironmentPlan(EnvironmentSpec spec)
    : spec_(checked(std::move(spec))),
      scenario_(spec_.scenario),
      actions_(scenario_.workflow(), spec_.rounding),
      graph_(scenario_.workflow(), actions_),
      features_(scenario_, actions_, graph_, spec_.features) {
  EpisodeLoad checks_the_load(spec_.load);
}

Environment::Environment(std::shared_ptr<const EnvironmentPlan> plan, std::uint64_t seed, std::uint64_t number)
    : plan_(std::move(plan)),
      seed_(seed),
      number_(number),
      load_stream_(RngStreams(seed, number * kMostWindows).stream("episode_load")),
      load_(plan_->spec().load),
      forecast_(plan_->spec().load_knowledge, plan_->spec().smoothing_weight),
      recorder_(plan_->scenario()),
      simulation_(plan_->scenario(), RngStreams(seed, number * kMostWindows), {&recorder_}),
      configuration_(plan_->scenario().spec().configuration),
      actions_(plan_->actions().size()),
      rows_(plan_->agents() * plan_->features().size()) {}

void Environment::reset() {
  load_.begin(load_stream_);
  window_ = 0;
  forecast_.begin(load_.users(0));
  configuration_ = plan_->scenario().spec().configuration;
  plan_->actions().encode(configuration_, actions_);
  simulation_.set_users(load_.users(0));
  simulation_.redeploy(Time{}, RngStreams(seed_, number_ * kMostWindows + ++windows_run_), configuration_);
  run_window();
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
  run_window();
  reward_ = reward_of(seen_, plan_->spec().reward);
}

template <class Archive>
void Environment::archive(Archive& a) {
  a(load_stream_, load_, forecast_, windows_run_, window_, begun_, configuration_.functions, reward_, actions_, rows_);
  a(seen_.window, seen_.start, seen_.length, seen_.users, seen_.offered_rate_per_s, seen_.configuration.functions,
    seen_.functions, seen_.requests, seen_.latency, seen_.throughput_per_s, seen_.success_ratio, seen_.qos_met,
    seen_.price, seen_.cost_window_usd, seen_.cost_execution_usd, seen_.used_gib_s, seen_.used_vcpu_s);
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
                    rows_.size() == plan_->agents() * plan_->features().size() && reader.at_end();
  if (fits) return;
  begun_ = false;
  actions_.resize(plan_->actions().size());
  rows_.resize(plan_->agents() * plan_->features().size());
  throw Error("saved state of an environment with other features, or damaged");
}

void Environment::begin_window() {
  simulation_.set_users(load_.users(window_));
  ++windows_run_;
  if (plan_->scenario().spec().redeploy) {
    simulation_.redeploy(Time{}, RngStreams(seed_, number_ * kMostWindows + windows_run_), configuration_);
  } else if (configuration_ != simulation_.configuration()) {
    simulation_.apply(configuration_);
  }
}

void Environment::run_window() {
  const ScenarioSpec& scenario = plan_->scenario().spec();
  recorder_.forget_windows();
  recorder_.begin_window(simulation_);
  simulation_.run_until(simulation_.now() + scenario.window);
  recorder_.end_window(simulation_);
  drain(simulation_, scenario.attribution);
  recorder_.latest(seen_);
  seen_.window = static_cast<std::int64_t>(window_);
  look();
}

void Environment::look() {
  const int now = load_.users(window_);
  const double told = forecast_.tell(now, load_.users(window_ + 1));
  plan_->features().write(seen_, actions_, {.users = told, .change = told - now}, rows_);
}

}  // namespace faasconf::sim
