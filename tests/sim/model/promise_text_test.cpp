#include "sim/model/promise_text.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

TEST(PromiseText, ReadsTermsAndHowTheyAreJudged) {
  const Promise promise = promise_from_text(
      "mean<=1.5s, p95<=2s, p99.9 <= 10s, served_share>=99%, successes>=20/30s, deadline=30s, period=100, "
      "longest_period=5m, "
      "periods>=90%");
  EXPECT_EQ(promise.mean, Duration(1500ms));
  ASSERT_EQ(promise.percentiles.size(), 2U);
  EXPECT_EQ(promise.percentiles[0], (PercentileTerm{0.95, 2s}));
  EXPECT_DOUBLE_EQ(promise.percentiles[1].quantile, 0.999);
  EXPECT_EQ(promise.served_share, 0.99);
  EXPECT_EQ(promise.successes, (CountTerm{20, 30s}));
  EXPECT_EQ(promise.deadline, Duration(30s));
  EXPECT_EQ(promise.period_requests, 100);
  EXPECT_EQ(promise.longest_period, Duration(5min));
  EXPECT_DOUBLE_EQ(promise.periods, 0.9);
}

TEST(PromiseText, ReadsTheSpellingsOfFiles) {
  EXPECT_EQ(to_text(promise_from_text("served_share>=0.95, successes>=20 per 30s, period=100 requests, longest=5m")),
            to_text(promise_from_text("served_share>=95%, successes>=20/30s, period=100, longest_period=5m")));
}

TEST(PromiseText, KeepsWhatIsUsualWhereNothingIsSaid) {
  const Promise promise = promise_from_text("p95<=2s", {.deadline = 42s});
  EXPECT_EQ(promise.deadline, Duration(42s));
  EXPECT_EQ(promise.period_requests, 200);
}

TEST(PromiseText, ReadsTheFormOfReliabilityEngineers) {
  const Promise promise = promise_from_text("good>=99%, within=2s, over=30d");
  EXPECT_EQ(promise.served_share, 0.99);
  EXPECT_EQ(promise.deadline, Duration(2s));
  EXPECT_EQ(promise.over, Duration(720h));
  EXPECT_NEAR(promise.risk(), 0.01, 1e-12);
}

TEST(PromiseText, IsReadBackAsItWasWritten) {
  for (const std::string text :
       {"p95<=2s", "mean<=1s, served_share>=95%", "served_share>=0.123456789", "successes>=0.5/1m, period=window",
        "good>=99.9%, within=300ms, over=720h", "p50<=1s, p75<=2s, p90<=3s, p95<=4s, p99<=5s, p99.9<=6s"}) {
    const Promise promise = promise_from_text(text);
    EXPECT_EQ(promise_from_text(to_text(promise)), promise) << text;
    EXPECT_EQ(to_text(promise_from_text(to_text(promise))), to_text(promise));
  }
  Promise published = published_promise({.latency = 13s, .successes = 20});
  published.name.clear();
  EXPECT_EQ(promise_from_text(to_text(published)), published);
  EXPECT_EQ(to_text({}), "none");
}

TEST(PromiseText, NamesThePartThatItCannotRead) {
  for (const auto& [text, part] : {std::pair<std::string, std::string>{"p95<2s", "p95<2s"},
                                   {"p95<=2", "\"2\""},
                                   {"p95", "\"p95\""},
                                   {"latency<=2s", "latency"},
                                   {"served_share>=1.5", "1.5"},
                                   {"p95<=2s, p95<=3s", "p95<=3s"},
                                   {"period=0, p95<=1s", "\"0\""},
                                   {"successes>=20", "\"20\""},
                                   {"good>=99%", "within"},
                                   {"p95<=2s, within=3s", "good"}}) {
    try {
      promise_from_text(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace faasconf::sim
