#include "sim/model/strict_qos.hpp"

#include <cassert>
#include <cstddef>
#include <vector>

namespace faasconf::sim {
namespace {

// Consecutive windows, pooled.
struct Block {
  StrictCounts counts;
  std::int64_t met = 0;  // windows that met QoS

  std::int64_t requests() const { return counts.successes + counts.failures; }
  bool is_strict() const {
    return static_cast<double>(counts.successes) >= kStrictSuccessRatio * static_cast<double>(requests());
  }
  void add(const Block& other) {
    counts.successes += other.counts.successes;
    counts.failures += other.counts.failures;
    met += other.met;
  }
};

}  // namespace

StrictCounts StrictRecorder::end_window(Time now) {
  for (auto& [request, state] : in_flight_) {
    if (state.overdue || now - state.arrived <= promise_) continue;
    state.overdue = true;
    ++counts_.failures;
  }
  return counts_;
}

void StrictRecorder::on_request_finished(const RequestRecord& record) {
  const auto found = in_flight_.find(record.request);
  if (found == in_flight_.end()) return;
  const bool counted = found->second.overdue;
  in_flight_.erase(found);
  if (counted) return;
  ++(record.outcome == Outcome::success ? counts_.successes : counts_.failures);
}

std::optional<double> strict_qos_compliance(std::span<const Observation> windows,
                                            std::span<const StrictCounts> counts) {
  assert(windows.size() == counts.size());
  std::vector<Block> blocks;
  Block open;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    open.add({.counts = counts[i], .met = windows[i].qos_met ? 1 : 0});
    if (open.requests() < kStrictPool) continue;
    blocks.push_back(open);
    open = {};
  }
  if (blocks.empty()) return std::nullopt;
  blocks.back().add(open);

  std::int64_t met = 0;
  for (const Block& block : blocks) met += block.is_strict() ? block.met : 0;
  return static_cast<double>(met) / static_cast<double>(windows.size());
}

}  // namespace faasconf::sim
