#include "traces/synthetic/in_order.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faasconf::traces {
namespace {

TEST(InOrder, UsesResultsOneAfterTheOther) {
  for (const std::size_t threads : {1U, 2U, 7U}) {
    std::vector<std::size_t> used;
    in_order(
        500, threads, [](std::size_t i) { return i * i; }, [&](std::size_t square) { used.push_back(square); });
    ASSERT_EQ(used.size(), 500U);
    for (std::size_t i = 0; i < used.size(); ++i) EXPECT_EQ(used[i], i * i);
  }
}

TEST(InOrder, OfNothingDoesNothing) {
  in_order(
      0, 3, [](std::size_t i) { return i; }, [](std::size_t) { FAIL(); });
}

TEST(InOrder, PassesOnWhatMakingThrows) {
  for (const std::size_t threads : {1U, 3U}) {
    const auto make = [](std::size_t i) { return i == 40 ? throw std::runtime_error("forty") : i; };
    EXPECT_THROW(in_order(100, threads, make, [](std::size_t) {}), std::runtime_error);
  }
}

TEST(InOrder, PassesOnWhatUsingThrows) {
  for (const std::size_t threads : {1U, 3U}) {
    std::size_t used = 0;
    const auto use = [&](std::size_t) { return ++used == 7 ? throw std::runtime_error("seven") : 0; };
    EXPECT_THROW(in_order(
                     100, threads, [](std::size_t i) { return i; }, use),
                 std::runtime_error);
    EXPECT_EQ(used, 7U);
  }
}

}  // namespace
}  // namespace faasconf::traces
