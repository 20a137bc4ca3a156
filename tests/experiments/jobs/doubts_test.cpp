#include "experiments/jobs/doubts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faasconf::experiments::jobs {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> doubts_about_text(const std::string& functions, const std::string& rest) {
  return doubts_about(config::parse_experiment(
      "workflow:\n  name: w\n  functions: {" + functions + "}\n  entry: f\n" + rest, "f.yaml"));
}

const std::string kOne = "configuration: {cpu: 1, memory: 256Mi, replicas: 1, concurrency: 1}\n";

TEST(Doubts, AreNoneAboutAnOrdinaryExperiment) {
  EXPECT_THAT(
      doubts_about_text("f: {serial: 80ms, memory: {process: 100Mi}}", kOne + "workload: {open_loop: {rate: 5/s}}\n"),
      IsEmpty());
}

TEST(Doubts, AreAboutATimerThatCallsALongFunctionEverySecond) {
  EXPECT_THAT(
      doubts_about_text("f: {off_cpu: 930s}", kOne + "workload: {open_loop: {rate: 1/s, law: deterministic}}\n"),
      ElementsAre(AllOf(HasSubstr("load above capacity: calls of function f come at 1/s"),
                        HasSubstr("takes 930 s: 930 at once, where 1 replicas serve 1 each"),
                        HasSubstr("lower the rate"))));
}

// 12 calls a second of 100 ms are 1.2 cores.
TEST(Doubts, AreAboutMoreCpuWorkThanTheLimitsAllow) {
  const std::string many = "configuration: {cpu: 1, memory: 256Mi, replicas: 1, concurrency: 10}\n";
  const std::string calls = "f: {calls: {fan_out: {width: 3, do: g}}}, g: {serial: 100ms}";
  EXPECT_THAT(doubts_about_text(calls, many + "workload: {open_loop: {rate: 4/s}}\n"),
              ElementsAre(HasSubstr("calls of function g come at 12/s, and they ask for 1.2 cores")));
  EXPECT_THAT(doubts_about_text(calls, many + "workload: {open_loop: {rate: 3/s}}\n"), IsEmpty());
}

TEST(Doubts, LeaveRoomForAnAutoscaler) {
  const std::string load = "workload: {open_loop: {rate: 5/s}}\n";
  EXPECT_THAT(doubts_about_text("f: {off_cpu: 1s}", kOne + load), testing::SizeIs(1));
  EXPECT_THAT(doubts_about_text("f: {off_cpu: 1s}", kOne + load + "policies: [hpa]\n"), IsEmpty());
}

TEST(Doubts, AreAboutMillicoresWithoutTheirUnit) {
  EXPECT_THAT(doubts_about_text("f: {serial: 80ms, ranges: {cpu: [100, 2000]}}", ""),
              ElementsAre(AllOf(HasSubstr("up to 2000 cores"), HasSubstr("write 2000m"))));
}

TEST(Doubts, AreAboutMemoryThatIsNeverHeld) {
  const std::string large = "configuration: {cpu: 1, memory: 2Gi, replicas: 1, concurrency: 2}\n";
  EXPECT_THAT(doubts_about_text("f: {serial: 80ms, memory: {instance: 20Mi, process: 40Mi}}", large),
              ElementsAre(AllOf(HasSubstr("holds 100 MiB at most"), HasSubstr("2048Mi are reserved"))));
  EXPECT_THAT(doubts_about_text("f: {serial: 80ms}", large), IsEmpty()) << "nothing is said of what it holds";
}

TEST(Doubts, AreAboutAWorkflowWithoutWork) {
  EXPECT_THAT(doubts_about_text("f: {}, g: {}", ""), ElementsAre(HasSubstr("functions.f.serial: 80ms")));
}

}  // namespace
}  // namespace faasconf::experiments::jobs
