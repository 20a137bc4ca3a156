#include "traces/replay/cold_shares.hpp"

#include <gtest/gtest.h>

namespace faasconf::traces {
namespace {

// Shares of functions with calls: 0, 0.5, 1, 1.
TEST(ColdShares, AreOfFunctionsThatWereServed) {
  TraceReplay replay;
  replay.functions = {{.calls = 4},
                      {.calls = 4, .cold = 2},
                      {},
                      {.calls = 1, .cold = 1},
                      {.calls = 3, .cold = 2},
                      {.calls = 2, .denied = 2}};
  replay.functions[4].denied = 1;
  const ColdShares shares = cold_shares(replay);
  EXPECT_EQ(shares.functions, 4U);
  EXPECT_EQ(shares.always, 2U);
  EXPECT_DOUBLE_EQ(*shares.quantiles[1], .75);  // the median
  EXPECT_FALSE(cold_shares({}).quantiles[0]);
}

}  // namespace
}  // namespace faasconf::traces
