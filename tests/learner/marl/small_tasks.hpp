#pragma once
// Tasks whose best actions are known, and a loop that lets a learner live in them.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "learner/marl/learner.hpp"
#include "sim/core/random.hpp"
#include "sim/env/action.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::marl {

inline constexpr std::size_t kAgents = 2;
inline constexpr std::size_t kTaskFeatures = 3;  // the state, which agent it is, and noise that says nothing

// Two agents, one before the other.
inline const sim::AgentGraph& two_agents() {
  static const sim::AgentGraph graph = [] {
    sim::WorkflowSpec workflow;
    for (const char* name : {"first", "second"}) workflow.functions.push_back(sim::function_named(name));
    workflow.entry = {sim::Sequence{{{sim::Call{"first"}}, {sim::Call{"second"}}}}};
    return sim::AgentGraph(workflow, sim::ActionSpace(workflow));
  }();
  return graph;
}

// What became of a step.
struct Outcome {
  double reward = 0;
  double violation = 0;
  double next_state = 0;
};

struct SmallTask {
  std::function<double(sim::Rng&)> first_state;
  // actions: kAgents x kKnobs
  std::function<Outcome(double state, std::span<const float> actions, sim::Rng&)> step;
  std::size_t episode = 1;
  std::function<double(double state)> load = [](double) { return 10.0; };
};

// What the agents see. Agents that share a network differ only in what they observe.
inline void add_rows(double state, sim::Rng& rng, std::vector<float>& rows) {
  for (std::size_t agent = 0; agent < kAgents; ++agent) {
    rows.push_back(static_cast<float>(state));
    rows.push_back(static_cast<float>(agent));
    rows.push_back(static_cast<float>(rng.normal()));
  }
}

// `environments` copies of a task, side by side.
class SmallWorld {
 public:
  SmallWorld(SmallTask task, std::size_t environments, std::uint64_t seed)
      : task_(std::move(task)), rng_(sim::RngStreams(seed).stream("task")), states_(environments), ages_(environments) {
    for (double& state : states_) state = task_.first_state(rng_);
    look(rows_);
  }

  void live(Learner& learner) {
    const std::size_t count = states_.size();
    std::vector<float> actions(count * kAgents * sim::kKnobs);
    learner.act(rows_, actions);
    std::vector<double> rewards(count), violations(count), unserved(count);
    std::vector<std::uint8_t> truncated(count);
    std::vector<double> loads(count);
    for (std::size_t i = 0; i < count; ++i) {
      loads[i] = task_.load(states_[i]);
      const auto mine = std::span(actions).subspan(i * kAgents * sim::kKnobs, kAgents * sim::kKnobs);
      const Outcome outcome = task_.step(states_[i], mine, rng_);
      rewards[i] = outcome.reward;
      violations[i] = outcome.violation;
      truncated[i] = ++ages_[i] == task_.episode ? 1 : 0;
      states_[i] = outcome.next_state;
    }
    std::vector<float> next_rows;
    look(next_rows);
    learner.observe({rows_, actions, next_rows, rewards, violations, unserved, truncated, loads});
    for (std::size_t i = 0; i < count; ++i) {
      if (truncated[i] == 0) continue;
      ages_[i] = 0;
      states_[i] = task_.first_state(rng_);
    }
    look(rows_);
  }

  void learn(Learner& learner, int iterations, int steps_per_iteration = 1) {
    for (int i = 0; i < iterations; ++i) {
      learner.set_progress(static_cast<double>(i) / iterations);
      for (int t = 0; t < steps_per_iteration; ++t) live(learner);
      const std::size_t phases = learner.phases();
      for (std::size_t phase = 0; phase < phases; ++phase) learner.apply(phase, learner.compute(phase));
    }
  }

 private:
  void look(std::vector<float>& rows) {
    rows.clear();
    for (const double state : states_) add_rows(state, rng_, rows);
  }

  SmallTask task_;
  sim::Rng rng_;
  std::vector<double> states_;
  std::vector<std::size_t> ages_;
  std::vector<float> rows_;
};

// The actions that serve in a state, without exploration, mean over what says nothing: kAgents x kKnobs.
inline std::vector<double> served(Learner& learner, double state) {
  constexpr std::size_t kDraws = 64;
  const torch::NoGradGuard no_grad;
  learner.actor().eval();
  sim::Rng rng = sim::RngStreams(99).stream("served");
  std::vector<float> rows;
  for (std::size_t i = 0; i < kDraws; ++i) add_rows(state, rng, rows);
  const torch::Tensor seen =
      torch::from_blob(rows.data(), {static_cast<std::int64_t>(kDraws), static_cast<std::int64_t>(kAgents),
                                     static_cast<std::int64_t>(kTaskFeatures)});
  const torch::Tensor mean =
      learner.actor().actions(learner.standardizer().apply(seen), learner.structure(0)).mean(0).flatten();
  std::vector<double> all;
  for (std::int64_t i = 0; i < mean.numel(); ++i) all.push_back(mean[i].item<double>());
  return all;
}

}  // namespace faasconf::learner::marl
