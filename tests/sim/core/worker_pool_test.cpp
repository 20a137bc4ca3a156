#include "sim/core/worker_pool.hpp"

#include <atomic>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

TEST(WorkerPool, DoesEverythingOnceAndWaitsForIt) {
  for (const int threads : {1, 2, 7}) {
    WorkerPool pool(threads);
    for (std::size_t count = 0; count < 200; ++count) {
      std::vector<std::atomic<int>> done(count);
      pool.run(count, [&](std::size_t i) { ++done[i]; });
      for (const auto& times : done) ASSERT_EQ(times, 1);
    }
  }
}

TEST(WorkerPool, ThrowsTheFirstErrorBeginsNoMoreAndServesAgain) {
  WorkerPool pool(3);
  std::atomic<int> done = 0;
  try {
    pool.run(1000, [&](std::size_t i) {
      if (i >= 3) throw Error(std::to_string(i));
      ++done;
    });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "3");
  }
  EXPECT_EQ(done, 3);
  done = 0;
  pool.run(5, [&](std::size_t) { ++done; });
  EXPECT_EQ(done, 5);
}

}  // namespace
}  // namespace faasconf::sim
