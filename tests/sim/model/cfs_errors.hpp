#pragma once
// How far models of a CPU limit are off the windows that were measured on a real gateway, given their work and the
// stated costs and nothing fitted: errors by window, and their means.

#include <cmath>
#include <numeric>
#include <vector>

#include "sim/stats/running_moments.hpp"
#include "tests/sim/model/openfaas_windows.hpp"
#include "tests/sim/model/queueing_theory.hpp"

namespace faasconf::sim {

inline double utilisation(const WindowResult& result, const Row& row) {
  const double limit_cores = number(row, "cpu_limit_mcores") / 1000 * number(row, "replicas");
  return result.cpu_s / result.windows / (to_seconds(kClosedWindow) * limit_cores);
}

// Mean errors of a model over windows.
struct Errors {
  RunningMoments mean, absolute_mean, median, absolute_median, p95, absolute_p95, success_ratio, utilisation;

  void add(WindowResult found, WindowResult expected) {
    add(found.mean_s() / expected.mean_s() - 1, mean, absolute_mean);
    add(found.quantile_s(0.5) / expected.quantile_s(0.5) - 1, median, absolute_median);
    add(found.quantile_s(0.95) / expected.quantile_s(0.95) - 1, p95, absolute_p95);
    success_ratio.add(std::abs(found.success_ratio() - expected.success_ratio()));
  }
  static void add(double error, RunningMoments& mean, RunningMoments& absolute) {
    mean.add(error);
    absolute.add(std::abs(error));
  }
};

inline Errors open_loop_errors(const std::vector<OpenWindow>& windows, const CpuSharingSpec& sharing,
                               double overhead_s) {
  Errors errors;
  for (const OpenWindow& window : windows) errors.add(window.replay(sharing, overhead_s, 20), window.measured());
  return errors;
}

inline Errors closed_loop_errors(const CpuSharingSpec& sharing, int times = 20) {
  static const auto measured = read_calls();
  Errors errors;
  for (const Row& row : read_windows("E1")) {
    const WindowResult found = simulate_windows(closed_window(row, sharing), kClosedWindow, times);
    errors.add(found, measured.at(row.at("window_id")));
    errors.utilisation.add(std::abs(utilisation(found, row) - number(row, "cpu_utilisation")));
  }
  return errors;
}

inline Errors workflow_errors(const CpuSharingSpec& sharing, int times = 20) {
  static const auto measured = read_workflows();
  Errors errors;
  for (const Row& row : read_rows(*tests::shared_file("data/openfaas/workflow_windows.csv"))) {
    errors.add(simulate_windows(workflow_window(row, sharing), kWorkflowWindow, times),
               measured.at(row.at("window_id")));
  }
  return errors;
}

// Users who each visit one of the replicas, a processor-sharing server as fast as its limit. It knows no rejections.
inline double network_mean_s(const Row& row) {
  const double work_s = number(row, "work_nominal_ms") / 1000 + kClosedLoopOverhead_s;
  const int replicas = whole(row, "replicas");
  const double demand_s = work_s / (number(row, "cpu_limit_mcores") / 1000) / replicas;
  const std::vector<double> demands_s(static_cast<std::size_t>(replicas), demand_s);
  const ClosedNetwork network = mean_value_analysis(whole(row, "users"), kPath_s, demands_s);
  return std::accumulate(network.response_s.begin(), network.response_s.end(), kPath_s);
}

inline RunningMoments network_errors(bool with_rejections) {
  RunningMoments errors;
  for (const Row& row : read_windows("E1")) {
    if (!with_rejections && whole(row, "n_429") > 0) continue;
    errors.add(std::abs(network_mean_s(row) / number(row, "mean_latency_s") - 1));
  }
  return errors;
}

inline RunningMoments errors_without_rejections(const CpuSharingSpec& sharing) {
  RunningMoments errors;
  for (const Row& row : read_windows("E1")) {
    if (whole(row, "n_429") > 0) continue;
    const WindowResult found = simulate_windows(closed_window(row, sharing), kClosedWindow, 6);
    errors.add(std::abs(found.mean_s() / number(row, "mean_latency_s") - 1));
  }
  return errors;
}

}  // namespace faasconf::sim
