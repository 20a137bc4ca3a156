#include "experiments/results/promise_tally.hpp"

#include <chrono>

#include <gmock/gmock.h>

namespace faasconf::experiments::results {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr sim::QosTarget kPromise{.latency = 10s, .successes = 20};

struct Window {
  double latency_s;
  std::int64_t successes;
};

// Windows of 30 s that met QoS where they should have.
sim::Run run_of(const std::vector<Window>& windows, sim::Duration warm_up = {}) {
  sim::Run run;
  run.warm_up = warm_up;
  for (const Window& one : windows) {
    sim::Observation seen;
    seen.start = sim::Time(30s * static_cast<std::int64_t>(run.windows.size()));
    seen.length = 30s;
    seen.requests.completions = one.successes;
    if (one.successes > 0) seen.latency = sim::Latency{.mean_s = one.latency_s};
    seen.qos_met = one.successes >= 20 && one.latency_s <= 10;
    run.windows.push_back(seen);
  }
  return run;
}

TEST(PromiseTally, CountsWhatBrokeThePromise) {
  PromiseTally tally(kPromise, 1);
  tally.add(0, run_of({{5, 30}, {11, 30}, {11, 3}, {5, 19}, {0, 0}}));
  const PromiseOutcome found = tally.outcome(0).value();
  EXPECT_EQ(found.kept, 1U);
  EXPECT_EQ(found.judged, 5U);
  EXPECT_THAT(found.broken_by, ElementsAre(BrokenBy{"mean latency", 2}, BrokenBy{"too few successes", 2},
                                           BrokenBy{"no success at all", 1}));
  EXPECT_FALSE(found.share) << "one replication";
}

TEST(PromiseTally, LeavesOutTheWarmUp) {
  PromiseTally tally(kPromise, 1);
  tally.add(0, run_of({{11, 30}, {11, 30}, {5, 30}}, 60s));
  EXPECT_EQ(tally.outcome(0)->kept, 1U);
  EXPECT_EQ(tally.outcome(0)->judged, 1U);
}

// By hand: shares 1 and .5, mean .75, standard error .25, Student's t for one degree of freedom 12.706.
TEST(PromiseTally, HasAnIntervalOverReplications) {
  PromiseTally tally(kPromise, 2);
  tally.add(1, run_of({{5, 30}, {5, 30}}));
  tally.add(1, run_of({{5, 30}, {11, 30}}));
  EXPECT_DOUBLE_EQ(tally.outcome(1)->share->mean, 0.75);
  EXPECT_NEAR(tally.outcome(1)->share->half_width, 12.706 * 0.25, 1e-3);
  EXPECT_EQ(tally.outcome(0)->judged, 0U) << "cases are apart";
}

TEST(PromiseTally, OfNoPromiseIsAbsent) {
  PromiseTally tally({}, 1);
  tally.add(0, run_of({{5, 30}}));
  EXPECT_FALSE(tally.outcome(0));
}

}  // namespace
}  // namespace faasconf::experiments::results
