// CFS bandwidth control against instances that were measured on a real gateway (data/openfaas of the shared data),
// given their work and nothing fitted. The figures are those of its report.

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/stats/running_moments.hpp"
#include "tests/shared_data.hpp"
#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

using Row = std::map<std::string, std::string>;

std::vector<Row> read_rows(const std::string& path) {
  std::ifstream in(path);
  const auto cells = [](const std::string& line) {
    std::vector<std::string> result;
    std::istringstream text(line);
    for (std::string cell; std::getline(text, cell, ',');) result.push_back(cell);
    return result;
  };
  std::string line;
  std::getline(in, line);
  const auto names = cells(line);
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    const auto values = cells(line);
    Row& row = rows.emplace_back();
    if (values.size() > names.size()) continue;  // a quoted comma: not a window of one constant work
    for (std::size_t i = 0; i < values.size(); ++i) row[names[i]] = values[i];
  }
  return rows;
}

ScenarioSpec measured(Distribution work_s, double millicores, Workload workload) {
  ScenarioSpec spec = scenario(cpu_station("f", std::move(work_s)), {.cpu = {millicores}}, std::move(workload));
  spec.workflow.cpu_sharing.mode = CpuSharing::cfs;
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

// One replica that admits all its users: within 2.5 % of what was measured, with the CPU that a request really took.
TEST(MeasuredCfs, SaturatedMeansAreWorkOverLimit) {
  const auto file = tests::shared_file("data/openfaas/windows.csv");
  if (!file) GTEST_SKIP() << tests::kNoSharedData;
  int windows = 0;
  for (Row& row : read_rows(*file)) {
    const int users = std::atoi(row["users"].c_str());
    const int slots = std::atoi(row["max_inflight"].c_str());
    if (row["experiment"] != "E1" || row["replicas"] != "1" || (slots > 0 && slots < users)) continue;
    SCOPED_TRACE(row["window_id"]);
    const Deterministic work_s{std::stod(row["cpu_per_success_ms"]) / 1000};
    RunningMoments mean_s;
    for (const CallRecord& call :
         calls_of(measured(work_s, std::stod(row["cpu_limit_mcores"]), closed_loop(users, kNothing)), 300s)) {
      if (call.called > Time(10s)) mean_s.add(latency_s(call));
    }
    const double measured_s = std::stod(row["mean_latency_s"]);
    EXPECT_NEAR(*mean_s.mean(), measured_s, 0.025 * measured_s);
    ++windows;
  }
  EXPECT_GE(windows, 8);
}

// 40 ms at 200m: 202 ms, every 4th to 6th time 284 ms; 8 ms: 12 and 89 ms in turn. CPU of a request in these windows:
// 42.84 and 10.44 ms. The path to the instance, 1 to 2 ms, is not in it.
TEST(MeasuredCfs, LatenciesAreQuantisedByThePeriod) {
  constexpr double kPath_s = 0.0015;
  constexpr double kTolerance_s = 0.003;
  const auto shares_near = [](double work_s, double low_s, double high_s) {
    double low = 0;
    double high = 0;
    const auto calls = calls_of(measured(Deterministic{work_s}, 200, closed_loop(1, kNothing)), 600s);
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

// One user who thinks for .125 to .375 s, work uniform on 1 to 80 ms and 3 ms of real work on top: latency over
// nominal work / limit, by nominal work in quotas Q. Not reproduced, hence not here: Q to 1.5 Q, measured .67 to .74
// against .48 to .62 here, and the shortest requests (perhaps the pod's own quota beside the container's; untried).
TEST(MeasuredCfs, IsolatedRequestsBeatTheFluidWhileQuotaIsUnspent) {
  constexpr double kOverhead_s = 0.003;
  struct Bin {
    double from = 0;
    double to = 0;
    double least = 0;
    double most = 0;
  };
  for (const double millicores : {100.0, 200.0, 400.0}) {
    SCOPED_TRACE(millicores);
    Empirical work{.probabilities = {0, 1}, .values = {0.001 + kOverhead_s, 0.08 + kOverhead_s}};
    const Empirical think{.probabilities = {0, 1}, .values = {0.125, 0.375}};
    const ScenarioSpec spec = measured(work, millicores, closed_loop(1, think));
    const Scenario scenario(spec);
    EventLog log(scenario);
    Simulation simulation(scenario, RngStreams(1), {&log});
    simulation.run_until(Time(10'000s));
    for (const Bin& bin : {Bin{0.15, 1, .13, .5}, Bin{1.5, 2, .51, .72}, Bin{2, 4, .65, .89}, Bin{4, 8, .86, 1}}) {
      RunningMoments ratio;
      for (const ExecutionRecord& execution : log.executions) {
        const double nominal_s = execution.work_s - kOverhead_s;
        const double quotas = nominal_s / (millicores * 1e-4);
        if (quotas < bin.from || quotas >= bin.to) continue;
        ratio.add(to_seconds(execution.finished - execution.started) / (nominal_s / (millicores / 1000)));
      }
      if (!ratio.mean()) continue;  // 80 ms are 2 Q at 400m, and 4 Q at 200m
      EXPECT_GE(*ratio.mean(), bin.least) << bin.from;
      EXPECT_LE(*ratio.mean(), bin.most) << bin.from;
    }
  }
}

}  // namespace
}  // namespace faasconf::sim
