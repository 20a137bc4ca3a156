#include "sim/stats/simultaneous.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace faasconf::sim {
namespace {

MeanGroups normal_groups(Rng& rng, std::size_t groups, std::size_t means, std::size_t size) {
  MeanGroups drawn(groups, std::vector<std::vector<double>>(means, std::vector<double>(size)));
  for (auto& group : drawn) {
    for (auto& values : group) {
      for (double& value : values) value = rng.normal();
    }
  }
  return drawn;
}

TEST(SimultaneousIntervals, OfOneMeanIsStudents) {
  Rng rng(3);
  const MeanGroups one = normal_groups(rng, 1, 1, 12);
  const auto found = simultaneous_intervals(one, Rng(1));
  const auto student = mean_interval(one[0][0]);
  ASSERT_TRUE(student);
  EXPECT_NEAR(found[0][0].half_width, student->half_width, 1e-12);
}

// Oracle: all of ten intervals of independent normal means hold in 95 % of cases; of 400 trials, the binomial's
// standard error is 1.1 points, so that five of them are 5.5.
TEST(SimultaneousIntervals, HoldAllAtOnce) {
  constexpr int kTrials = 400;
  int all_hold = 0;
  int all_hold_one_by_one = 0;
  Rng rng(1);
  for (int trial = 0; trial < kTrials; ++trial) {
    const MeanGroups groups = normal_groups(rng, 2, 5, 20);
    bool hold = true;
    bool hold_one_by_one = true;
    const auto found = simultaneous_intervals(groups, Rng(static_cast<std::uint64_t>(trial)), {.resamples = 300});
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (std::size_t j = 0; j < groups[i].size(); ++j) {
        hold = hold && found[i][j].contains(0);
        hold_one_by_one = hold_one_by_one && mean_interval(groups[i][j])->contains(0);
      }
    }
    all_hold += hold;
    all_hold_one_by_one += hold_one_by_one;
  }
  EXPECT_GT(all_hold, kTrials * (0.95 - 0.055));
  EXPECT_LT(all_hold_one_by_one, kTrials * 0.75);  // .95^10 = .6
}

// Ten copies of one mean are one mean.
TEST(SimultaneousIntervals, KnowThatMeansOfTheSameReplicationsMoveTogether) {
  Rng rng(5);
  const std::vector<double> values = normal_groups(rng, 1, 1, 40)[0][0];
  const MeanGroups copies = {std::vector<std::vector<double>>(10, values)};
  const auto found = simultaneous_intervals(copies, Rng(1));
  EXPECT_LT(found[0][0].half_width, 1.15 * mean_interval(values)->half_width);
}

TEST(SimultaneousIntervals, OfValuesWithoutSpreadArePoints) {
  const auto found = simultaneous_intervals({{{2, 2, 2}}, {}}, Rng(1));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0][0].half_width, 0);
  EXPECT_TRUE(found[1].empty());
}

}  // namespace
}  // namespace faasconf::sim
