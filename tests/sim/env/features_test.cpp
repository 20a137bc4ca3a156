#include "sim/env/features.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/env/workflows.hpp"

namespace faasconf::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

struct Seen {
  explicit Seen(FeatureSet set)
      : plan([set] {
          EnvironmentSpec spec = two_steps();
          spec.features = set;
          return spec;
        }()) {
    window.length = std::chrono::seconds(30);
    window.functions.resize(2);
    FunctionObservation& first = window.functions[0];
    first.cpu_percent = 42;
    first.throttled_share = 0.5;
    first.memory_share = 0.25;
    first.received_bytes_per_s = 1e5;
    first.latency = Latency{.p75_s = 1.5, .p95_s = 2.5};
  }
  std::vector<float> rows() const {
    std::vector<float> all(2 * plan.features().size());
    const std::vector<float> actions = {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F};
    plan.features().write(window, actions, {.level = 12, .change = -3, .upper = 16}, all);
    return all;
  }

  EnvironmentPlan plan;
  Observation window;
};

TEST(Features, AreThePapersEleven) {
  const Seen seen(FeatureSet::paper);
  EXPECT_EQ(seen.plan.features().size(), 11U);
  const std::vector<float> rows = seen.rows();
  EXPECT_THAT(
      std::vector<float>(rows.begin(), rows.begin() + 11),
      ElementsAre(FloatEq(0.1F), FloatEq(0.2F), FloatEq(0.3F), FloatEq(0.4F), 42, 150, 25, 1e5F, 1.5F, 2.5F, 12));
}

TEST(Features, SayTheWindowsLengthForALatencyThatNobodyKnows) {
  const std::vector<float> rows = Seen(FeatureSet::paper).rows();
  EXPECT_EQ(rows[11 + 8], 30);
  EXPECT_EQ(rows[11 + 9], 30);
}

TEST(Features, KnowThePlaceWhereTheyAreExtended) {
  const Seen seen(FeatureSet::extended);
  EXPECT_EQ(seen.plan.features().size(), 19U);
  EXPECT_EQ(seen.plan.features().names().size(), 19U);
  const std::vector<float> rows = seen.rows();
  EXPECT_THAT(std::vector<float>(rows.begin() + 11, rows.begin() + 19), ElementsAre(-3, 16, 0.5F, 100, 0, 0, 1, 1));
  EXPECT_THAT(std::vector<float>(rows.begin() + 30, rows.end()), ElementsAre(-3, 16, 0.5F, 100, 1, 1, 0, 1));
}

}  // namespace
}  // namespace faasconf::sim
