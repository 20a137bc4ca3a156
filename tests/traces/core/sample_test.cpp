#include "traces/core/sample.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/random.hpp"
#include "tests/traces/made_up_trace.hpp"

namespace faasconf::traces {
namespace {

std::set<std::string> names(const Trace& trace) {
  std::set<std::string> result;
  for (const TraceFunction& function : trace.functions) result.insert(function.function);
  return result;
}

TEST(SamplingOrder, HasEveryFunctionOnce) {
  std::vector<std::size_t> order = sampling_order(many_functions(301), 7);
  std::ranges::sort(order);
  std::vector<std::size_t> all(301);
  std::iota(all.begin(), all.end(), std::size_t{0});
  EXPECT_EQ(order, all);
}

TEST(Sample, IsPartOfEveryLargerSample) {
  const Trace trace = many_functions(200);
  std::set<std::string> smaller;
  for (const std::size_t count : {0, 1, 5, 20, 50, 120, 200, 300}) {
    const std::set<std::string> larger = names(sample(trace, count, 3));
    EXPECT_EQ(larger.size(), std::min<std::size_t>(count, 200));
    EXPECT_TRUE(std::ranges::includes(larger, smaller)) << count;
    smaller = larger;
  }
}

TEST(Sample, KeepsTheSharesOfTriggers) {
  const Trace trace = many_functions(2000);
  for (const std::size_t count : {100, 400}) {
    const Representativeness found = compare(trace, sample(trace, count, 3));
    for (std::size_t i = 0; i < 7; ++i) {
      // strata differ by less than two functions from their share
      EXPECT_NEAR(found.trigger_shares_of_part[i], found.trigger_shares_of_whole[i], 2.0 / static_cast<double>(count));
    }
  }
}

// Better than chance: a random sample of n has a Kolmogorov-Smirnov distance of about 0.87 / sqrt(n).
TEST(Sample, IsMoreRepresentativeThanARandomOne) {
  const Trace trace = many_functions(2000);
  const Representativeness found = compare(trace, sample(trace, 200, 3));
  EXPECT_LT(found.daily_calls.kolmogorov_smirnov, .87 / std::sqrt(200) / 2);
  EXPECT_LT(found.daily_calls.wasserstein_1, .05);
  ASSERT_TRUE(found.execution_s);
  EXPECT_LT(found.execution_s->kolmogorov_smirnov, .87 / std::sqrt(200));
  ASSERT_TRUE(found.memory_mb);
  EXPECT_LT(found.memory_mb->kolmogorov_smirnov, 1.95 / std::sqrt(200));  // not a stratum: as good as chance
}

TEST(Compare, FindsNoDistanceFromItself) {
  const Trace trace = many_functions(50);
  const Representativeness same = compare(trace, trace);
  EXPECT_EQ(same.daily_calls.wasserstein_1, 0);
  EXPECT_EQ(same.daily_calls.kolmogorov_smirnov, 0);
  EXPECT_NEAR(same.correlation, 1, 1e-12);
}

TEST(Compare, LeavesOutWhatTheTraceDoesNotTell) {
  const Trace trace{.days = 1, .functions = {steady("f", 1)}, .origin = ""};
  const Representativeness found = compare(trace, trace);
  EXPECT_FALSE(found.execution_s);
  EXPECT_FALSE(found.memory_mb);
  EXPECT_EQ(found.correlation, 0);  // constant
}

// Worked by hand.
TEST(Distances, OfSmallSamples) {
  EXPECT_DOUBLE_EQ(wasserstein_1({0, 1}, {0, 3}), 1);
  EXPECT_DOUBLE_EQ(wasserstein_1({1}, {4}), 3);
  EXPECT_DOUBLE_EQ(wasserstein_1({0, 2}, {1}), 1);
  EXPECT_DOUBLE_EQ(wasserstein_1({3, 1, 2}, {1, 2, 3}), 0);
  EXPECT_DOUBLE_EQ(kolmogorov_smirnov({1}, {4}), 1);
  EXPECT_DOUBLE_EQ(kolmogorov_smirnov({0, 2}, {1}), .5);
  EXPECT_DOUBLE_EQ(kolmogorov_smirnov({1, 2, 3, 4}, {1, 2, 3, 5}), .25);
}

TEST(Sample, EndsWhenItsCallerSaysNo) {
  const Trace trace = many_functions(100);
  const auto no = [] { return false; };
  EXPECT_THROW(sample(trace, 80, 1, no), sim::Cancelled);
  EXPECT_THROW(compare(trace, trace, no), sim::Cancelled);
}

}  // namespace
}  // namespace faasconf::traces
