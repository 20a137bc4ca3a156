#include "experiments/calibration/accuracy.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/random.hpp"

namespace faasconf::experiments::calibration {
namespace {

// By hand: errors 0.5, -0.5, 0, 1 of 1, 2, 3, 4, whose mean is 2.5.
TEST(Accuracy, IsWhatHandsFind) {
  const std::vector<double> measured{1, 2, 3, 4};
  const std::vector<double> predicted{1.5, 1.5, 3, 5};
  const Accuracy found = accuracy({measured, predicted});
  EXPECT_DOUBLE_EQ(found.r2, 1 - 1.5 / 5);
  EXPECT_DOUBLE_EQ(found.mape, (0.5 + 0.25 + 0 + 0.25) / 4);
  EXPECT_DOUBLE_EQ(found.median_ape, 0.25);
  EXPECT_DOUBLE_EQ(found.mean_error, 0.25);
  EXPECT_DOUBLE_EQ(found.mae, 0.5);
  // ranks 1 2 3 4 and 1.5 1.5 3 4
  EXPECT_NEAR(found.spearman, 4.5 / std::sqrt(5 * 4.5), 1e-12);
}

TEST(Accuracy, OfAPerfectModelIsOneAndOfTheMeanZero) {
  const std::vector<double> measured{1, 2, 6};
  EXPECT_EQ(accuracy({measured, measured}).r2, 1);
  EXPECT_EQ(accuracy({measured, measured}).mape, 0);
  EXPECT_NEAR(accuracy({measured, std::vector<double>{3, 3, 3}}).r2, 0, 1e-12);
}

TEST(Accuracy, CountsWhatLiesWithin) {
  const std::vector<double> measured{1, 2, 3};
  EXPECT_DOUBLE_EQ(coverage(measured, std::vector<double>{0, 2, 4}, std::vector<double>{1, 2, 5}), 2.0 / 3);
}

struct Noisy {
  std::vector<double> measured, good, bad;
};
Noisy noisy(std::uint64_t seed) {
  Noisy data;
  sim::Rng rng = sim::RngStreams(seed).stream("test");
  for (int i = 0; i < 200; ++i) {
    const double truth = 10 + rng.normal();
    data.measured.push_back(truth + 0.5 * rng.normal());
    data.good.push_back(truth);
    data.bad.push_back(truth + 0.5 * rng.normal());
  }
  return data;
}

TEST(Bootstrap, HoldsTheEstimateAndNarrowsWithTheRows) {
  const Noisy data = noisy(1);
  const auto all = bootstrap({data.measured, data.good}, r2, 1);
  EXPECT_TRUE(all.contains(all.estimate));
  const std::span<const double> measured(data.measured.data(), 50);
  const std::span<const double> good(data.good.data(), 50);
  const auto few = bootstrap({measured, good}, r2, 1);
  EXPECT_GT(few.high - few.low, all.high - all.low);
  EXPECT_EQ(all, bootstrap({data.measured, data.good}, r2, 1));
}

// On the same rows a difference is surer than the two figures are.
TEST(Bootstrap, TellsPairedModelsApart) {
  const Noisy data = noisy(2);
  const auto difference = bootstrap_difference(data.measured, data.good, data.bad, r2, 1);
  EXPECT_GT(difference.low, 0);
  const auto one = bootstrap({data.measured, data.good}, r2, 1);
  const auto other = bootstrap({data.measured, data.bad}, r2, 1);
  EXPECT_LT(difference.high - difference.low, (one.high - one.low) + (other.high - other.low));
  const auto none = bootstrap_difference(data.measured, data.good, data.good, r2, 1);
  EXPECT_EQ(none.low, 0);
  EXPECT_EQ(none.high, 0);
}

}  // namespace
}  // namespace faasconf::experiments::calibration
