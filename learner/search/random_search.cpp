#include "learner/search/random_search.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "learner/search/random_proposer.hpp"
#include "learner/search/run_search.hpp"
#include "learner/search/simulated_objective.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

namespace faasconf::learner::search {
namespace {

constexpr std::size_t kFinalists = 48;
constexpr std::size_t kJudgedWindows = 400;  // of a finalist, per load
constexpr std::size_t kMostWindows = 128;    // of a point in the race, per load

// Where a step is long, as one with whole periods is, a few of them all the same.
std::size_t judged_steps(const Objective& judging) {
  constexpr std::size_t kFewest = 30;  // 60 periods of which none breaks show that 95 % are kept
  const bool by_window = judging.size().judged() == judging.size().windows;
  return by_window ? std::max<std::size_t>(1, kJudgedWindows / judging.size().windows) : kFewest;
}

std::uint64_t windows_to_search(const SearchSpec& spec, const Objective& judging) {
  const std::uint64_t to_judge = kFinalists * judged_steps(judging) * judging.windows_of_step();
  if (spec.windows >= 2 * to_judge) return spec.windows - to_judge;
  throw sim::Error("a search: expected " + std::to_string(2 * to_judge) +
                   " windows at least, half of which judge what it finds, got " + std::to_string(spec.windows));
}

}  // namespace

SearchResult random_search(const SearchSpec& spec, const OnSearch& on_search) {
  const sim::RngStreams streams(spec.seed);
  SimulatedObjectiveSpec simulated{.scenario = spec.scenario,
                                   .rounding = spec.rounding,
                                   .loads = spec.loads,
                                   .windows = spec.windows_of_load,
                                   .seed = streams.stream("search").next(),
                                   .common_random_numbers = spec.common_random_numbers};
  SimulatedObjective searching(simulated);
  simulated.seed = streams.stream("judging").next();
  SimulatedObjective judging(std::move(simulated));
  const auto windows = [&] { return searching.windows() + judging.windows(); };
  const GoOn go_on = [&] { return on_search(windows()); };

  RandomProposer proposer(searching.size().coordinates, streams.stream("candidates"));
  const Budget budget{.windows = windows_to_search(spec, judging),
                      .steps = std::max<std::size_t>(2, kMostWindows / searching.size().windows),
                      .finalists = kFinalists};
  const auto finalists = run_search(searching, proposer, budget, spec.feasibility, go_on);
  SearchResult result = judge(judging, finalists, judged_steps(judging), spec.feasibility, go_on);
  result.windows = windows();
  return result;
}

}  // namespace faasconf::learner::search
