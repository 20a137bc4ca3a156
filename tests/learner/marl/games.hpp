#pragma once
// Hand-made environments whose optimum is known, and a learner that plays them.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "learner/marl/learner.hpp"
#include "sim/core/random.hpp"
#include "sim/env/environment.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner {

inline constexpr std::size_t kPlayers = 2;  // agents, one after the other
inline constexpr int kEpisode = 10;         // turns, after which an episode is truncated

// What a turn comes to.
struct Turn {
  double reward = 0;
  double violation = 0;
  std::size_t next = 0;  // state
};

// A new episode begins in a state that is drawn.
struct Game {
  std::size_t states = 1;
  // actions: kPlayers x kKnobs
  std::function<Turn(std::size_t state, std::span<const float> actions, sim::Rng& rng)> play;

  // A row says which player and which state it is of, one column each.
  std::size_t features() const { return kPlayers + states; }
  void look(std::size_t state, std::span<float> rows) const {
    std::ranges::fill(rows, 0.0F);
    for (std::size_t player = 0; player < kPlayers; ++player) {
      rows[player * features() + player] = rows[player * features() + kPlayers + state] = 1;
    }
  }
};

inline const sim::AgentGraph& graph_of_players() {
  static const sim::EnvironmentPlan plan(sim::two_steps());
  return plan.graph();
}

// Environments of a game and a learner, as a trainer has them in a shard.
class Match {
 public:
  Match(Game game, Learner& learner, std::size_t environments)
      : game_(std::move(game)), learner_(learner), states_(environments), turns_(environments) {
    for (std::size_t& state : states_) state = rng_.below(static_cast<std::uint32_t>(game_.states));
  }

  struct Means {
    double reward = 0;
    double violation = 0;
  };
  // So many turns of every environment before an update.
  Means iterate(std::size_t turns) {
    Means means;
    for (std::size_t t = 0; t < turns; ++t) {
      const Means now = turn();
      means.reward += now.reward / static_cast<double>(turns);
      means.violation += now.violation / static_cast<double>(turns);
    }
    for (std::size_t phase = 0, phases = learner_.phases(); phase < phases; ++phase) {
      learner_.apply(phase, learner_.compute(phase));
    }
    return means;
  }
  // Means of the last iteration.
  Means iterate(std::size_t iterations, std::size_t turns) {
    Means last;
    for (std::size_t i = 0; i < iterations; ++i) {
      learner_.set_progress(static_cast<double>(i) / static_cast<double>(iterations));
      last = iterate(turns);
    }
    return last;
  }

  // What the learner does in a state when it does not explore: kPlayers x kKnobs.
  std::vector<float> decision(std::size_t state) const {
    std::vector<float> rows(kPlayers * game_.features());
    game_.look(state, rows);
    const torch::NoGradGuard no_grad;
    learner_.actor().eval();
    const torch::Tensor seen = torch::tensor(rows).view({1, static_cast<std::int64_t>(kPlayers), -1});
    const torch::Tensor actions =
        learner_.actor().actions(learner_.standardizer().apply(seen), learner_.structure(0)).flatten().contiguous();
    return {actions.data_ptr<float>(), actions.data_ptr<float>() + actions.numel()};
  }

 private:
  Means turn() {
    const std::size_t count = states_.size(), row = kPlayers * game_.features(), knobs = kPlayers * sim::kKnobs;
    std::vector<float> rows(count * row), next_rows(count * row), actions(count * knobs);
    std::vector<double> rewards(count), violations(count);
    std::vector<std::uint8_t> truncated(count);
    const std::vector<int> users(count, 1);
    for (std::size_t i = 0; i < count; ++i) game_.look(states_[i], std::span(rows).subspan(i * row, row));
    learner_.act(rows, actions);
    Means means;
    for (std::size_t i = 0; i < count; ++i) {
      const Turn turn = game_.play(states_[i], std::span(actions).subspan(i * knobs, knobs), rng_);
      means.reward += (rewards[i] = turn.reward) / static_cast<double>(count);
      means.violation += (violations[i] = turn.violation) / static_cast<double>(count);
      states_[i] = turn.next;
      game_.look(states_[i], std::span(next_rows).subspan(i * row, row));
      turns_[i] = (turns_[i] + 1) % kEpisode;
      truncated[i] = turns_[i] == 0 ? 1 : 0;
      if (truncated[i] != 0) states_[i] = rng_.below(static_cast<std::uint32_t>(game_.states));
    }
    learner_.observe({.rows = rows,
                      .actions = actions,
                      .next_rows = next_rows,
                      .rewards = rewards,
                      .violations = violations,
                      .truncated = truncated,
                      .users = users});
    return means;
  }

  Game game_;
  Learner& learner_;
  sim::Rng rng_{11};
  std::vector<std::size_t> states_;
  std::vector<int> turns_;  // of the episode
};

// Every knob of every player has a best place of its own, all are paid for the mean square distance from it. Optimum 0.
inline const std::vector<float> kBest = {0.2F, 0.7F, 0.5F, 0.35F, 0.8F, 0.3F, 0.6F, 0.25F};
inline Game bandit() {
  return {.states = 1, .play = [](std::size_t, std::span<const float> actions, sim::Rng&) {
            double squares = 0;
            for (std::size_t i = 0; i < kBest.size(); ++i) squares += std::pow(actions[i] - kBest[i], 2);
            return Turn{.reward = -squares / static_cast<double>(kBest.size())};
          }};
}

// Both players choose their first knob, drawn mixtures of a cooperative matrix game
//   [[7, 0], [0, 11]] / 10
// with two equilibria that no player gains by leaving alone. Optimum: both 1.
inline Game coordination() {
  return {.states = 1, .play = [](std::size_t, std::span<const float> actions, sim::Rng&) {
            const double a = actions[0], b = actions[sim::kKnobs];
            return Turn{.reward = 1.1 * a * b + 0.7 * (1 - a) * (1 - b)};
          }};
}

// A process with two states. To spend in the poor state pays 1 now and keeps one poor, to save pays 0 and makes one
// rich; in the rich state spending pays 3 and makes one poor, saving pays 2 and keeps one rich. The chance to save is
// the mean of the players' first knobs. In tenths.
struct SavingGame {
  static constexpr double kPay[2][2] = {{0.1, 0.0}, {0.3, 0.2}};  // [state][saves]

  static Game game() {
    return {.states = 2, .play = [](std::size_t state, std::span<const float> actions, sim::Rng& rng) {
              const double saving = (actions[0] + actions[sim::kKnobs]) / 2.0;
              const double reward = (1 - saving) * kPay[state][0] + saving * kPay[state][1];
              return Turn{.reward = reward, .next = rng.uniform() < saving ? std::size_t{1} : std::size_t{0}};
            }};
  }

  // Whether the best saves in each state, by value iteration.
  static std::vector<bool> best(double gamma) {
    double value[2] = {0, 0};
    const auto of_action = [&](int state, int saves) { return kPay[state][saves] + gamma * value[saves]; };
    for (int i = 0; i < 1000; ++i) {
      const double poor = std::max(of_action(0, 0), of_action(0, 1));
      value[1] = std::max(of_action(1, 0), of_action(1, 1));
      value[0] = poor;
    }
    return {of_action(0, 1) > of_action(0, 0), of_action(1, 1) > of_action(1, 0)};
  }
};

}  // namespace faasconf::learner
