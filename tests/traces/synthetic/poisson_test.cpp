#include "traces/synthetic/poisson.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace faasconf::traces {
namespace {

constexpr int kDraws = 200'000;

// Oracle: a Poisson number's mean and variance are equal; their estimates have these standard errors.
TEST(Poisson, HasItsMeanAsVariance) {
  for (const double mean : {0.01, 0.5, 3.0, 9.99, 10.0, 30.0, 1000.0, 1e6}) {
    sim::Rng rng = sim::RngStreams(1).stream("poisson", static_cast<std::uint64_t>(100 * mean));
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double off = poisson(mean, rng) - mean;
      sum += off;
      squares += off * off;
    }
    EXPECT_NEAR(sum / kDraws, 0, 5 * std::sqrt(mean / kDraws)) << mean;
    // variance of (X - mean)^2 is mean + 2 mean^2
    EXPECT_NEAR(squares / kDraws, mean, 5 * std::sqrt((mean + 2 * mean * mean) / kDraws)) << mean;
  }
}

// Oracle: chi-square against the probabilities exp(-m) m^k / k!.
TEST(Poisson, FollowsItsDistribution) {
  for (const double mean : {2.0, 9.9, 10.1, 25.0}) {
    sim::Rng rng = sim::RngStreams(2).stream("poisson", static_cast<std::uint64_t>(10 * mean));
    std::vector<int> observed(80);
    for (int i = 0; i < kDraws; ++i) ++observed.at(std::min(poisson(mean, rng), 79U));
    double chi_square = 0;
    int cells = 0;
    double probability = std::exp(-mean);
    for (std::size_t k = 0; k < observed.size(); ++k) {
      const double expected = kDraws * probability;
      if (expected >= 5) {
        chi_square += std::pow(observed[k] - expected, 2) / expected;
        ++cells;
      }
      probability *= mean / static_cast<double>(k + 1);
    }
    EXPECT_LT(chi_square, cells + 5 * std::sqrt(2.0 * cells)) << mean;
  }
}

TEST(Poisson, OfMeanZeroIsZero) {
  sim::Rng rng(1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(poisson(0, rng), 0U);
}

}  // namespace
}  // namespace faasconf::traces
