#include "traces/core/stirling.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace faasconf::traces {
namespace {

// Oracle: the sum of logarithms.
TEST(LogFactorial, IsTheSumOfLogarithms) {
  double sum = 0;
  for (int k = 0; k <= 1000; ++k) {
    if (k > 1) sum += std::log(k);
    EXPECT_NEAR(log_factorial(k), sum, 1e-9) << k;
  }
}

TEST(StirlingRest, IsOneTwelfthOfTheReciprocalAtLast) { EXPECT_NEAR(stirling_rest(1e6) * 12 * (1e6 + 1), 1, 1e-9); }

}  // namespace
}  // namespace faasconf::traces
