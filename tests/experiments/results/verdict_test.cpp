#include "experiments/results/verdict.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace faasconf::experiments::results {
namespace {

PromiseOutcome outcome(std::uint64_t kept, std::uint64_t judged, double half_width) {
  const double share = static_cast<double>(kept) / static_cast<double>(judged);
  return {.kept = kept,
          .judged = judged,
          .share = sim::AsymmetricInterval{share, share - half_width, std::min(1.0, share + half_width)}};
}

TEST(Verdict, IsKeptWhereTheWholeIntervalKeepsThePromise) {
  EXPECT_EQ(verdict_on(outcome(5012, 5100, 0.004)), Verdict::kept);
  EXPECT_EQ(
      describe(outcome(5012, 5100, 0.004)),
      "promise kept: 5,012 of 5,100 windows kept it, 98.3 % (95 % interval 97.9 to 98.7 %), at least 95 % wanted");
}

TEST(Verdict, IsBrokenWhereNoneOfTheIntervalKeepsThePromise) {
  PromiseOutcome broken = outcome(400, 1000, 0.02);
  broken.broken_by = {{"mean latency", 600}, {"too few successes", 0}, {"no success at all", 1234}};
  EXPECT_EQ(verdict_on(broken), Verdict::broken);
  EXPECT_EQ(
      describe(broken),
      "promise broken: 400 of 1,000 windows kept it, 40 % (95 % interval 38 to 42 %), at least 95 % wanted; broken "
      "by mean latency in 600, by no success at all in 1,234");
}

TEST(Verdict, IsOpenWhereTheIntervalHoldsTheLevel) {
  EXPECT_EQ(verdict_on(outcome(96, 100, 0.02)), Verdict::undecided);
  EXPECT_EQ(
      describe(outcome(96, 100, 0.06)),
      "promise undecided: 96 of 100 windows kept it, 96 % (95 % interval 90 to 100 %), at least 95 % wanted; more "
      "replications tell");
}

TEST(Verdict, HoldsTheLevelThatItIsGiven) {
  PromiseOutcome lenient = outcome(96, 100, 0.02);
  lenient.level = 0.9;
  EXPECT_EQ(verdict_on(lenient), Verdict::kept);
}

TEST(Verdict, OfOneReplicationSaysThatItHasNoInterval) {
  const PromiseOutcome one{.judged_by = "periods", .kept = 19, .judged = 20};
  EXPECT_EQ(describe(one),
            "promise kept: 19 of 20 periods kept it, 95 % (one replication, no interval), at least 95 % wanted");
}

TEST(Verdict, OfReplicationsThatAreAlikeShowsNoIntervalOfWidthZero) {
  EXPECT_EQ(describe(outcome(12, 12, 0)),
            "promise kept: 12 of 12 windows kept it, 100 % (the same in every replication), at least 95 % wanted");
}

TEST(Verdict, OfNothingJudgedSaysWhatWasLeftOut) {
  const PromiseOutcome nothing{.judged_by = "periods", .empty = 1, .open_windows = 12};
  EXPECT_EQ(
      describe(nothing),
      "promise unjudged: there were no periods to judge; left out: 12 windows with too few requests for a period, "
      "and 1 period in which nothing became due");
  EXPECT_EQ(describe(std::optional<PromiseOutcome>()), "no promise: the workflow makes none, so none is judged");
}

TEST(Verdict, OfNearlyAllIsNotAll) {
  EXPECT_NE(describe(outcome(99'999, 100'000, 0)).find("99.9 %"), std::string::npos);
  EXPECT_NE(describe(outcome(100'000, 100'000, 0)).find("100 % ("), std::string::npos);
}

TEST(Verdict, OfNothingIsNone) {
  EXPECT_EQ(verdict_on({}), Verdict::unjudged);
  EXPECT_EQ(describe(PromiseOutcome{}), "promise unjudged: there were no windows to judge");
}

}  // namespace
}  // namespace faasconf::experiments::results
