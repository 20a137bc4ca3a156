#pragma once
// Latencies and cold starts as callers see them, summed by function.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/stats/quantiles.hpp"
#include "traces/replay/call_source.hpp"
#include "traces/replay/replay.hpp"

namespace faasconf::traces {

// One call, as it was replayed.
struct ReplayedCall {
  std::uint32_t function = 0;  // of those that are replayed together
  sim::Time called;
  sim::Time started;
  sim::Time finished;
  bool cold = false;

  friend bool operator==(const ReplayedCall&, const ReplayedCall&) = default;
};

class CallTally {
 public:
  explicit CallTally(const Metering& metering = {}) : metering_(metering), is_exact_(metering.is_exact()) {}

  void begin(std::size_t functions);  // begins other functions; latencies_s() is kept
  void serve(const ReplayedCall& call) {
    CallTotals& totals = totals_[call.function];
    const auto latency_ns = static_cast<double>((call.finished - call.called).count());
    const sim::Duration execution = call.finished - call.started;
    ++totals.calls;
    totals.cold += call.cold ? 1 : 0;
    totals.execution_s += static_cast<double>(execution.count());
    if (!is_exact_) totals.billed_mib_s += static_cast<double>(metering_.billed(execution).count());
    totals.latency_s += latency_ns;
    by_function_[call.function].add(latency_ns * (1 / kNanoseconds));
    if (on_call) [[unlikely]]
      on_call(call);
  }
  void deny(std::uint32_t function) {
    ++totals_[function].calls;
    ++totals_[function].denied;
  }
  std::vector<CallTotals> finish(std::span<const ReplayedFunction> functions);

  const sim::QuantileSketch& latencies_s() const { return latencies_s_; }  // of all calls that are finished

  std::function<void(const ReplayedCall&)> on_call{};

 private:
  static constexpr double kNanoseconds = 1e9;

  Metering metering_;
  bool is_exact_;
  std::vector<CallTotals> totals_;  // sums are of nanoseconds until the end, so that they are exact
  std::vector<sim::QuantileSketch> by_function_;
  sim::QuantileSketch latencies_s_;
};

}  // namespace faasconf::traces
