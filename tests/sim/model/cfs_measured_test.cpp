// CFS bandwidth control against instances that were measured on a real gateway, given their work and the stated costs
// and nothing fitted. The figures are those of the report on the measurements, which covers half as many windows again.
// The study cfs-errors has the errors of all models: ./run.sh study cfs-errors

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/cfs_errors.hpp"
#include "tests/sim/model/openfaas_windows.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

class MeasuredCfs : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!tests::shared_file("data/openfaas/windows.csv")) GTEST_SKIP() << tests::kNoSharedData;
  }
};

// One user alone, or several, at one instance without a concurrency limit.
ScenarioSpec alone(Distribution work_s, double millicores, Workload workload, const CpuSharingSpec& sharing) {
  ScenarioSpec spec = scenario(cpu_station("f", std::move(work_s)), {.cpu = {millicores}}, std::move(workload));
  spec.workflow.cpu_sharing = sharing;
  return spec;
}

std::vector<CallRecord> calls_of(const ScenarioSpec& spec, Duration length) {
  const Scenario scenario(spec);
  EventLog log(scenario);
  Simulation simulation(scenario, RngStreams(1), {&log});
  simulation.run_until(Time(length));
  return log.calls;
}

double latency_s(const CallRecord& call) { return to_seconds(call.finished - call.called); }

// --- finding 1: saturated means are work / limit

// One replica that admits all its users: within 2.5 % of what was measured, with the CPU that a request really took.
TEST_F(MeasuredCfs, SaturatedMeansAreWorkOverLimit) {
  int windows = 0;
  for (const Row& row : read_windows("E1")) {
    const int users = whole(row, "users");
    const int slots = whole(row, "max_inflight");
    if (whole(row, "replicas") != 1 || (slots > 0 && slots < users)) continue;
    SCOPED_TRACE(row.at("window_id"));
    const Deterministic work_s{number(row, "cpu_per_success_ms") / 1000};
    for (const CpuSharingSpec& sharing : {cfs_sharing(), sliced_sharing(1), sliced_sharing(2)}) {
      RunningMoments mean_s;
      for (const CallRecord& call :
           calls_of(alone(work_s, number(row, "cpu_limit_mcores"), closed_loop(users, kNothing), sharing), 300s)) {
        if (call.called > Time(10s)) mean_s.add(latency_s(call));
      }
      EXPECT_NEAR(*mean_s.mean() / number(row, "mean_latency_s"), 1, 0.025);
    }
    ++windows;
  }
  EXPECT_GE(windows, 7);
}

// With a concurrency limit that binds, the limit takes the place of the users, rejections and all: within 6 %.
TEST_F(MeasuredCfs, UnderAConcurrencyLimitThatBindsMeansAreWorkOverLimit) {
  int windows = 0;
  for (const Row& row : read_windows("E1")) {
    const int slots = whole(row, "max_inflight");
    if (whole(row, "replicas") != 1 || slots == 0 || slots >= whole(row, "users")) continue;
    SCOPED_TRACE(row.at("window_id"));
    const WindowResult found = simulate_windows(closed_window(row, sliced_sharing(2)), kClosedWindow, 20);
    EXPECT_NEAR(found.mean_s() / number(row, "mean_latency_s"), 1, 0.06);
    EXPECT_NEAR(utilisation(found, row), number(row, "cpu_utilisation"), 0.015);
    EXPECT_LE(utilisation(found, row), 1.0014);
    ++windows;
  }
  EXPECT_GE(windows, 3);
}

// --- finding 3: latencies are quantised by the period

// 40 ms at 200m: 202 ms, every 4th to 6th time 284 ms; 8 ms: 12 and 89 ms in turn. CPU of a request in these windows:
// 42.84 and 10.44 ms.
TEST_F(MeasuredCfs, LatenciesAreQuantisedByThePeriod) {
  constexpr double kTolerance_s = 0.003;
  for (const CpuSharingSpec& sharing : {cfs_sharing(), sliced_sharing(1)}) {
    const auto shares_near = [&](double work_s, double low_s, double high_s) {
      double low = 0;
      double high = 0;
      const auto calls = calls_of(alone(Deterministic{work_s}, 200, closed_loop(1, kNothing), sharing), 600s);
      for (const CallRecord& call : calls) {
        low += std::abs(latency_s(call) + kPath_s - low_s) < kTolerance_s;
        high += std::abs(latency_s(call) + kPath_s - high_s) < kTolerance_s;
      }
      const auto all = static_cast<double>(calls.size());
      EXPECT_GT((low + high) / all, 0.99);
      return std::pair(low / all, high / all);
    };
    const auto [short_one, long_one] = shares_near(0.04284, 0.202, 0.284);
    EXPECT_GT(long_one, 1 / 8.0);
    EXPECT_LT(long_one, 1 / 5.0);
    const auto [within, across] = shares_near(0.01044, 0.012, 0.089);
    EXPECT_NEAR(within, 0.5, 0.06);
  }
}

// --- finding 4: short requests beat the fluid as long as quota is unspent

// By nominal work in quotas.
struct Bin {
  double from = 0;
  double to = 0;
};

// One user who thinks for 0.125 to 0.375 s, work uniform on 1 to 80 ms and 2.5 ms of real work on top: latency over
// nominal work / limit.
RunningMoments isolated_ratio(double millicores, const Bin& bin, const CpuSharingSpec& sharing) {
  constexpr double kOverhead_s = 0.0025;
  RunningMoments ratio;
  for (std::uint64_t replication = 0; replication < 40; ++replication) {  // phases are drawn once a run
    const Empirical work{.probabilities = {0, 1}, .values = {0.001 + kOverhead_s, 0.08 + kOverhead_s}};
    const Empirical think{.probabilities = {0, 1}, .values = {0.125, 0.375}};
    const Scenario scenario(alone(work, millicores, closed_loop(1, think), sharing));
    EventLog log(scenario);
    Simulation simulation(scenario, RngStreams(1, replication), {&log});
    simulation.run_until(Time(200s));
    for (const ExecutionRecord& execution : log.executions) {
      const double nominal_s = execution.work_s - kOverhead_s;
      const double quotas = nominal_s / (millicores * 1e-4);
      if (quotas < bin.from || quotas >= bin.to) continue;
      const double latency_s = to_seconds(execution.finished - execution.started) + kPath_s;
      ratio.add(latency_s / (nominal_s / (millicores / 1000)));
    }
  }
  return ratio;
}

RunningMoments measured_ratio(const std::vector<Row>& invocations, double millicores, const Bin& bin) {
  RunningMoments ratio;
  for (const Row& row : invocations) {
    if (row.at("window_id") != "E0_burst_" + std::to_string(static_cast<int>(millicores)) + "m") continue;
    const double nominal_s = number(row, "work_nominal_ms") / 1000;
    const double quotas = nominal_s / (millicores * 1e-4);
    if (quotas >= bin.from && quotas < bin.to) ratio.add(number(row, "latency_s") / (nominal_s / (millicores / 1000)));
  }
  return ratio;
}

// Within 0.1 of what was measured, or two standard errors. From Q to 1.5 Q it takes the pod's quota beside the
// container's: 0.69 was measured at 200m and at 400m; one level gives 0.52 and 0.63, two give 0.64 and 0.72.
TEST_F(MeasuredCfs, IsolatedRequestsBeatTheFluidWhileQuotaIsUnspent) {
  const std::vector<Row> invocations = read_rows(*tests::shared_file("data/openfaas/invocations.csv.gz"));
  int compared = 0;
  for (const double millicores : {100.0, 200.0, 400.0}) {
    for (const Bin& bin : {Bin{0.15, 1}, Bin{1, 1.5}, Bin{1.5, 2}, Bin{2, 4}, Bin{4, 8}}) {
      SCOPED_TRACE(std::to_string(millicores) + " from " + std::to_string(bin.from));
      const RunningMoments measured = measured_ratio(invocations, millicores, bin);
      if (measured.count() < 5 || *measured.standard_error() > 0.1) continue;
      const double found = *isolated_ratio(millicores, bin, sliced_sharing(2)).mean();
      const double two_errors = 2 * *measured.standard_error();
      EXPECT_NEAR(found, *measured.mean(), bin.from == 1 ? two_errors : std::max(0.1, two_errors));
      ++compared;
    }
  }
  EXPECT_GE(compared, 9);
}

// --- finding 5: idle replicas recover a full budget

// Utilisation is above that of a closed network, N / (N + k - 1), in all windows without a rejection.
TEST_F(MeasuredCfs, IdleReplicasRecoverAFullBudget) {
  RunningMoments error;
  for (const Row& row : read_windows("E1")) {
    if (whole(row, "replicas") == 1 || whole(row, "n_429") > 0) continue;
    SCOPED_TRACE(row.at("window_id"));
    const double users = number(row, "users");
    const WindowResult found = simulate_windows(closed_window(row, sliced_sharing(2)), kClosedWindow, 40);
    const double network = users / (users + number(row, "replicas") - 1);
    EXPECT_GT(utilisation(found, row), network);
    EXPECT_GT(number(row, "cpu_utilisation"), network);
    EXPECT_NEAR(utilisation(found, row), number(row, "cpu_utilisation"), 0.07);
    error.add(std::abs(utilisation(found, row) - number(row, "cpu_utilisation")));
    if (whole(row, "cpu_limit_mcores") != 300 || whole(row, "replicas") != 2 || users != 1) continue;
    EXPECT_GE(utilisation(found, row), 0.60);
    EXPECT_LE(utilisation(found, row), 0.63);
    EXPECT_NEAR(found.mean_s(), 0.1165, 0.004);
  }
  EXPECT_GE(error.count(), 12);
  EXPECT_LE(*error.mean(), 0.03);
}

// --- finding 6: the open loop

// The report's: fluid +20 % in the mean, +40 % in the median; slices of 10 ms and 3 ms of overhead 0 % on average and
// 8 % per window. In the windows that are here the fluid does a little worse. The second quota is another half
// millisecond of overhead: with it, and what finding 2 states as the middle, the error is the smallest.
TEST_F(MeasuredCfs, SlicesFitTheOpenLoopAndTheFluidDoesNot) {
  const std::vector<OpenWindow> windows = read_open_windows();
  ASSERT_GE(windows.size(), 11U);
  const Errors fluid = open_loop_errors(windows, fluid_sharing(), kOpenLoopOverhead_s);
  EXPECT_GT(*fluid.mean.mean(), 0.2);
  EXPECT_GT(*fluid.median.mean(), 0.4);
  const Errors slices = open_loop_errors(windows, sliced_sharing(1), 0.003);
  EXPECT_LT(std::abs(*slices.mean.mean()), 0.03);
  EXPECT_LT(*slices.absolute_mean.mean(), 0.10);
  const Errors two_levels = open_loop_errors(windows, sliced_sharing(2), kOpenLoopOverhead_s);
  EXPECT_LT(std::abs(*two_levels.mean.mean()), 0.03);
  EXPECT_LT(*two_levels.absolute_mean.mean(), 0.08);
}

// --- finding 7: neither first in, first out nor ideal sharing

// Short requests, of up to half a quota, take longer than in ideal sharing, long ones less.
TEST_F(MeasuredCfs, SlicesLieBetweenFifoAndIdealSharing) {
  const std::vector<OpenWindow> windows = read_open_windows();
  const auto mean_s = [&](const CpuSharingSpec& sharing, bool short_ones) {
    RunningMoments latency_s;
    for (const OpenWindow& window : windows) {
      if (whole(window.row(), "max_inflight") > 0) continue;
      const double quota_s = number(window.row(), "cpu_limit_mcores") * 1e-4;
      window.replay(sharing, kOpenLoopOverhead_s, 5, [&](double work_s, double found_s) {
        if (short_ones ? work_s <= quota_s / 2 : work_s > 2 * quota_s) latency_s.add(found_s);
      });
    }
    return *latency_s.mean();
  };
  CpuSharingSpec fifo = sliced_sharing(2);
  fifo.run_slice = 1h;
  CpuSharingSpec ideal = sliced_sharing(2);
  ideal.run_slice = 0s;
  EXPECT_GT(mean_s(sliced_sharing(2), true), 1.05 * mean_s(ideal, true));
  EXPECT_LT(mean_s(sliced_sharing(2), true), 0.9 * mean_s(fifo, true));
  EXPECT_LT(mean_s(sliced_sharing(2), false), 0.98 * mean_s(ideal, false));
  EXPECT_GT(mean_s(sliced_sharing(2), false), 1.1 * mean_s(fifo, false));
}

// Eight users at one instance of 100m to 400m: the 95th percentile is 1.4 to 1.7 times the mean. In turn they would
// take nearly as long as one another.
TEST_F(MeasuredCfs, RandomTurnsScatterAsTheRealOnes) {
  RunningMoments measured;
  RunningMoments random;
  RunningMoments in_turn;
  const auto spread = [](const Row& row, const CpuSharingSpec& sharing) {
    WindowResult found = simulate_windows(closed_window(row, sharing), kClosedWindow, 20);
    return found.quantile_s(0.95) / found.mean_s();
  };
  for (const Row& row : read_windows("E1")) {
    if (row.at("users") != "8" || row.at("max_inflight") != "0" || row.at("replicas") != "1") continue;
    measured.add(number(row, "p95_latency_s") / number(row, "mean_latency_s"));
    random.add(spread(row, random_sharing(2)));
    in_turn.add(spread(row, sliced_sharing(2)));
  }
  ASSERT_GE(measured.count(), 4U);
  EXPECT_NEAR(*random.mean(), *measured.mean(), 0.1);
  EXPECT_LT(*in_turn.mean(), *measured.mean() - 0.3);
}

// --- finding 8: rejections are not free

// 0.35 ms of CPU each: with 53 a second, a success of a 100m instance costs 50 ms instead of 43.
TEST_F(MeasuredCfs, RejectionsRaiseTheCpuPerSuccess) {
  for (const Row& row : read_windows("E1")) {
    if (row.at("window_id") != "E1_c05_r0") continue;
    const WindowResult found = simulate_windows(closed_window(row, sliced_sharing(2)), kClosedWindow, 20);
    const auto successes = static_cast<double>(found.latencies_s.size());
    EXPECT_NEAR(static_cast<double>(found.rejection_latencies_s.size()) / found.windows / 15, 55, 5);
    EXPECT_NEAR(found.cpu_s / successes, number(row, "cpu_per_success_ms") / 1000, 0.003);
    EXPECT_GT(found.cpu_s / successes, 0.048);
  }
}

// A 429 waits for quota as all others do: in the open windows 30 ms in the median, and 82 ms in the 95th percentile.
// Unthrottled 3 ms were measured; here it is the path and 0.35 ms, 1.9 ms, for who comes next waits for a free core
// only.
TEST_F(MeasuredCfs, RejectionsWaitForQuota) {
  std::vector<double> latencies_s;
  std::vector<double> measured_s;
  for (const OpenWindow& window : read_open_windows()) {
    if (whole(window.row(), "max_inflight") == 0) continue;
    const WindowResult found = window.replay(sliced_sharing(2), kOpenLoopOverhead_s, 40);
    const WindowResult measured = window.measured();
    latencies_s.insert(latencies_s.end(), found.rejection_latencies_s.begin(), found.rejection_latencies_s.end());
    measured_s.insert(measured_s.end(), measured.rejection_latencies_s.begin(), measured.rejection_latencies_s.end());
  }
  EXPECT_NEAR(WindowResult::quantile(latencies_s, 0.5), WindowResult::quantile(measured_s, 0.5), 0.01);
  EXPECT_NEAR(WindowResult::quantile(latencies_s, 0.95), WindowResult::quantile(measured_s, 0.95), 0.01);
  EXPECT_NEAR(static_cast<double>(latencies_s.size()) / 40, static_cast<double>(measured_s.size()), 10);

  ScenarioSpec unthrottled =
      scenario(measured_function("f", 0.04, 1), {.cpu = {2000}, .concurrency = 1}, measured_users(2));
  unthrottled.workflow.gateway.hop = Deterministic{kPath_s};
  unthrottled.workflow.cpu_sharing = sliced_sharing(2);
  WindowResult found = simulate_windows(unthrottled, kClosedWindow, 1);
  EXPECT_NEAR(WindowResult::quantile(found.rejection_latencies_s, 0.5), 0.0019, 0.0002);
}

// --- finding 9: routing is random and blind

// 2 replicas that admit 2 each, 4 users: 102 successes and 70 rejections in 15 s.
TEST_F(MeasuredCfs, RejectionsOccurAlthoughAllUsersWouldFit) {
  RunningMoments successes;
  RunningMoments rejections;
  for (const Row& row : read_windows("E1")) {
    if (row.at("config_id") != "E1c00") continue;
    const WindowResult found = simulate_windows(closed_window(row, sliced_sharing(2)), kClosedWindow, 40);
    successes.add(static_cast<double>(found.latencies_s.size()) / found.windows);
    rejections.add(static_cast<double>(found.rejection_latencies_s.size()) / found.windows);
    EXPECT_NEAR(found.mean_s(), number(row, "mean_latency_s"), 0.06 * number(row, "mean_latency_s"));
  }
  EXPECT_NEAR(*successes.mean(), 100, 5);
  EXPECT_NEAR(*rejections.mean(), 70, 10);
}

// --- finding 11: throttling lands on both levels

TEST_F(MeasuredCfs, AboutHalfOfTheThrottlingsLandOnEachLevel) {
  double throttled = 0;
  double of_pod = 0;
  double measured = 0;
  for (const OpenWindow& window : read_open_windows()) {
    const WindowResult found = window.replay(sliced_sharing(2), kOpenLoopOverhead_s, 20);
    throttled += found.throttled / found.windows;
    of_pod += found.pod_throttled / found.windows;
    measured += number(window.row(), "nr_throttled") + number(window.row(), "pod_nr_throttled");
  }
  EXPECT_NEAR(throttled / measured, 1, 0.12);
  EXPECT_NEAR(of_pod / throttled, 0.5, 0.1);
}

// On the windows that it can say anything of.
TEST_F(MeasuredCfs, IsNearerThanMeanValueAnalysis) {
  const RunningMoments network = network_errors(false);
  const RunningMoments simulated = errors_without_rejections(sliced_sharing(2));
  ASSERT_EQ(network.count(), simulated.count());
  EXPECT_GE(network.count(), 15U);
  EXPECT_LT(*simulated.mean(), *network.mean() / 2);
}

// Closed loop 3 %, workflow 6 %, in the mean latency of a window.
TEST_F(MeasuredCfs, TwoLevelsFitTheClosedLoopAndTheWorkflow) {
  const Errors closed = closed_loop_errors(sliced_sharing(2), 6);
  EXPECT_LT(*closed.absolute_mean.mean(), 0.035);
  EXPECT_LT(*closed.success_ratio.mean(), 0.01);
  EXPECT_LT(*closed.utilisation.mean(), 0.02);
  const Errors workflow = workflow_errors(sliced_sharing(2), 6);
  EXPECT_LT(*workflow.absolute_mean.mean(), 0.065);
  EXPECT_LT(*workflow.success_ratio.mean(), 0.07);
}

}  // namespace
}  // namespace faasconf::sim
