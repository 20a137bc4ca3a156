// Sequences of windows whose configuration changes under load, as they were measured on a real OpenFaaS gateway,
// replayed through the platform: the mean of a few runs, of which a window of refusals or near saturation varies by
// several percent. The study transitions has all errors, of more runs: ./run.sh study transitions

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/transition_errors.hpp"

namespace faasconf::sim {
namespace {

constexpr int kSeeds = 3;

class MeasuredTransitions : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!tests::shared_file(kTransitions + "windows.csv")) GTEST_SKIP() << tests::kNoSharedData;
    windows_ = &compared();
  }
  const std::vector<ComparedWindow>& windows() const { return *windows_; }

 private:
  static const std::vector<ComparedWindow>& compared() {
    static const std::vector<MeasuredSequence> sequences = read_sequences();
    static const std::vector<ComparedWindow> all = compare(sequences, kSeeds);
    return all;
  }
  const std::vector<ComparedWindow>* windows_ = nullptr;
};

TEST_F(MeasuredTransitions, ReserveWhatTheyReserved) {
  for (const auto& [action, errors] : reserved_errors(windows())) {
    EXPECT_NEAR(errors.bias(), 0, 0.01) << action;
    EXPECT_LE(errors.absolute(), 0.025) << action;
  }
}

TEST_F(MeasuredTransitions, TakeAsLong) {
  for (const auto& [action, errors] : latency_errors(windows())) EXPECT_LE(errors.absolute(), 0.04) << action;
}

TEST_F(MeasuredTransitions, ServeAsMany) {
  for (const auto& [action, errors] : success_errors(windows())) EXPECT_LE(errors.absolute(), 0.045) << action;
}

// One window of 50 refusals varies by 14 %, one of 600 by 4 %.
TEST_F(MeasuredTransitions, RefuseAsMany) {
  const DeviationsByAction errors = refusal_errors(windows());
  EXPECT_NEAR(errors.at("put").bias(), 0, 0.04);
  EXPECT_LE(errors.at("put").absolute(), 0.09);
  EXPECT_LE(errors.at("down").absolute(), 0.05);
}

TEST_F(MeasuredTransitions, RefuseAsFast) {
  const Deviations errors = refusal_time_errors(windows());
  EXPECT_NEAR(errors.bias(), 0, 0.1);
  EXPECT_LE(errors.absolute(), 0.25);
}

// The one open sequence is near saturation, and other programs had half of the machine while it was measured.
TEST_F(MeasuredTransitions, TakeRoughlyAsLongInTheOpenLoop) {
  const Deviations errors = all_of(open_loop_latency_errors(windows()));
  EXPECT_NEAR(errors.bias(), 0, 0.12);
  EXPECT_LE(errors.absolute(), 0.2);
}

TEST_F(MeasuredTransitions, OfAWorkflowTakeAsLong) {
  const WorkflowErrors errors = workflow_errors(windows());
  EXPECT_LE(errors.latency.absolute(), 0.05);
  EXPECT_LE(errors.successes.absolute(), 0.05);
}

TEST_F(MeasuredTransitions, BecomeLiveWhenTheyDid) {
  const LiveErrors live = live_errors(windows());
  for (const Deviations& errors : {live.first_new_s, live.last_old_s}) {
    EXPECT_LE(errors.absolute_quantile(0.5), 0.5);
    EXPECT_LE(errors.absolute_quantile(0.9), 1.5);
  }
}

// Of a4 other programs slowed the platform down, so that its start work had a longer lead.
TEST_F(MeasuredTransitions, LoseTheCallsThatWereLost) {
  const auto lost = lost_calls(windows());
  EXPECT_NEAR(lost.at("a8").replayed / lost.at("a8").measured, 1, 0.25);
  EXPECT_NEAR(lost.at("c2").replayed / lost.at("c2").measured, 1, 0.25);
  EXPECT_NEAR(lost.at("a4").replayed / lost.at("a4").measured, 1, 0.75);
  for (const auto& [name, calls] : lost) EXPECT_EQ(calls.measured == 0, calls.replayed == 0) << name;
}

}  // namespace
}  // namespace faasconf::sim
