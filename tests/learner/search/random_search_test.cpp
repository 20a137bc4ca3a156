#include "learner/search/random_search.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/env/environment.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::search {
namespace {

constexpr double kLimit = 0.05;
constexpr std::uint64_t kWindows = 45'000;

// Two functions of which CPU limits and replicas are tuned.
sim::EnvironmentSpec cpu_and_replicas() {
  sim::EnvironmentSpec spec = sim::two_steps();
  for (sim::FunctionSpec& function : spec.scenario.workflow.functions) {
    function.ranges = {
        .memory_min = {512}, .memory_max = {512}, .replicas_max = 3, .concurrency_min = 4, .concurrency_max = 4};
  }
  spec.rounding.integers = sim::IntegerKnob::equal_bins;
  spec.reward.kind = sim::RewardKind::constrained;
  spec.scenario.window = std::chrono::seconds(3);
  return spec;
}

sim::Workload users(int number) { return {.source = sim::ClosedLoop{.users = number}, .profile = std::nullopt}; }

SearchSpec search_for(std::vector<int> numbers) {
  const sim::EnvironmentSpec environment = cpu_and_replicas();
  SearchSpec spec{.scenario = environment.scenario,
                  .rounding = environment.rounding,
                  .loads = {},
                  .feasibility = {.limit = kLimit},
                  .windows = kWindows};
  for (const int number : numbers) spec.loads.push_back(users(number));
  return spec;
}

bool always(std::uint64_t) { return true; }

double violations(const sim::EnvironmentSpec& spec, const std::vector<float>& actions, std::size_t windows) {
  sim::EnvironmentSpec long_one = spec;
  long_one.load = {.levels = {4}, .series = {}};
  long_one.episode_windows = windows;
  sim::Environment environment(std::make_shared<const sim::EnvironmentPlan>(long_one), 5);
  environment.reset();
  double sum = 0;
  while (!environment.truncated()) {
    environment.step(actions);
    sum += environment.reward().violation;
  }
  return sum / static_cast<double>(windows);
}

// The cheapest of all combinations of six CPU limits and three numbers of replicas for each function that violates in
// at most 3 % of 1000 windows.
double cheapest_of_all(const sim::EnvironmentSpec& spec) {
  constexpr int kCpuLimits = 6, kReplicas = 3, kChoices = kCpuLimits * kReplicas;
  constexpr double kSurely = 0.03;
  double cheapest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kChoices * kChoices; ++i) {
    std::vector<float> actions;
    double price = 0;
    for (const int choice : {i % kChoices, i / kChoices}) {
      const auto cpu = static_cast<float>(choice % kCpuLimits) / (kCpuLimits - 1);
      const int replicas = 1 + choice / kCpuLimits;
      actions.insert(actions.end(), {cpu, 0, (static_cast<float>(replicas) - 0.5F) / kReplicas, 0});
      price += replicas * (1.73e-4 * (250 + 1750 * static_cast<double>(cpu)) + 1.2e-5 * 512);
    }
    if (price >= cheapest || violations(spec, actions, 50) > 2 * kSurely) continue;
    if (violations(spec, actions, 1000) <= kSurely) cheapest = price;
  }
  return cheapest;
}

TEST(RandomSearch, FindsNothingDearerThanExhaustiveSearch) {
  const SearchSpec spec = search_for({4});
  const SearchResult found = random_search(spec, always);
  ASSERT_TRUE(found.feasible);
  EXPECT_TRUE(found.judged);
  EXPECT_LE(found.price, 1.05 * cheapest_of_all(cpu_and_replicas()));
  EXPECT_LE(found.windows, kWindows);
  EXPECT_LE(found.violation_bound, kLimit);
  // four standard errors of 1000 windows about the limit
  EXPECT_LT(violations(cpu_and_replicas(), found.actions, 1000), kLimit + 4 * std::sqrt(kLimit * (1 - kLimit) / 1000));
}

TEST(RandomSearch, IsTheSameForASeed) {
  SearchSpec spec = search_for({4});
  const SearchResult once = random_search(spec, always), again = random_search(spec, always);
  EXPECT_EQ(once.actions, again.actions);
  EXPECT_EQ(once.violation, again.violation);
  spec.seed = 2;
  EXPECT_NE(random_search(spec, always).actions, once.actions);
}

TEST(RandomSearch, PaysForTheWorstOfSeveralLoads) {
  SearchSpec spec = search_for({1});
  spec.scenario.workflow.promise.successes->count = 1;
  const double light = random_search(spec, always).price;
  spec.loads.push_back(users(4));
  spec.windows *= 2;
  const SearchResult both = random_search(spec, always);
  EXPECT_TRUE(both.feasible);
  EXPECT_GT(both.price, light);
}

TEST(RandomSearch, SaysSoWhereNothingKeepsThePromise) {
  SearchSpec spec = search_for({4});
  spec.scenario.workflow.promise.mean = std::chrono::milliseconds(1);
  const SearchResult found = random_search(spec, always);
  EXPECT_FALSE(found.feasible);
  EXPECT_EQ(found.violation, 1);
  EXPECT_EQ(found.actions.size(), 8U);
}

TEST(RandomSearch, EndsAtOnceWithTheBestItHas) {
  SearchSpec spec = search_for({4});
  const SearchResult found = random_search(spec, [](std::uint64_t windows) { return windows < 2000; });
  EXPECT_EQ(found.windows, 2000U);
  EXPECT_EQ(found.actions.size(), 8U);
  EXPECT_FALSE(found.judged);
  EXPECT_FALSE(found.feasible);
}

TEST(RandomSearch, NeedsWindowsAndLoads) {
  SearchSpec spec = search_for({4});
  spec.windows = 1000;
  EXPECT_THROW(random_search(spec, always), sim::Error);
  spec.windows = kWindows;
  spec.loads.clear();
  EXPECT_THROW(random_search(spec, always), sim::Error);
}

}  // namespace
}  // namespace faasconf::learner::search
