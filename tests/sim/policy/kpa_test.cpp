#include "sim/policy/kpa.hpp"

#include <gtest/gtest.h>

#include "tests/sim/policy/observing.hpp"

namespace faasconf::sim {
namespace {

const ReplicaRanges kWide{ReplicaRange{1, 100}};
const ReplicaRanges kToZero{ReplicaRange{0, 100}};

// Decides every 2 s; a pod serves 10 requests at once, so 7 are wanted in each.
class Ticks {
 public:
  explicit Ticks(const KpaParameters& parameters = {}, const ReplicaRanges& ranges = kWide)
      : kpa_(ranges, parameters) {}
  int tick(double concurrency, int replicas, int ready = 0) {
    now_s_ += 2;
    return decide(kpa_,
                  {.end_s = now_s_, .interval_s = 2, .replicas = replicas, .ready = ready, .concurrency = concurrency});
  }
  int now_s() const { return now_s_; }

 private:
  Kpa kpa_;
  int now_s_ = 0;
};

// ceil(concurrency / target)
TEST(Kpa, AsksForReplicasInProportionToConcurrency) {
  EXPECT_EQ(Ticks().tick(7, 1), 1);
  EXPECT_EQ(Ticks().tick(7.1, 1), 2);
  EXPECT_EQ(Ticks().tick(70, 1), 10);
  EXPECT_EQ(Ticks().tick(0, 1), 1);
}

TEST(Kpa, WithoutALimitAHundredRequestsAreWantedInAPod) {
  Kpa kpa(kWide);
  EXPECT_EQ(decide(kpa, {.end_s = 2, .interval_s = 2, .concurrency = 250, .concurrency_limit = 0}), 3);
}

TEST(Kpa, GrowsNoFasterThanItsRate) { EXPECT_EQ(Ticks({.max_scale_up_rate = 2}).tick(70, 1), 2); }

// A step from 3 to 28 concurrent requests at 60 s. The panic window holds three samples: 11.3, 19.7, 28 on average ask
// for 2, 3, 4 pods, at least twice the one that is ready until 66 s. Then there is no load: 4 pods stay for 60 s, and
// are halved afterwards.
TEST(Kpa, PanicsOnAStepAndScalesDownNoSoonerThanAMinuteLater) {
  Ticks kpa;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(kpa.tick(3, 1), 1);
  EXPECT_EQ(kpa.tick(28, 1), 2);
  EXPECT_EQ(kpa.tick(28, 2, 1), 3);
  EXPECT_EQ(kpa.tick(28, 3, 1), 4);
  ASSERT_EQ(kpa.now_s(), 66);
  while (kpa.now_s() < 126) EXPECT_EQ(kpa.tick(0, 4), 4) << kpa.now_s() << " s";
  EXPECT_EQ(kpa.tick(0, 4), 2);
  EXPECT_EQ(kpa.tick(0, 2), 1);
}

// 9 requests after a minute with 6 ask for two pods, below a panic threshold of three. After n ticks the mean of a
// minute is 6 + n / 10: above 7 with the eleventh.
TEST(Kpa, ASampleThatIsNoPanicCountsInTheMeanOfAMinute) {
  Ticks kpa({.panic_threshold = 3});
  for (int i = 0; i < 30; ++i) EXPECT_EQ(kpa.tick(6, 1), 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(kpa.tick(9, 1), 1);
  EXPECT_EQ(kpa.tick(9, 1), 2);
}

TEST(Kpa, ThatFindsSeveralReplicasKeepsThemForAMinute) {
  Ticks kpa;
  while (kpa.now_s() < 62) EXPECT_EQ(kpa.tick(0, 4), 4);
  EXPECT_EQ(kpa.tick(0, 4), 2);
}

// --- annotations of a revision

// 50 calls at a target of 10 in each: 5 pods, and 8 where 70 % of the target is aimed at.
TEST(Kpa, AimsAtItsTarget) {
  EXPECT_EQ(Ticks({.target = 10, .target_share = 1}).tick(50, 1), 5);
  EXPECT_EQ(Ticks({.target = 10}).tick(50, 1), 8);
}

TEST(Kpa, ACountOfAHundredCallsAtTenEachMakesFifteenPods) { EXPECT_EQ(Ticks().tick(100, 1), 15); }

// 1,000 calls/s, 140 of them in each pod
TEST(Kpa, MayGoByRequestsPerSecond) {
  Kpa kpa(kWide, {.metric = KpaMetric::rps});
  EXPECT_EQ(decide(kpa, {.end_s = 2, .interval_s = 2, .concurrency = 1, .arrivals = 2000}), 8);
}

TEST(Kpa, StaysWithinItsScales) {
  EXPECT_EQ(Ticks({.min_scale = 3}).tick(0, 3), 3);
  EXPECT_EQ(Ticks({.max_scale = 4}).tick(70, 3), 4);
}

TEST(Kpa, HasItsActivationScaleUnlessItIsAtZero) {
  Ticks kpa({.activation_scale = 5}, kToZero);
  EXPECT_EQ(kpa.tick(0, 0), 0);
  EXPECT_EQ(kpa.tick(3, 1), 5);
}

TEST(Kpa, KeepsItsInitialScaleUntilItWasReachedOnce) {
  Ticks kpa({.stable_window = std::chrono::seconds(6), .initial_scale = 4});
  EXPECT_EQ(kpa.tick(1, 1), 4);
  EXPECT_EQ(kpa.tick(1, 4, 2), 4);
  int replicas = 4;
  for (int i = 0; i < 10; ++i) replicas = kpa.tick(1, replicas);
  EXPECT_EQ(replicas, 1);
}

// Needed until 60 s; the mean of a minute lets it go by then, the delay at 120 s and later.
TEST(Kpa, GoesDownNoSoonerThanItsDelay) {
  Ticks prompt({.stable_window = std::chrono::seconds(6)});
  Ticks late({.stable_window = std::chrono::seconds(6), .scale_down_delay = std::chrono::seconds(60)});
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(prompt.tick(40, 6), 6);
    EXPECT_EQ(late.tick(40, 6), 6);
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(late.tick(0, 6), 6);
  int replicas = 6;
  for (int i = 0; i < 10; ++i) replicas = prompt.tick(0, replicas);
  EXPECT_EQ(replicas, 1);
  replicas = 6;
  for (int i = 0; i < 100; ++i) replicas = late.tick(0, replicas);  // halved each time that a minute wanted less
  EXPECT_EQ(replicas, 1);
}

// --- to zero

// Busy until 10 s: nothing to do for a minute at 70 s, and 30 s of grace.
TEST(Kpa, ScalesToZeroAfterAStableWindowAndTheGrace) {
  Ticks kpa({}, kToZero);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(kpa.tick(3, 1), 1);
  while (kpa.now_s() < 98) EXPECT_EQ(kpa.tick(0, 1), 1) << kpa.now_s() << " s";
  EXPECT_EQ(kpa.tick(0, 1), 0);
  EXPECT_EQ(kpa.tick(0, 0), 0);
}

TEST(Kpa, WithoutGraceScalesToZeroAfterAStableWindow) {
  Ticks kpa({.scale_to_zero_grace = Duration::zero()}, kToZero);
  EXPECT_EQ(kpa.tick(3, 1), 1);
  while (kpa.now_s() < 60) EXPECT_EQ(kpa.tick(0, 1), 1) << kpa.now_s() << " s";
  EXPECT_EQ(kpa.tick(0, 1), 0);
}

TEST(Kpa, ACallDuringTheGraceBeginsItAnew) {
  Ticks kpa({}, kToZero);
  EXPECT_EQ(kpa.tick(3, 1), 1);
  while (kpa.now_s() < 90) EXPECT_EQ(kpa.tick(0, 1), 1);
  EXPECT_EQ(kpa.tick(0.1, 1), 1);  // at 92 s
  while (kpa.now_s() < 180) EXPECT_EQ(kpa.tick(0, 1), 1) << kpa.now_s() << " s";
  EXPECT_EQ(kpa.tick(0, 1), 0);
}

TEST(Kpa, KnowsNoLoadBeforeItsFirstTick) {
  Ticks kpa({}, kToZero);
  while (kpa.now_s() < 88) EXPECT_EQ(kpa.tick(0, 1), 1) << kpa.now_s() << " s";
  EXPECT_EQ(kpa.tick(0, 1), 0);
  EXPECT_EQ(Ticks({}, kToZero).tick(0, 0), 0);  // and starts nobody
}

TEST(Kpa, WhatThePlatformScaledFromZeroGrowsFromThere) {
  Ticks kpa({}, kToZero);
  EXPECT_EQ(kpa.tick(0, 0), 0);
  EXPECT_EQ(kpa.tick(7, 1), 1);
  EXPECT_EQ(kpa.tick(70, 1), 4);  // panic: (0 + 7 + 70) / 3 by 7
}

TEST(Kpa, WhereTheRangeBeginsAtOneTheLastReplicaStays) {
  Ticks kpa;
  while (kpa.now_s() < 300) EXPECT_EQ(kpa.tick(0, 1), 1);
}

}  // namespace
}  // namespace faasconf::sim
