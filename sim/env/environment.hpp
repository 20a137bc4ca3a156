#pragma once
// A workflow as an environment for agents: they set the knobs of their functions, a window passes, and they receive an
// observation and a reward.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "sim/core/go_on.hpp"
#include "sim/core/random.hpp"
#include "sim/env/action.hpp"
#include "sim/env/adjacency.hpp"
#include "sim/env/features.hpp"
#include "sim/env/load.hpp"
#include "sim/env/reward.hpp"
#include "sim/env/rolling_period.hpp"
#include "sim/model/simulation.hpp"
#include "sim/model/window_counter.hpp"

namespace faasconf::sim {

struct EnvironmentSpec {
  // Its workload is a closed or an open loop without a profile; `load` gives its level. Its configuration is in force
  // in the window before an episode's first action. With `redeploy`, every window has fresh instances, as in the paper;
  // without, instances and requests in flight carry over.
  ScenarioSpec scenario;
  LoadSpec load;
  LoadForecasting load_knowledge = LoadForecasting::clairvoyant;
  double smoothing_weight = 0.5;  // under LoadForecasting::smoothing and seasonal
  // Under LoadForecasting::seasonal: the period of the load. Shorter than every series: a series is a ring, so with its
  // own length as the period the past would reveal the future.
  std::size_t season_windows = 1;
  double upper_quantile = 0.9;  // of the load, among the extended features
  std::size_t episode_windows = 15;
  // The number of times each step's window is run, with independent random numbers: the reward is the mean, so its
  // violation estimates the probability of missing QoS. The first run is observed. More than 1 under `redeploy` only.
  std::size_t replications = 1;
  // Under `redeploy` only: the steps of an environment use the same random numbers whenever the load is the same, so
  // that two configurations differ by their effects, not by chance.
  bool common_random_numbers = false;
  FeatureSet features = FeatureSet::paper;
  ActionRounding rounding;
  RewardSpec reward;
};

// The const part, shared by environments on any threads.
class EnvironmentPlan {
 public:
  // Throws Error for anything that cannot be simulated or trained on, saying what and why.
  explicit EnvironmentPlan(EnvironmentSpec spec);
  EnvironmentPlan(const EnvironmentPlan&) = delete;  // parts refer to one another

  const EnvironmentSpec& spec() const { return spec_; }
  const Scenario& scenario() const { return scenario_; }
  const ActionSpace& actions() const { return actions_; }
  const AgentGraph& graph() const { return graph_; }
  const Features& features() const { return features_; }
  std::size_t agents() const { return actions_.agents(); }
  bool is_open() const { return std::holds_alternative<OpenLoop>(spec_.scenario.workload.source); }

 private:
  EnvironmentSpec spec_;
  Scenario scenario_;
  ActionSpace actions_;
  AgentGraph graph_;
  Features features_;
};

// One environment. Episodes never terminate; they are truncated after their last window, so a learner bootstraps from
// the value of the last observation. Seed, number and the actions so far determine everything to the last bit. step()
// allocates nothing once the largest configuration has been seen: therefore it has a loop of its own instead of
// sim/model/window_loop.hpp, which makes an Observation for every window and takes a Configuration from a policy.
class Environment {
 public:
  // Environments of different numbers have independent streams.
  Environment(std::shared_ptr<const EnvironmentPlan> plan, std::uint64_t seed, std::uint64_t number = 0);
  Environment(const Environment&) = delete;  // the simulation knows the counter

  // A new episode: draws its load and runs one window under the scenario's configuration, for the first observation.
  void reset();
  // actions: agents x kKnobs, each in [0, 1]. Throws Error for NaN, and before the first reset() or after an episode's
  // end.
  void step(std::span<const float> actions);

  // Asked within windows. When it returns false, reset() and step() throw Cancelled; call reset() before going on.
  void set_go_on(GoOn go_on) { simulation_.set_go_on(std::move(go_on)); }

  // The whole state except plan, seed and number, in the byte order of this machine. After restore() the environment
  // continues exactly as after save(), to the last bit. restore() throws Error for bytes that are not such a state;
  // call reset() then.
  std::vector<std::byte> save();
  void restore(std::span<const std::byte> bytes);

  const EnvironmentPlan& plan() const { return *plan_; }
  std::span<const float> observation() const { return rows_; }  // agents x features, before the next action
  const Reward& reward() const { return reward_; }              // of the last step, mean over its replications
  bool truncated() const { return window_ == plan_->spec().episode_windows; }
  // All that was observed in the last window; its number counts within the episode, 0 is reset()'s.
  const Observation& window() const { return seen_; }
  std::span<const float> last_actions() const { return actions_; }  // agents x kKnobs
  // Users, or requests per second of an open loop: of the last window, and of the one to come.
  double load() const { return load(window_); }
  double next_load() const { return load(window_ + 1); }

 private:
  double load(std::size_t window) const { return load_.level(static_cast<std::int64_t>(window)); }
  bool is_open() const { return plan_->is_open(); }
  void set_load();
  Time window_start() const;
  RngStreams next_streams(std::size_t replication);
  void begin_forecast();
  void begin_window();
  void redeploy(std::size_t replication);
  void run_window(Observation& seen);
  void run_replications();
  void judge();
  void look();
  template <class Archive>
  void archive(Archive& a);

  std::shared_ptr<const EnvironmentPlan> plan_;
  std::uint64_t seed_;
  std::uint64_t number_;
  Rng load_stream_;
  EpisodeLoad load_;
  LoadForecast forecast_;
  WindowCounter counter_;
  Simulation simulation_;
  std::uint64_t windows_run_ = 0;  // in all episodes: each has streams of its own
  std::size_t window_ = 0;         // of the episode: 0 is the one that reset() runs
  bool begun_ = false;
  Configuration configuration_;
  Observation seen_;
  Observation again_;    // another replication of it
  PeriodCounts counts_;  // of the step's replications
  RollingPeriod period_;
  Reward reward_;
  std::vector<float> actions_;
  std::vector<float> rows_;
};

}  // namespace faasconf::sim
