#include "sim/env/features.hpp"

#include <cassert>
#include <variant>

namespace faasconf::sim {
namespace {

constexpr double kFluidPeriod_s = 0.1;

// Fills a row from left to right.
class Row {
 public:
  explicit Row(std::span<float> row) : row_(row) {}
  void put(double value) { row_[filled_++] = static_cast<float>(value); }
  bool is_full() const { return filled_ == row_.size(); }

 private:
  std::span<float> row_;
  std::size_t filled_ = 0;
};

double periods_per_instance(const FunctionObservation& function) {
  return function.instances > 0 ? static_cast<double>(*function.throttled_periods) / function.instances : 0;
}

}  // namespace

Features::Features(const Scenario& scenario, const ActionSpace& actions, const AgentGraph& graph, FeatureSet set)
    : scenario_(scenario), actions_(actions), graph_(graph), set_(set) {
  // so that a policy never takes one kind of load for the other
  const std::string load = std::holds_alternative<OpenLoop>(scenario.spec().workload.source) ? "rate_per_s" : "users";
  names_ = {"cpu_action",
            "memory_action",
            "replicas_action",
            "concurrency_action",
            "cpu_percent",
            "throttled_periods",
            "memory_percent",
            "received_bytes_per_s",
            "latency_p75_s",
            "latency_p95_s",
            load};
  if (set == FeatureSet::paper) return;
  names_.push_back(load + "_change");
  names_.push_back(load + "_upper");
  for (const char* name : {"qos_latency_s", "qos_successes", "depth", "fan_in", "fan_out", "critical_path_share"}) {
    names_.emplace_back(name);
  }
}

void Features::write(const Observation& window, std::span<const float> actions, const LoadOutlook& load,
                     std::span<float> rows) const {
  assert(rows.size() == actions_.agents() * size());
  assert(window.is_complete());
  const double window_s = to_seconds(window.length);
  const WorkflowSpec& workflow = scenario_.workflow();
  for (std::size_t agent = 0; agent < actions_.agents(); ++agent) {
    const FunctionObservation& function = window.functions[actions_.function(agent).index];
    Row row(rows.subspan(agent * size(), size()));
    for (const float action : actions.subspan(agent * kKnobs, kKnobs)) row.put(action);
    row.put(*function.cpu_percent);
    row.put(workflow.cpu_sharing.mode == CpuSharing::fluid ? *function.throttled_share * window_s / kFluidPeriod_s
                                                           : periods_per_instance(function));
    row.put(100 * *function.memory_share);
    row.put(*function.received_bytes_per_s);
    row.put(function.latency ? function.latency->p75_s : window_s);
    row.put(function.latency ? function.latency->p95_s : window_s);
    row.put(load.level);
    if (set_ == FeatureSet::extended) {
      const DagPosition& position = graph_.position(agent);
      row.put(load.change);
      row.put(load.upper);
      row.put(to_seconds(workflow.qos.latency));
      row.put(workflow.qos.successes);
      row.put(position.depth);
      row.put(position.fan_in);
      row.put(position.fan_out);
      row.put(position.critical_path_share);
    }
    assert(row.is_full());
  }
}

}  // namespace faasconf::sim
