#include "sim/model/strict_qos.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <vector>

namespace faasconf::sim {
namespace {

// Consecutive windows, pooled.
struct Block {
  StrictCounts counts;
  std::int64_t met = 0;  // windows that met QoS

  bool is_strict() const {
    return static_cast<double>(counts.successes) >= kStrictSuccessRatio * static_cast<double>(counts.requests());
  }
  void add(const Block& other) {
    counts += other.counts;
    met += other.met;
  }
};

}  // namespace

double StrictCounts::failure_share() const {
  return requests() == 0 ? 0 : static_cast<double>(failures) / static_cast<double>(requests());
}

StrictCounts& StrictCounts::operator+=(const StrictCounts& other) {
  successes += other.successes;
  failures += other.failures;
  return *this;
}

std::vector<StrictRecorder::InFlight>::iterator StrictRecorder::place_of(std::uint64_t request) {
  return std::ranges::lower_bound(in_flight_, request, {}, &InFlight::request);
}

void StrictRecorder::on_request(std::uint64_t request, Time arrived) {
  in_flight_.insert(place_of(request), {request, arrived, false});
}

StrictCounts StrictRecorder::end_window(Time now) {
  for (InFlight& one : in_flight_) {
    if (one.overdue || now - one.arrived <= promise_) continue;
    one.overdue = true;
    ++counts_.failures;
  }
  return counts_;
}

void StrictRecorder::on_request_finished(const RequestRecord& record) {
  const auto found = place_of(record.request);
  if (found == in_flight_.end() || found->request != record.request) return;
  const bool counted = found->overdue;
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
    if (open.counts.requests() < kStrictPool) continue;
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
