#pragma once
// Function instances that were measured on a real OpenFaaS gateway under CFS quotas (data/openfaas of the shared data,
// whose README says how), and the same windows simulated, from the work and the costs that its report states.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <zlib.h>

#include "sim/model/instance_cpu.hpp"
#include "sim/stats/running_moments.hpp"
#include "tests/shared_data.hpp"
#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {

// --- measured

using Row = std::map<std::string, std::string>;

inline double number(const Row& row, const std::string& column) { return std::atof(row.at(column).c_str()); }
inline int whole(const Row& row, const std::string& column) { return std::atoi(row.at(column).c_str()); }

// A CSV file, gzip or not; a quoted comma spoils its row only.
inline std::vector<Row> read_rows(const std::string& path) {
  std::string text;
  std::array<char, 1 << 16> part;
  const gzFile file = gzopen(path.c_str(), "rb");
  for (int size; (size = gzread(file, part.data(), part.size())) > 0;) text.append(part.data(), part.data() + size);
  gzclose(file);

  const auto cells = [](const std::string& line) {
    std::vector<std::string> result;
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, ',');) result.push_back(cell);
    return result;
  };
  std::istringstream in(text);
  std::string line;
  std::getline(in, line);
  const auto names = cells(line);
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    auto values = cells(line);
    values.resize(names.size());
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = values[i];
  }
  return rows;
}

inline std::vector<Row> read_windows(const std::string& experiment) {
  std::vector<Row> rows;
  for (Row& row : read_rows(*tests::shared_file("data/openfaas/windows.csv"))) {
    if (row["experiment"] == experiment) rows.push_back(std::move(row));
  }
  return rows;
}

// --- what the report states, and is not fitted

inline constexpr double kPath_s = 0.0015;                // to the instance and back, without CPU of the instance
inline constexpr double kRejectionWork_s = 0.00035;      // CPU of a 429
inline constexpr double kClosedLoopOverhead_s = 0.0024;  // CPU of a request beside what it was asked to burn: E1
inline constexpr double kOpenLoopOverhead_s = 0.0025;    // E2, amid the 2.0 to 3.1 ms of finding 2
inline constexpr double kWorkflowOverhead_s = 0.0031;    // E3
inline constexpr double kBackOff_s = 0.1;
inline constexpr Duration kWarmUp = std::chrono::seconds(3);
inline constexpr Duration kClosedWindow = std::chrono::seconds(15);
inline constexpr Duration kOpenWindow = std::chrono::seconds(30);
inline constexpr Duration kWorkflowWindow = std::chrono::seconds(20);

inline CpuSharingSpec fluid_sharing() { return {}; }
inline CpuSharingSpec cfs_sharing() { return {.mode = CpuSharing::cfs}; }
inline CpuSharingSpec sliced_sharing(int levels) {
  return {.mode = CpuSharing::cfs, .run_slice = std::chrono::milliseconds(10), .cgroup_levels = levels};
}

inline CpuSharingSpec random_sharing(int levels) {
  return {.mode = CpuSharing::cfs,
          .run_slice = std::chrono::milliseconds(5),
          .turn_order = TurnOrder::random,
          .cgroup_levels = levels};
}

// --- simulated

// Of the requests that started in the window.
struct WindowResult {
  std::vector<double> latencies_s;  // of successes
  std::vector<double> rejection_latencies_s;
  double cpu_s = 0;      // used in the window
  double windows = 1;    // simulated
  double throttled = 0;  // periods, of the container and of the pod
  double pod_throttled = 0;

  double mean_s() const {
    double sum_s = 0;
    for (const double latency_s : latencies_s) sum_s += latency_s;
    return sum_s / static_cast<double>(latencies_s.size());
  }
  double quantile_s(double probability) { return quantile(latencies_s, probability); }
  double success_ratio() const {
    const auto successes = static_cast<double>(latencies_s.size());
    return successes / (successes + static_cast<double>(rejection_latencies_s.size()));
  }
  // Linear between order statistics, as in the data.
  static double quantile(std::vector<double>& values, double probability) {
    std::sort(values.begin(), values.end());
    const double place = probability * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  }
};

// A window after the warm-up, so many times.
inline WindowResult simulate_windows(const ScenarioSpec& spec, Duration window, int times) {
  const Scenario scenario(spec);
  WindowResult result;
  for (int replication = 0; replication < times; ++replication) {
    EventLog log(scenario);
    Simulation simulation(scenario, RngStreams(1, static_cast<std::uint64_t>(replication)), {&log});
    const auto cpu_s = [&] {
      double sum_s = 0;
      for (std::uint32_t i = 0; i < scenario.function_count(); ++i) sum_s += simulation.usage({i}).cpu_s;
      return sum_s;
    };
    const Time start(kWarmUp);
    simulation.run_until(start);
    const double before_s = cpu_s();
    simulation.run_until(start + window);
    result.cpu_s += cpu_s() - before_s;
    simulation.stop_arrivals();
    simulation.run_until(start + window + std::chrono::seconds(60));
    for (const RequestRecord& request : log.requests) {
      if (request.arrived < start || request.arrived >= start + window) continue;
      const bool success = request.outcome == Outcome::success;
      (success ? result.latencies_s : result.rejection_latencies_s)
          .push_back(to_seconds(request.finished - request.arrived));
    }
  }
  result.windows = times;
  return result;
}

// What was measured, by window: of the requests that started in it.
inline std::map<std::string, WindowResult> read_results(const std::string& file, const std::string& success_column,
                                                        const std::string& success) {
  std::map<std::string, WindowResult> results;
  for (const Row& row : read_rows(*tests::shared_file("data/openfaas/" + file))) {
    if (number(row, "start_s") < 0) continue;
    WindowResult& result = results[row.at("window_id")];
    const bool succeeded = row.at(success_column) == success;
    (succeeded ? result.latencies_s : result.rejection_latencies_s).push_back(number(row, "latency_s"));
  }
  return results;
}
inline std::map<std::string, WindowResult> read_calls() { return read_results("invocations.csv.gz", "status", "200"); }
inline std::map<std::string, WindowResult> read_workflows() { return read_results("workflows.csv.gz", "success", "1"); }

// Users who start within 0.2 s, and pause after a failure only.
inline Workload measured_users(int users) {
  Workload workload = closed_loop(users, kNothing);
  auto& loop = std::get<ClosedLoop>(workload.source);
  loop.spawn_rate_per_s = users / 0.2;
  loop.back_off = Deterministic{kBackOff_s};
  return workload;
}

inline FunctionSpec measured_function(std::string name, double work_s, int max_inflight) {
  FunctionSpec function =
      cpu_station(std::move(name), Deterministic{work_s}, max_inflight > 0 ? Overflow::reject : Overflow::none);
  function.rejection_work = Deterministic{kRejectionWork_s};
  return function;
}

inline ScenarioSpec closed_window(const Row& row, const CpuSharingSpec& sharing) {
  const double work_s = number(row, "work_nominal_ms") / 1000 + kClosedLoopOverhead_s;
  ScenarioSpec spec = scenario(measured_function("f", work_s, whole(row, "max_inflight")),
                               {.cpu = {number(row, "cpu_limit_mcores")},
                                .replicas = whole(row, "replicas"),
                                .concurrency = whole(row, "max_inflight")},
                               measured_users(whole(row, "users")));
  spec.workflow.gateway.hop = Deterministic{kPath_s};
  spec.workflow.cpu_sharing = sharing;
  return spec;
}

// A, then B, then C and D at once. B slept before its work; here it does so after it, which for one request is the
// same.
inline ScenarioSpec workflow_window(const Row& row, const CpuSharingSpec& sharing) {
  const std::array<double, 4> work_s{0.015, 0.008, 0.030, 0.010};
  const std::array<double, 4> sleep_s{0, 0.040, 0, 0.020};
  std::vector<FunctionSpec> functions;
  std::vector<FunctionConfiguration> knobs;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string role(1, static_cast<char>('a' + i));
    const int max_inflight = whole(row, "max_inflight_" + role);
    functions.push_back(measured_function(role, work_s[i] + kWorkflowOverhead_s, max_inflight));
    functions.back().off_cpu = Deterministic{sleep_s[i]};
    knobs.push_back({.cpu = {number(row, "cpu_limit_" + role + "_mcores")},
                     .replicas = whole(row, "replicas_" + role),
                     .concurrency = max_inflight});
  }
  ScenarioSpec spec =
      scenario(std::move(functions), std::move(knobs),
               sequence({call("a"), call("b"), parallel({call("c"), call("d")})}), measured_users(whole(row, "users")));
  spec.workflow.gateway.hop = Deterministic{kPath_s};
  spec.workflow.cpu_sharing = sharing;
  return spec;
}

// An open window: what was sent, when and with how much work, is replayed. Replicas are as independent here as there,
// so each is an InstanceCpu by itself; where there are several, requests go to the replica that served them.
class OpenWindow {
 public:
  struct Sent {
    double start_s = 0;  // from the start of the window
    double work_s = 0;
    double latency_s = 0;
    bool success = false;
    bool counts = false;  // started in the window
  };

  OpenWindow(const Row& window, const std::vector<Row>& invocations) : window_(window) {
    for (const Row& row : invocations) {
      if (row.at("window_id") != window.at("window_id")) continue;
      const int replica = whole(window, "replicas") > 1 ? whole(row, "replica_index") : 0;
      sent_[replica].push_back({.start_s = number(row, "start_s"),
                                .work_s = number(row, "work_nominal_ms") / 1000,
                                .latency_s = number(row, "latency_s"),
                                .success = row.at("status") == "200",
                                .counts = whole(row, "phase") >= 2});
    }
    for (auto& [replica, sent] : sent_) {
      std::sort(sent.begin(), sent.end(), [](const Sent& a, const Sent& b) { return a.start_s < b.start_s; });
    }
  }

  WindowResult measured() const {
    WindowResult result;
    for (const auto& [replica, sent] : sent_) {
      for (const Sent& one : sent) {
        if (one.counts) (one.success ? result.latencies_s : result.rejection_latencies_s).push_back(one.latency_s);
      }
    }
    return result;
  }

  // With so many draws of the periods' phases.
  // on_success(nominal work, latency), in seconds
  WindowResult replay(
      const CpuSharingSpec& sharing, double overhead_s, int times,
      const std::function<void(double, double)>& on_success = [](double, double) {}) const {
    WindowResult result;
    Rng phases(1);
    for (int i = 0; i < times; ++i) {
      for (const auto& [replica, sent] : sent_) replay(sent, sharing, overhead_s, phases, result, on_success);
    }
    result.windows = times;
    return result;
  }
  const Row& row() const { return window_; }

 private:
  void replay(const std::vector<Sent>& sent, const CpuSharingSpec& sharing, double overhead_s, Rng& phases,
              WindowResult& result, const std::function<void(double, double)>& on_success) const {
    const double cores = number(window_, "cpu_limit_mcores") / 1000;
    const int slots = whole(window_, "max_inflight");
    InstanceCpu cpu;
    const auto phase = [&] { return from_seconds(phases.uniform() * to_seconds(sharing.period - Duration(1))); };
    if (sharing.mode == CpuSharing::cfs) {
      const std::array phases_of_levels{phase(), phase()};
      const bool random_turns = sharing.turn_order == TurnOrder::random;
      cpu.reset(Time{},
                {.period = sharing.period,
                 .cores = sharing.cores,
                 .run_slice = sharing.run_slice,
                 .random_turns = random_turns,
                 .cgroup_levels = sharing.cgroup_levels},
                phases_of_levels, random_turns ? Rng(phases.next()) : Rng());
    } else {
      cpu.reset(Time{});
    }
    cpu.set_limits({.limit_cores = cores, .served_cores = cores}, Time{});

    std::vector<bool> rejected(sent.size());
    int in_flight = 0;
    std::uint32_t next = 0;
    const auto time_of = [&](std::uint32_t i) {
      return i < sent.size() ? Time(kWarmUp + from_seconds(sent[i].start_s)) : kNever;
    };
    Time counted = Time(kWarmUp);
    while (next < sent.size() || cpu.next_completion() < kNever) {
      const Time completion = cpu.next_completion();
      count_throttled(cpu, std::min(completion, time_of(next)), counted, result);
      std::uint32_t done = 0;
      bool parallel = false;
      if (time_of(next) < completion) {
        rejected[next] = slots > 0 && in_flight >= slots;
        if (rejected[next]) {
          cpu.start_ahead(next, kRejectionWork_s, time_of(next));
        } else {
          ++in_flight;
          cpu.start(next, sent[next].work_s + overhead_s, false, time_of(next));
        }
        ++next;
      } else if (cpu.finish_one(completion, done, parallel)) {
        if (!rejected[done]) --in_flight;
        if (!sent[done].counts) continue;
        const double latency_s = to_seconds(completion - time_of(done)) + kPath_s;
        (rejected[done] ? result.rejection_latencies_s : result.latencies_s).push_back(latency_s);
        if (!rejected[done]) on_success(sent[done].work_s, latency_s);
      }
    }
    count_throttled(cpu, kNever, counted, result);
  }

  // Adds what was counted at the end of the window, and takes off what was at its start, before the next event.
  static void count_throttled(const InstanceCpu& cpu, Time event, Time& counted, WindowResult& result) {
    const Time end = Time(kWarmUp) + kOpenWindow;
    while (counted <= end && event > counted) {
      const double sign = counted == end ? 1 : -1;
      result.throttled += sign * static_cast<double>(cpu.throttling(counted).periods);
      result.pod_throttled += sign * static_cast<double>(cpu.pod_throttling(counted).periods);
      counted = counted == end ? kNever : end;
    }
  }

  Row window_;
  std::map<int, std::vector<Sent>> sent_;  // by replica, in order
};

inline std::vector<OpenWindow> read_open_windows() {
  std::vector<OpenWindow> windows;
  const std::vector<Row> invocations = read_rows(*tests::shared_file("data/openfaas/invocations.csv.gz"));
  for (const Row& row : read_windows("E2")) windows.emplace_back(row, invocations);
  return windows;
}

}  // namespace faasconf::sim
