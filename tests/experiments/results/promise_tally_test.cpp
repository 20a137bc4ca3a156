#include "experiments/results/promise_tally.hpp"

#include <chrono>

#include <gmock/gmock.h>

namespace faasconf::experiments::results {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

sim::Run run_of(const sim::PromiseKept& kept) {
  sim::Run run;
  run.promise = kept;
  return run;
}

TEST(PromiseTally, CountsWhatBrokeThePromise) {
  PromiseTally tally({.served_share = 0.95}, 1);
  tally.add(0, run_of({.periods = 5, .kept = 1, .broken_latency = 2, .broken_served_share = 2, .broken_successes = 1}));
  const PromiseOutcome found = tally.outcome(0).value();
  EXPECT_EQ(found.judged_by, "periods");
  EXPECT_EQ(found.kept, 1U);
  EXPECT_EQ(found.judged, 5U);
  EXPECT_THAT(found.broken_by,
              ElementsAre(BrokenBy{"latency", 2}, BrokenBy{"served share", 2}, BrokenBy{"too few successes", 1}));
  EXPECT_FALSE(found.share) << "one replication";
}

TEST(PromiseTally, JudgesThePublishedPromiseByWindows) {
  PromiseTally tally(sim::published_promise({.latency = 1s}), 1);
  EXPECT_EQ(tally.outcome(0)->judged_by, "windows");
}

// By hand: shares 0.8 and 0.7, mean 0.75, standard error 0.05, Student's t for one degree of freedom 12.706.
TEST(PromiseTally, HasAnIntervalOverReplicationsWithinZeroAndOne) {
  PromiseTally tally({.served_share = 0.95}, 2);
  tally.add(1, run_of({.periods = 10, .kept = 8}));
  tally.add(1, run_of({.periods = 10, .kept = 7}));
  EXPECT_DOUBLE_EQ(tally.outcome(1)->share->estimate, 0.75);
  EXPECT_NEAR(tally.outcome(1)->share->low, 0.75 - 12.706 * 0.05, 1e-3);
  EXPECT_EQ(tally.outcome(1)->share->high, 1);
  EXPECT_EQ(tally.outcome(0)->judged, 0U) << "cases are apart";
}

TEST(PromiseTally, JudgesABudgetByRequests) {
  PromiseTally tally({.served_share = 0.99, .over = 720h}, 1);
  tally.add(0, run_of({.due = {.due = 1000, .served = 980, .overdue = 15}}));
  const PromiseOutcome found = tally.outcome(0).value();
  EXPECT_EQ(found.judged_by, "requests");
  EXPECT_EQ(found.kept, 980U);
  EXPECT_DOUBLE_EQ(found.level, 0.99);
  EXPECT_THAT(found.broken_by, ElementsAre(BrokenBy{"deadline", 15}, BrokenBy{"failure", 5}));
}

TEST(PromiseTally, CountsWhatIsLeftOut) {
  PromiseTally tally({.served_share = 0.95}, 1);
  tally.add(0, run_of({.empty = 1, .open_windows = 3}));
  tally.add(0, run_of({.open_windows = 4}));
  EXPECT_EQ(tally.outcome(0)->open_windows, 7U);
  EXPECT_EQ(tally.outcome(0)->empty, 1U);
}

TEST(PromiseTally, OfNoPromiseIsAbsent) {
  PromiseTally tally({}, 1);
  tally.add(0, run_of({.periods = 1}));
  EXPECT_FALSE(tally.outcome(0));
}

}  // namespace
}  // namespace faasconf::experiments::results
