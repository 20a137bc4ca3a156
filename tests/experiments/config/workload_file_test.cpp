#include "experiments/config/workload_file.hpp"

#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace std::chrono_literals;

const std::string kWorkflow = "workflow: {name: w, functions: {f: {}}, entry: f}\n";

sim::Workload read(const std::string& workload) {
  return parse_experiment(kWorkflow + "workload: " + workload + "\n", "f.yaml").scenario.workload;
}

TEST(WorkloadFile, DefaultsToTenUsers) {
  const sim::Workload workload = parse_experiment(kWorkflow, "f.yaml").scenario.workload;
  EXPECT_EQ(std::get<sim::ClosedLoop>(workload.source).users, 10);
  EXPECT_FALSE(workload.profile);
}

TEST(WorkloadFile, ClosedLoop) {
  const auto loop = std::get<sim::ClosedLoop>(
      read("{closed_loop: {users: 20, think_time: {law: exponential, mean: 1s}, spawn_rate: 60/m, back_off: 100ms}}")
          .source);
  EXPECT_EQ(loop.users, 20);
  EXPECT_EQ(loop.think_time, sim::Exponential{1});
  EXPECT_EQ(loop.spawn_rate_per_s, 1);
  EXPECT_EQ(loop.back_off, sim::Deterministic{0.1});
  EXPECT_EQ(std::get<sim::ClosedLoop>(read("{closed_loop: {spawn_rate: at_once}}").source).spawn_rate_per_s, 0);
}

TEST(WorkloadFile, OpenLoop) {
  const auto open_loop = [](const std::string& text) {
    return std::get<sim::OpenLoop>(read("{open_loop: " + text + "}").source);
  };
  EXPECT_EQ(open_loop("{rate: 300/m}").rate_per_s, 5);
  EXPECT_TRUE(std::holds_alternative<sim::PoissonArrivals>(open_loop("{rate: 5/s, law: poisson}").process));
  EXPECT_TRUE(std::holds_alternative<sim::DeterministicArrivals>(open_loop("{rate: 5/s, law: deterministic}").process));
  EXPECT_EQ(std::get<sim::GammaArrivals>(open_loop("{rate: 5/s, law: gamma, cv: 2}").process).cv, 2);
  const auto mmpp = std::get<sim::MmppArrivals>(
      open_loop(
          "{rate: 5/s, law: mmpp, states: [{relative_rate: 1, mean_stay: 30s}, {relative_rate: 9, mean_stay: 5s}]}")
          .process);
  EXPECT_EQ(mmpp.relative_rates, (std::vector<double>{1, 9}));
  EXPECT_EQ(mmpp.mean_stay_s, (std::vector<double>{30, 5}));
}

TEST(WorkloadFile, ListOfArrivals) {
  const auto list = std::get<sim::ArrivalList>(read("{arrivals: [0s, 1.5s, 1m]}").source);
  EXPECT_EQ(list.times, (std::vector<sim::Time>{sim::Time(0s), sim::Time(1500ms), sim::Time(60s)}));
}

TEST(WorkloadFile, FailedRequestsAreSentAgain) {
  EXPECT_FALSE(read("{open_loop: {rate: 5/s}}").retry);
  const sim::Workload workload =
      read("{open_loop: {rate: 5/s}, retry: {attempts: 5, back_off: {law: exponential, mean: 100ms}, factor: 1.5}}");
  ASSERT_TRUE(workload.retry);
  EXPECT_EQ(workload.retry->attempts, 5);
  EXPECT_EQ(workload.retry->back_off, sim::Exponential{0.1});
  EXPECT_EQ(workload.retry->factor, 1.5);
  const auto retry = read("{retry: {back_off: 1s}}").retry;
  ASSERT_TRUE(retry);
  EXPECT_EQ(retry->attempts, 3);
  EXPECT_EQ(retry->factor, 2);
}

TEST(WorkloadFile, ARetryThatCannotBeIsNamedWithItsLine) {
  const auto message = [](const std::string& retry) {
    return complaint_about(kWorkflow + "workload:\n  retry: " + retry + "\n");
  };
  EXPECT_EQ(message("{attempts: 0}"),
            "f.yaml:3: workload.retry.attempts: expected a whole number from 1 to 100, got \"0\"");
  EXPECT_EQ(message("{factor: -1}"), "f.yaml:3: workload.retry.factor: expected a number from 0 to 1000, got \"-1\"");
  EXPECT_EQ(message("{back_off: 100}"),
            "f.yaml:3: workload.retry.back_off: expected a duration such as 860ms, got \"100\"");
  EXPECT_EQ(message("{backoff: 1s}"), "f.yaml:3: workload.retry: unknown key \"backoff\", did you mean \"back_off\"?");
  EXPECT_EQ(message("3"),
            "f.yaml:3: workload.retry: expected a map with keys from attempts, back_off, factor, got \"3\"");
}

TEST(WorkloadFile, ProfileInTheFile) {
  const sim::Workload users = read("{profile: {origin: made up, steps: {0s: 12, 1m: 44}}}");
  ASSERT_TRUE(users.profile);
  EXPECT_EQ(users.profile->origin, "made up");
  ASSERT_EQ(users.profile->steps.size(), 2u);
  EXPECT_EQ(users.profile->steps[1].start, sim::Time(60s));
  EXPECT_EQ(users.profile->steps[1].level, 44);
  EXPECT_EQ(read("{open_loop: {law: poisson}, profile: {steps: {0s: 60/m}}}").profile->steps[0].level, 1);
}

TEST(WorkloadFile, ProfileOfAnotherFile) {
  const auto folder = scratch_folder("workload_file");
  write_file(folder / "users.csv", "start_s,users\n0,12\n60,44\n");
  write_file(folder / "rates.csv", "start_s,rate_per_s\n0,1.5\n");
  write_file(folder / "times.csv", "arrival_s\n0.5\n2\n");
  const auto read_in_folder = [&](const std::string& workload) {
    return parse_experiment(kWorkflow + "workload: " + workload + "\n", folder / "e.yaml");
  };
  EXPECT_EQ(read_in_folder("{profile: users.csv}").scenario.workload.profile->steps.size(), 2u);
  const Experiment rates = read_in_folder("{profile: rates.csv}");
  EXPECT_TRUE(std::holds_alternative<sim::OpenLoop>(rates.scenario.workload.source));
  ASSERT_EQ(rates.inputs.size(), 2u);
  EXPECT_EQ(rates.inputs[1].path, folder / "rates.csv");
  EXPECT_EQ(rates.inputs[1].sha256.size(), 64u);
  EXPECT_EQ(std::get<sim::ArrivalList>(read_in_folder("{arrivals: times.csv}").scenario.workload.source).times[1],
            sim::Time(2s));

  const std::string experiment = folder / "e.yaml";
  EXPECT_EQ(complaint([&] { read_in_folder("{closed_loop: {}, profile: rates.csv}"); }),
            experiment + ":2: workload.profile: expected a profile of users for a closed loop, got \"rates.csv\"");
  EXPECT_EQ(complaint([&] { read_in_folder("{profile: gone.csv}"); }),
            experiment + ":2: workload.profile: " + (folder / "gone.csv").string() +
                ": expected a readable file, got \"No such file or directory\"");
  write_file(folder / "cut.csv", "start_s,users\n0,12\n60,");
  EXPECT_EQ(complaint([&] { read_in_folder("{profile: cut.csv}"); }),
            (folder / "cut.csv").string() + ":3: expected users to be a number from 0 to 1000000, got \"\"");
}

TEST(WorkloadFile, WhatIsWrongIsNamedWithItsLine) {
  const struct {
    std::string workload;
    std::string message;
  } cases[] = {
      {"{closed_loop: {users: 0}}", "closed_loop.users: expected a whole number from 1 to 1000000, got \"0\""},
      {"{closed_loop: {users: 2.5}}", "closed_loop.users: expected a whole number from 1 to 1000000, got \"2.5\""},
      {"{closed_loop: {think_time: 1}}", "closed_loop.think_time: expected a duration such as 860ms, got \"1\""},
      {"{closed_loop: {spawn_rate: 10}}",
       "closed_loop.spawn_rate: expected a rate such as 5/s, 300/m or 1000/h, got \"10\""},
      {"{open_loop: {}}", "open_loop: expected a key \"rate\", got none"},
      {"{open_loop: {rate: 0/s}}", "open_loop.rate: expected a rate above 0, got \"0/s\""},
      {"{open_loop: {rate: 1/s, law: uniform}}",
       "open_loop.law: expected one of poisson, deterministic, gamma, mmpp, got \"uniform\""},
      {"{open_loop: {rate: 1/s, law: gamma}}", "open_loop: expected a key \"cv\", got none"},
      {"{open_loop: {rate: 1/s, cv: 2}}", "open_loop.cv: expected law: gamma beside it"},
      {"{open_loop: {rate: 1/s, law: mmpp, states: [{relative_rate: 1, mean_stay: 1s}]}}",
       "open_loop.states: expected at least 2 states, got 1"},
      {"{open_loop: {rate: 1/s, law: mmpp, states: [{relative_rate: 0, mean_stay: 1s}, {relative_rate: 0, mean_stay: "
       "1s}]}}",
       "open_loop.states: expected relative rates with a sum above 0, got 0"},
      {"{arrivals: [2s, 1s]}", "arrivals.1: expected a time not below the last one, got \"1s\""},
      {"{arrivals: [1]}", "arrivals.0: expected a duration such as 30s, 500ms or 1h30m, got \"1\""},
      {"{arrivals: [1s], profile: {steps: {0s: 1}}}", "profile: expected no profile beside arrivals"},
      {"{profile: {steps: {0s: 1, 0s: 2}}}",
       "workload.profile.steps: expected each key once, got \"0s\" again (first in line 2)"},
      {"{profile: {steps: {60s: 1, 1m: 2}}}", "profile.steps: expected a time above the last one, got \"1m\""},
      {"{profile: {steps: {0s: 1/s}}}", "profile.steps.0s: expected a number of users from 0 to 1000000, got \"1/s\""},
      {"{open_loop: {rate: 1/s}, profile: {steps: {0s: 1}}}",
       "profile.steps.0s: expected a rate such as 5/s, 300/m or 1000/h, got \"1\""},
      {"{profile: {steps: {}}}", "profile.steps: expected at least one step, got none"},
      {"{window: 0s}", "window: expected a duration above 0, got \"0s\""},
  };
  for (const auto& [workload, message] : cases) {
    const std::string path = message.starts_with("workload.") ? "" : "workload.";
    EXPECT_EQ(complaint_about(kWorkflow + "workload: " + workload + "\n"), "f.yaml:2: " + path + message) << workload;
  }
  EXPECT_EQ(complaint_about(kWorkflow + "workload: {closed_loop: {}, open_loop: {rate: 1/s}}\n"),
            "f.yaml:2: workload: expected one of closed_loop, open_loop, arrivals, got more");
}

}  // namespace
}  // namespace faasconf::experiments::config
