#pragma once
// Functions whose configuration changed under load on a real OpenFaaS gateway (data/openfaas-transitions of the shared
// data, whose README says how), and the same sequences of windows simulated.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/model/simulated_platform.hpp"
#include "tests/shared_data.hpp"
#include "tests/sim/model/openfaas_windows.hpp"

namespace faasconf::sim {

inline const std::string kTransitions = "data/openfaas-transitions/";

// --- what was measured

struct MeasuredWindow {
  Row row;                          // of windows.csv
  std::optional<Row> transition{};  // of transitions.csv, where something changed

  double start_s() const { return number(row, "start_s"); }
  double end_s() const { return number(row, "end_s"); }
  bool is_long() const { return end_s() - start_s() >= 10; }
  // put, up, down: what was sent when it began; none: nothing
  std::string action() const {
    if (!transition || transition->at("action") == "none") return "none";
    if (transition->at("action") == "put") return "put";
    return number(*transition, "new_replicas") > number(*transition, "old_replicas") ? "up" : "down";
  }
};

// A window and function of it.
inline std::string key_of(const Row& row) {
  return row.at("sequence") + " " + row.at("window") + " " + row.at("function");
}

struct MeasuredSequence {
  std::string name;
  std::vector<std::string> functions;
  std::vector<std::vector<MeasuredWindow>> windows;  // by window and function
  std::vector<double> arrivals_s;                    // open loop: from the start of the first window
  std::vector<RunningMoments> requests_s;            // of a workflow: latency of those that succeeded, by window
  double start_s() const { return windows.front().front().start_s(); }
};

// From its first call to its last answer.
inline void add_request(const std::vector<Row>& calls, MeasuredSequence& sequence) {
  sequence.requests_s.resize(sequence.windows.size());
  double first_s = number(calls.front(), "start_s");
  double last_s = 0;
  std::size_t window = sequence.windows.size();
  bool success = calls.size() == sequence.functions.size();
  for (const Row& row : calls) {
    first_s = std::min(first_s, number(row, "start_s"));
    last_s = std::max(last_s, number(row, "start_s") + number(row, "latency_s"));
    window = std::min(window, static_cast<std::size_t>(whole(row, "window")));
    success = success && row.at("status") == "200";
  }
  if (success) sequence.requests_s[window].add(last_s - first_s);
}

inline std::vector<MeasuredSequence> read_sequences() {
  const auto file = [](const std::string& name) { return *tests::shared_file(kTransitions + name); };
  std::map<std::string, Row> transitions;
  for (const Row& row : read_rows(file("transitions.csv"))) transitions[key_of(row)] = row;
  std::map<std::string, MeasuredSequence> sequences;
  for (const Row& row : read_rows(file("windows.csv"))) {
    MeasuredSequence& sequence = sequences[row.at("sequence")];
    sequence.name = row.at("sequence");
    const auto window = static_cast<std::size_t>(whole(row, "window"));
    if (window == 0) sequence.functions.push_back(row.at("function"));
    sequence.windows.resize(std::max(sequence.windows.size(), window + 1));
    MeasuredWindow& one = sequence.windows[window].emplace_back(MeasuredWindow{.row = row});
    if (const auto found = transitions.find(key_of(row)); found != transitions.end()) one.transition = found->second;
  }
  std::map<std::pair<std::string, std::string>, std::vector<Row>> workflow_calls;
  for (const Row& row : read_rows(file("calls.csv.gz"))) {
    MeasuredSequence& sequence = sequences.at(row.at("sequence"));
    if (sequence.functions.size() > 1 && whole(row, "window") >= 0) {
      workflow_calls[{row.at("sequence"), row.at("request")}].push_back(row);
    }
    if (sequence.windows.front().front().row.at("load_kind") == "open" && whole(row, "window") >= 0) {
      sequence.arrivals_s.push_back(number(row, "start_s") - sequence.start_s());
    }
  }
  for (const auto& [request, calls] : workflow_calls) add_request(calls, sequences.at(request.first));
  std::vector<MeasuredSequence> result;
  for (auto& [name, sequence] : sequences) {
    std::sort(sequence.arrivals_s.begin(), sequence.arrivals_s.end());
    result.push_back(std::move(sequence));
  }
  return result;
}

// --- what is known of the platform: docs/explanation/transitions.md

struct PlatformLaws {
  Distribution start_up = Empirical{.probabilities = {0, 0.87, 0.89, 1}, .values = {0.75, 0.86, 1.3, 1.9}};
  double after_health_check_s = 0.65;  // of a drain, up to the kubelet's next look
  double killed_s = 30.1;              // without an interval: by the grace period
  double dead_s = 0.35;                // of a function that dies of SIGTERM
  ClusterSpec cluster{.nodes = {}, .relist = std::chrono::seconds(1), .settle = std::chrono::milliseconds(2500)};
  double spare_quota = 0.45;
  double overhead_s = 0.004;  // CPU of a call besides its work, where it is called alone
};

// Of one function: its row of the first change says the rest.
inline FunctionSpec transition_function(const MeasuredSequence& sequence, std::size_t index, const PlatformLaws& laws) {
  const std::string& name = sequence.functions[index];
  const std::map<std::string, std::pair<double, double>> of_workflow{
      {"w1a", {0.015, 0}}, {"w1b", {0.008, 0.040}}, {"w1c", {0.030, 0}}, {"w1d", {0.010, 0.020}}};
  const auto found = of_workflow.find(name);
  const double work_s = found == of_workflow.end() ? 0.040 : found->second.first;
  const double overhead_s = sequence.functions.size() == 1 ? laws.overhead_s : kWorkflowOverhead_s;
  FunctionSpec function = measured_function(name, work_s + overhead_s, 1);
  if (found != of_workflow.end()) function.off_cpu = Deterministic{found->second.second};
  const auto changed = std::find_if(sequence.windows.begin(), sequence.windows.end(),
                                    [&](const auto& window) { return window[index].transition.has_value(); });
  const Row& row = *(*changed)[index].transition;
  const double interval_s = number(row, "healthcheck_interval");
  const bool survives = whole(row, "graceful") == 1;
  function.start_up = laws.start_up;
  function.start_work = Deterministic{number(row, "start_cpu_ms") / 1000};
  function.ready = Readiness::before_work;
  function.on_end = survives ? OnEnd::drain : OnEnd::fail;
  function.drain = Deterministic{!survives         ? laws.dead_s
                                 : interval_s == 0 ? laws.killed_s
                                                   : interval_s + laws.after_health_check_s};
  return function;
}

inline Configuration configuration_of(const std::vector<MeasuredWindow>& window) {
  Configuration configuration;
  for (const MeasuredWindow& one : window) {
    configuration.functions.push_back({.cpu = {number(one.row, "limit_mcores")},
                                       .memory = Mebibytes{128},
                                       .replicas = whole(one.row, "replicas"),
                                       .concurrency = whole(one.row, "max_inflight")});
  }
  return configuration;
}

inline Time time_of(const MeasuredSequence& sequence, double at_s) {
  return Time(from_seconds(at_s - sequence.start_s()));
}

inline Workload workload_of(const MeasuredSequence& sequence) {
  if (!sequence.arrivals_s.empty()) {
    ArrivalList list;
    for (const double at_s : sequence.arrivals_s) list.times.emplace_back(from_seconds(at_s));
    return {.source = std::move(list), .profile = std::nullopt};
  }
  Workload workload = measured_users(6);
  workload.profile.emplace();
  for (const auto& window : sequence.windows) {
    const Time start = time_of(sequence, window.front().start_s());
    workload.profile->steps.push_back({.start = start, .level = number(window.front().row, "users")});
  }
  return workload;
}

inline ScenarioSpec scenario_of(const MeasuredSequence& sequence, const PlatformLaws& laws) {
  std::vector<FunctionSpec> functions;
  for (std::size_t i = 0; i < sequence.functions.size(); ++i) {
    functions.push_back(transition_function(sequence, i, laws));
  }
  const auto& names = sequence.functions;
  Block entry = names.size() == 1
                    ? call(names[0])
                    : sim::sequence({call(names[0]), call(names[1]), parallel({call(names[2]), call(names[3])})});
  ScenarioSpec spec = scenario(std::move(functions), configuration_of(sequence.windows.front()).functions,
                               std::move(entry), workload_of(sequence));
  spec.workflow.gateway.hop = Gamma::of(kPath_s, 0.5);
  spec.workflow.cpu_sharing = random_sharing(2);
  spec.workflow.cpu_sharing.spare_quota = laws.spare_quota;
  spec.workflow.cluster = laws.cluster;
  spec.workflow.rollout = Rollout::rolling;
  return spec;
}

// --- what is simulated

// Of one function in one window, the mean of several seeds.
struct ReplayedWindow {
  double reserved_core_s = 0;
  double successes = 0;
  double refusals = 0;
  double failures = 0;
  double latency_sum_s = 0;
  double refusal_sum_s = 0;
  double requests = 0;  // of a workflow, that succeeded
  double request_sum_s = 0;
  std::vector<double> first_new_s{};  // by seed that has one: after the update
  std::vector<double> last_old_s{};

  double mean_s() const { return latency_sum_s / successes; }
};

// Calls by the window in which they were sent; which instances are new by their numbers.
class WindowCalls final : public Observer {
 public:
  WindowCalls(const MeasuredSequence& sequence, std::vector<std::vector<ReplayedWindow>>& windows, double weight)
      : sequence_(sequence), windows_(windows), weight_(weight), first_new_(windows.size()) {}

  void begin(std::vector<std::int32_t> first_new) { first_new_[begun_++] = std::move(first_new); }

  void on_request_finished(const RequestRecord& record) override {
    if (sequence_.functions.size() == 1 || record.arrived >= end()) return;
    for (ReplayedWindow& one : windows_[window_of(record.arrived)]) {
      if (record.outcome != Outcome::success) continue;
      one.requests += weight_;
      one.request_sum_s += weight_ * to_seconds(record.finished - record.arrived);
    }
  }
  void on_call_finished(const CallRecord& record) override {
    if (record.called >= end()) return;
    count(window_of(record.called), record);
    if (record.outcome == Outcome::success) note_answer(window_of(record.finished), record);
  }
  // The last answer of an instance that went, where others were still answering later.
  void finish() {
    for (auto& [key, answers] : answers_) {
      ReplayedWindow& window = windows_[key.first][key.second];
      const MeasuredWindow& measured = sequence_.windows[key.first][key.second];
      const std::string action = measured.action();
      const std::int32_t first_new = first_new_[key.first][key.second];
      std::optional<double> first_s;
      std::optional<double> last_s;
      for (const auto& [instance, times] : answers) {
        const bool is_new = instance >= first_new;
        if (is_new && (!first_s || times.first < *first_s)) first_s = times.first;
        const bool goes =
            action == "put" ? !is_new : action == "down" && times.second < measured.end_s() - measured.start_s() - 5;
        if (goes && (!last_s || times.second > *last_s)) last_s = times.second;
      }
      if (first_s && action != "down") window.first_new_s.push_back(*first_s);
      if (last_s) window.last_old_s.push_back(*last_s);
    }
  }

 private:
  Time end() const { return time_of(sequence_, sequence_.windows.back().front().end_s()); }
  std::size_t window_of(Time time) const {
    std::size_t window = 0;
    while (window + 1 < sequence_.windows.size() &&
           time_of(sequence_, sequence_.windows[window + 1].front().start_s()) <= time) {
      ++window;
    }
    return window;
  }
  void count(std::size_t window, const CallRecord& record) {
    ReplayedWindow& one = windows_[window][record.function.index];
    const double latency_s = to_seconds(record.finished - record.called);
    if (record.outcome == Outcome::success) {
      one.successes += weight_;
      one.latency_sum_s += weight_ * latency_s;
    } else if (record.outcome == Outcome::rejected) {
      one.refusals += weight_;
      one.refusal_sum_s += weight_ * latency_s;
    } else {
      one.failures += weight_;
    }
  }
  void note_answer(std::size_t window, const CallRecord& record) {
    const Time start = time_of(sequence_, sequence_.windows[window].front().start_s());
    const double after_s = to_seconds(record.finished - start);
    auto& answers = answers_[{window, record.function.index}];
    const auto [place, added] = answers.try_emplace(record.instance, after_s, after_s);
    if (!added) place->second.second = after_s;
  }

  const MeasuredSequence& sequence_;
  std::vector<std::vector<ReplayedWindow>>& windows_;
  double weight_;
  std::vector<std::vector<std::int32_t>> first_new_;  // number of the first instance of the new configuration
  std::size_t begun_ = 0;
  std::map<std::pair<std::size_t, std::uint32_t>, std::map<std::int32_t, std::pair<double, double>>> answers_;
};

// Through the platform: the configuration is applied at the border, with which users or arrivals change too.
inline std::vector<std::vector<ReplayedWindow>> replay(const MeasuredSequence& sequence, const PlatformLaws& laws,
                                                       int seeds, int first_seed = 1) {
  std::vector<std::vector<ReplayedWindow>> windows(sequence.windows.size());
  for (auto& window : windows) window.resize(sequence.functions.size());
  const Scenario scenario(scenario_of(sequence, laws));
  for (int seed = first_seed; seed < first_seed + seeds; ++seed) {
    WindowCalls calls(sequence, windows, 1.0 / seeds);
    SimulatedPlatform platform(scenario, RngStreams(static_cast<std::uint64_t>(seed)), {.observers = {&calls}});
    for (std::size_t k = 0; k < sequence.windows.size(); ++k) {
      const Configuration before = platform.configuration();
      const Configuration wanted = configuration_of(sequence.windows[k]);
      std::vector<std::int32_t> first_new;
      for (std::uint32_t i = 0; i < sequence.functions.size(); ++i) {
        // an update that raises replicas starts instances of before first
        const bool is_put = sequence.windows[k][i].action() == "put";
        const int more = wanted.functions[i].replicas - before.functions[i].replicas;
        const auto started = static_cast<std::int32_t>(platform.simulation().usage({i}).started);
        first_new.push_back(started + (is_put ? std::max(0, more) : 0));
      }
      calls.begin(std::move(first_new));
      if (wanted != before) platform.apply(wanted);
      platform.begin(Measurement::window);
      platform.run_until(time_of(sequence, sequence.windows[k].front().end_s()));
      const std::optional<Observation> seen = platform.end(Measurement::window);
      for (std::size_t i = 0; i < sequence.functions.size(); ++i) {
        windows[k][i].reserved_core_s += seen->functions[i].reserved_core_s / seeds;
      }
    }
    platform.run_until(platform.now() + std::chrono::seconds(5));
    calls.finish();
  }
  return windows;
}

}  // namespace faasconf::sim
