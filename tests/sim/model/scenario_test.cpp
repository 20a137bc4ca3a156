#include "sim/model/scenario.hpp"

#include <chrono>
#include <functional>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/sim/model/random_scenarios.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

ScenarioSpec valid() { return scenario(slot_station("station", Exponential{1}), {}, open_loop(1)); }

// A scenario that was valid before the change is refused, with this message.
void expect_refused(const std::function<void(ScenarioSpec&)>& change, const std::string& message) {
  ScenarioSpec spec = valid();
  change(spec);
  EXPECT_THAT([&] { Scenario{spec}; }, ThrowsMessage<Error>(HasSubstr(message)));
}

template <class Source>
auto with_source(Source source) {
  return [source](ScenarioSpec& spec) { spec.workload.source = source; };
}

TEST(Scenario, TakesWhatIsValid) {
  EXPECT_NO_THROW(Scenario{valid()});
  for (std::uint64_t seed = 0; seed < 100; ++seed) EXPECT_NO_THROW(Scenario{random_scenario(seed)});
}

TEST(Scenario, RefusesImpossibleFunctions) {
  const auto refused = [](auto change, const std::string& message) {
    expect_refused([&](ScenarioSpec& spec) { change(spec.workflow.functions[0]); }, "function 'station': " + message);
  };
  for (const double value : {0.0, 0.5, -1.0, kNan, kInfinity}) {
    refused([=](FunctionSpec& function) { function.max_threads = value; }, "threads must be at least 1");
  }
  for (const double value : {-1.0, kNan, kInfinity}) {
    refused([=](FunctionSpec& function) { function.instance_memory = Mebibytes{value}; },
            "memory must not be negative");
    refused([=](FunctionSpec& function) { function.request_bytes = value; }, "payload must not be negative");
    refused([=](FunctionSpec& function) { function.response_bytes = value; }, "payload must not be negative");
  }
  for (const double value : {-0.1, 1.1, kNan}) {
    refused([=](FunctionSpec& function) { function.failure_probability = value; },
            "failure_probability must lie between 0 and 1");
    refused([=](FunctionSpec& function) { function.failed_input_work_share = value; },
            "failed_input_work_share must lie between 0 and 1");
  }
  refused([](FunctionSpec& function) { function.queue_capacity = -1; }, "queue_capacity must not be negative");
  refused([](FunctionSpec& function) { function.fixed = FunctionConfiguration{.replicas = 0}; },
          "replicas must be at least 1");
}

TEST(Scenario, RefusesFunctionsThatCannotBeToldApart) {
  expect_refused([](ScenarioSpec& spec) { spec.workflow.functions[0].name = ""; }, "a function needs a name");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.functions.push_back(spec.workflow.functions[0]); },
                 "two functions are named 'station'");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.functions.clear(); }, "workflow 'test' has no functions");
}

TEST(Scenario, RefusesImpossiblePromisesAndPlatforms) {
  expect_refused([](ScenarioSpec& spec) { spec.workflow.qos.latency = 0s; }, "qos: latency must be above 0");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.qos.successes = -1; }, "qos: successes must not be negative");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.gateway.timeout = 0s; }, "gateway: timeout must be above 0");
  for (const double value : {-0.1, kNan, kInfinity}) {
    expect_refused([=](ScenarioSpec& spec) { spec.workflow.cpu_sharing.contention = value; },
                   "cpu_sharing: contention must not be negative");
    expect_refused([=](ScenarioSpec& spec) { spec.workflow.cpu_sharing.speed_spread = value; },
                   "cpu_sharing: speed_spread must not be negative");
  }
  for (const double value : {0.0, -1.0, kNan, kInfinity}) {
    expect_refused([=](ScenarioSpec& spec) { spec.workflow.cpu_sharing.quota_exponent = value; },
                   "cpu_sharing: quota_exponent must be above 0");
    expect_refused([=](ScenarioSpec& spec) { spec.workflow.cpu_sharing.cores = value; },
                   "cpu_sharing: cores must be above 0");
  }
  expect_refused([](ScenarioSpec& spec) { spec.workflow.cpu_sharing.period = 0s; },
                 "cpu_sharing: period must be above 0");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.cpu_sharing.run_slice = -1ns; },
                 "cpu_sharing: run_slice must not be negative");
  for (const double cores : {1.5, 1001.0}) {
    expect_refused([=](ScenarioSpec& spec) { spec.workflow.cpu_sharing = {.cores = cores, .run_slice = 10ms}; },
                   "cpu_sharing: cores must be a whole number, at most 1000, with run_slice");
  }
  for (const int levels : {0, 3}) {
    expect_refused([=](ScenarioSpec& spec) { spec.workflow.cpu_sharing.cgroup_levels = levels; },
                   "cpu_sharing: cgroup_levels must be 1 or 2");
  }
  expect_refused([](ScenarioSpec& spec) { spec.workflow.cpu_sharing.slice_expiry = true; },
                 "cpu_sharing: slice_expiry needs run_slice");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.cpu_sharing.turn_order = TurnOrder::random; },
                 "cpu_sharing: turn_order needs run_slice");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.cpu_sharing.bandwidth_slice = 0ns; },
                 "cpu_sharing: bandwidth_slice must be above 0");
  expect_refused(
      [](ScenarioSpec& spec) { spec.workflow.cpu_sharing = {.mode = CpuSharing::cfs, .quota_exponent = 1.2}; },
      "cpu_sharing: quota_exponent must be 1 with mode cfs");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.cpu_sharing.share_exponent = 0.9; },
                 "cpu_sharing: share_exponent must be at least 1");
  expect_refused(
      [](ScenarioSpec& spec) { spec.workflow.cpu_sharing = {.mode = CpuSharing::cfs, .share_exponent = 1.2}; },
      "cpu_sharing: share_exponent must be 1 with mode cfs");
}

TEST(Scenario, RefusesImpossibleConfigurations) {
  const auto refused = [](const FunctionConfiguration& knobs, const std::string& message) {
    expect_refused([&](ScenarioSpec& spec) { spec.configuration.functions[0] = knobs; },
                   "configuration of 'station': " + message);
  };
  for (const double value : {0.0, -1.0, kNan, kInfinity}) {
    refused({.cpu = Millicores{value}}, "cpu must be above 0");
    refused({.memory = Mebibytes{value}}, "memory must be above 0");
  }
  refused({.replicas = 0}, "replicas must be at least 1");
  refused({.concurrency = -1}, "concurrency must be at least 1, or 0 for no limit");
  expect_refused([](ScenarioSpec& spec) { spec.configuration.functions.emplace_back(); },
                 "a configuration for 2 functions does not fit workflow 'test' with 1");
}

TEST(Scenario, RefusesImpossibleLoads) {
  for (const double value : {-1.0, kNan, kInfinity}) {
    expect_refused(with_source(OpenLoop{.rate_per_s = value, .process = {}}), "the arrival rate must not be negative");
    expect_refused(with_source(ClosedLoop{.users = 1, .think_time = {}, .spawn_rate_per_s = value, .back_off = {}}),
                   "the spawn rate must not be negative");
  }
  expect_refused(with_source(ClosedLoop{.users = -1, .think_time = {}, .spawn_rate_per_s = 0, .back_off = {}}),
                 "users must not be negative");
  for (const double value : {0.0, -1.0, kNan, kInfinity}) {
    expect_refused(with_source(OpenLoop{.rate_per_s = 1, .process = GammaArrivals{.cv = value}}),
                   "the cv of gamma arrivals must be above 0");
  }
  const auto with_mmpp = [](std::vector<double> rates, std::vector<double> stays_s) {
    return with_source(
        OpenLoop{.rate_per_s = 1,
                 .process = MmppArrivals{.relative_rates = std::move(rates), .mean_stay_s = std::move(stays_s)}});
  };
  expect_refused(with_mmpp({1}, {1}), "MMPP needs at least two states");
  expect_refused(with_mmpp({1, 2}, {1}), "each with a rate and a mean stay");
  expect_refused(with_mmpp({0, 0}, {1, 1}), "one of the MMPP rates must be above 0");
  expect_refused(with_mmpp({-1, 2}, {1, 1}), "an MMPP rate must not be negative");
  expect_refused(with_mmpp({1, 2}, {0, 1}), "an MMPP stay must be above 0");
  expect_refused(with_source(ArrivalList{.times = {Time(2s), Time(1s)}}), "arrivals must be in order and not before 0");
  expect_refused(with_source(ArrivalList{.times = {Time(-1ns)}}), "arrivals must be in order and not before 0");
}

TEST(Scenario, RefusesImpossibleProfiles) {
  const auto with_steps = [](std::vector<Profile::Step> steps) {
    return [steps](ScenarioSpec& spec) { spec.workload.profile = Profile{.steps = steps, .origin = ""}; };
  };
  expect_refused(with_steps({}), "profile: it has no steps");
  expect_refused(with_steps({{Time(1s), 1}, {Time(1s), 2}}), "profile: starts must rise from 0");
  expect_refused(with_steps({{Time(2s), 1}, {Time(1s), 2}}), "profile: starts must rise from 0");
  expect_refused(with_steps({{Time(-1s), 1}}), "profile: starts must rise from 0");
  for (const double level : {-1.0, kNan, kInfinity}) {
    expect_refused(with_steps({{Time(1s), level}}), "profile: a level must not be negative");
  }
  expect_refused(
      [](ScenarioSpec& spec) {
        spec.workload = {.source = ArrivalList{}, .profile = Profile{.steps = {{Time(1s), 1}}, .origin = ""}};
      },
      "an arrival list takes no profile");
}

TEST(Scenario, RefusesAWindowWithoutLengthAndAWorkflowWithoutSense) {
  expect_refused([](ScenarioSpec& spec) { spec.window = 0s; }, "window: it must be above 0");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.entry = call("nobody"); }, "call to function 'nobody'");
}

TEST(Scenario, RefusesNegativePricesAndRangesThatEndBeforeTheyBegin) {
  expect_refused([](ScenarioSpec& spec) { spec.workflow.prices.usd_per_vcpu_hour = -1; },
                 "prices: a price must not be negative");
  expect_refused([](ScenarioSpec& spec) { spec.workflow.functions[0].ranges.replicas_max = 0; },
                 "a range must not end before it begins");
}

TEST(Scenario, FindsFunctionsByName) {
  const ScenarioSpec spec =
      scenario({slot_station("a", kNothing), slot_station("b", kNothing)}, {{}, {}}, call("a"), open_loop(1));
  EXPECT_EQ(spec.workflow.find("b"), FunctionId{1});
  EXPECT_EQ(spec.workflow.find("c"), std::nullopt);
}

TEST(Scenario, AUniformConfigurationLeavesFixedFunctionsAsTheyAre) {
  ScenarioSpec spec =
      scenario({slot_station("a", kNothing), slot_station("b", kNothing)}, {{}, {}}, call("a"), open_loop(1));
  const FunctionConfiguration own{.cpu = Millicores{4000}, .replicas = 7};
  const FunctionConfiguration knobs{.cpu = Millicores{500}, .replicas = 2};
  spec.workflow.functions[1].fixed = own;
  EXPECT_THAT(uniform_configuration(spec.workflow, knobs).functions, ElementsAre(knobs, own));
}

}  // namespace
}  // namespace faasconf::sim
