#include "sim/core/in_order.hpp"

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

std::size_t same(std::size_t i) { return i; }

TEST(InOrder, UsesResultsOneAfterTheOther) {
  for (const int threads : {1, 2, 7}) {
    std::vector<std::size_t> used;
    in_order(
        500, threads, [](std::size_t i) { return i * i; },
        [&](std::size_t square) {
          used.push_back(square);
          return true;
        });
    ASSERT_EQ(used.size(), 500U);
    for (std::size_t i = 0; i < used.size(); ++i) EXPECT_EQ(used[i], i * i);
  }
}

TEST(InOrder, OfNothingDoesNothing) {
  in_order(0, 3, same, [](std::size_t) {
    ADD_FAILURE();
    return true;
  });
}

TEST(InOrder, EndsWhenAResultIsEnough) {
  for (const int threads : {1, 3}) {
    std::atomic<std::size_t> made = 0;
    std::size_t used = 0;
    const auto make = [&](std::size_t i) {
      ++made;
      return i;
    };
    in_order(1000, threads, make, [&](std::size_t) { return ++used < 7; });
    EXPECT_EQ(used, 7U);
    EXPECT_LT(made, 100U);  // no long way ahead
  }
}

// As one thread would: what comes before the first error is used, whatever other threads are doing.
TEST(InOrder, UsesWhatComesBeforeTheFirstErrorAndThrowsIt) {
  for (const int threads : {1, 3, 8}) {
    std::size_t used = 0;
    const auto make = [](std::size_t i) {
      if (i >= 40) throw Error(std::to_string(i));
      return i;
    };
    const auto use = [&](std::size_t) {
      ++used;
      return true;
    };
    try {
      in_order(100, threads, make, use);
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "40");
    }
    EXPECT_EQ(used, 40U);
  }
}

TEST(InOrder, PassesOnWhatUsingThrows) {
  for (const int threads : {1, 3}) {
    std::size_t used = 0;
    const auto use = [&](std::size_t) { return ++used == 7 ? throw std::runtime_error("seven") : true; };
    EXPECT_THROW(in_order(100, threads, same, use), std::runtime_error);
    EXPECT_EQ(used, 7U);
  }
}

// The first item is cancelled only once the second has failed.
TEST(InOrder, ThrowsAnErrorProperRatherThanCancelled) {
  std::atomic<bool> failed = false;
  const auto make = [&](std::size_t i) -> std::size_t {
    if (i == 1) {
      failed = true;
      throw Error("disk full");
    }
    while (!failed) std::this_thread::yield();
    throw Cancelled();
  };
  EXPECT_THROW(in_order(2, 2, make, [](std::size_t) { return true; }), Error);
}

TEST(InOrder, RefusesNoThreads) {
  EXPECT_THROW(in_order(3, 0, same, [](std::size_t) { return true; }), Error);
}

}  // namespace
}  // namespace faasconf::sim
