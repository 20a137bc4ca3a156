#include "sim/model/strict_qos.hpp"

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

RequestRecord finished(std::uint64_t request, Outcome outcome) {
  RequestRecord record;
  record.request = request;
  record.outcome = outcome;
  return record;
}

TEST(StrictRecorder, CountsWhatIsOverdueAsFailedOnce) {
  StrictRecorder recorder(5s);
  recorder.begin_window();
  for (std::uint64_t request = 0; request < 4; ++request) recorder.on_request(request, Time(1s));
  recorder.on_request(4, Time(6s));
  recorder.on_request_finished(finished(0, Outcome::success));
  recorder.on_request_finished(finished(1, Outcome::rejected));
  // 2 and 3 wait since 9 s, 4 since 4 s
  EXPECT_EQ(recorder.end_window(Time(10s)), (StrictCounts{.successes = 1, .failures = 3}));

  recorder.begin_window();
  recorder.on_request_finished(finished(2, Outcome::success));
  recorder.on_request_finished(finished(3, Outcome::failed));
  recorder.on_request_finished(finished(4, Outcome::success));
  EXPECT_EQ(recorder.end_window(Time(20s)), (StrictCounts{.successes = 1, .failures = 0}));
}

TEST(StrictRecorder, IsPatientForExactlyThePromise) {
  StrictRecorder recorder(5s);
  recorder.begin_window();
  recorder.on_request(0, Time(5s));
  EXPECT_EQ(recorder.end_window(Time(10s)), StrictCounts{});
}

TEST(StrictRecorder, ForgetsWhatARedeploymentThrowsAway) {
  StrictRecorder recorder(5s);
  recorder.begin_window();
  recorder.on_request(0, Time(9s));
  EXPECT_EQ(recorder.end_window(Time(10s)), StrictCounts{});
  recorder.redeployed();
  recorder.begin_window();
  EXPECT_EQ(recorder.end_window(Time(20s)), StrictCounts{});
}

std::vector<Observation> windows(const std::vector<bool>& met) {
  std::vector<Observation> all(met.size());
  for (std::size_t i = 0; i < met.size(); ++i) all[i].qos_met = met[i];
  return all;
}

// Blocks of two windows, {0, 1}, {2, 3} and what is left: 195 of 200 is enough, 189 of 200 is not, and with the last
// 100 successes it is 289 of 300, which is.
TEST(StrictQos, PoolsWindowsUntilTheyTellEnough) {
  const std::vector<StrictCounts> counts = {{98, 2}, {97, 3}, {90, 10}, {99, 1}, {100, 0}};
  const auto all = windows({true, false, true, true, true});
  EXPECT_EQ(strict_qos_compliance(std::span(all).first(4), std::span(counts).first(4)), 1 / 4.0);
  EXPECT_EQ(strict_qos_compliance(all, counts), 4 / 5.0);
}

TEST(StrictQos, SaysNothingAboutTooFewRequests) {
  const std::vector<StrictCounts> counts = {{100, 0}, {99, 0}};
  EXPECT_EQ(strict_qos_compliance(windows({true, true}), counts), std::nullopt);
}

}  // namespace
}  // namespace faasconf::sim
