#pragma once
// The loop that replays one tenant, a function or an app.

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/stats/quantiles.hpp"
#include "traces/replay/call_source.hpp"
#include "traces/replay/call_tally.hpp"
#include "traces/replay/replay.hpp"

namespace faasconf::traces {

struct TenantReplay {
  std::vector<CallTotals> functions;
  InstanceTotals instances;
};

// Replays tenants one after the other.
//
//   TenantReplayer replayer({.policy = FixedKeepAlive{10min}}, 24h);
//   const TenantReplay result = replayer.replay({{.function = &function, .model = &model}});
class TenantReplayer {
 public:
  TenantReplayer(const ReplayRequest& request, sim::Duration length);  // of the trace; throws sim::Error

  TenantReplay replay(std::span<const ReplayedFunction> functions);

  void on_call(std::function<void(const ReplayedCall&)> receive) {
    tally_.on_call = std::move(receive);
  }                                                  // of each, in order
  std::function<void(std::uint64_t)> on_progress{};  // of calls since the last time, now and then
  const sim::QuantileSketch& latencies_s() const { return tally_.latencies_s(); }  // of all calls so far

 private:
  template <class Busy>
  TenantReplay run(std::span<const ReplayedFunction> functions, Busy busy);
  void pause(std::uint64_t calls);  // after so many: asks whether to go on, reports progress
  void report();

  ReplayRequest request_;
  sim::Time end_;
  CallTally tally_;
  std::uint64_t unreported_ = 0;  // calls
};

}  // namespace faasconf::traces
