#include "learner/search/random_search.hpp"

#include <cstddef>
#include <string>

#include "learner/search/random_proposer.hpp"
#include "learner/search/run_search.hpp"
#include "learner/search/simulated_objective.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

namespace faasconf::learner::search {
namespace {

constexpr std::size_t kFinalists = 48;
constexpr std::size_t kJudgedSteps = 50;  // of a finalist

std::uint64_t windows_to_search(const SearchSpec& spec, const Objective& judging) {
  const std::uint64_t to_judge = kFinalists * kJudgedSteps * judging.windows_of_step();
  if (spec.windows >= 2 * to_judge) return spec.windows - to_judge;
  throw sim::Error("a search: expected " + std::to_string(2 * to_judge) +
                   " windows at least, half of which judge what it finds, got " + std::to_string(spec.windows));
}

}  // namespace

SearchResult random_search(const SearchSpec& spec, const OnSearch& on_search) {
  if (spec.users.empty()) throw sim::Error("a search: expected numbers of users, got none");
  const sim::RngStreams streams(spec.seed);
  SimulatedObjective searching(spec.environment, spec.users, streams.stream("search").next());
  SimulatedObjective judging(spec.environment, spec.users, streams.stream("judging").next());
  const auto windows = [&] { return searching.windows() + judging.windows(); };
  const GoOn go_on = [&] { return on_search(windows()); };

  RandomProposer proposer(searching.size().coordinates, streams.stream("candidates"));
  const Budget budget{.windows = windows_to_search(spec, judging), .finalists = kFinalists};
  const auto finalists = run_search(searching, proposer, budget, spec.feasibility, go_on);
  SearchResult result = judge(judging, finalists, kJudgedSteps, spec.feasibility, go_on);
  result.windows = windows();
  return result;
}

}  // namespace faasconf::learner::search
