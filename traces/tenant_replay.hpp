#pragma once
// The loop that replays one tenant, a function or an app.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/stats/quantiles.hpp"
#include "traces/call_source.hpp"
#include "traces/replay.hpp"

namespace faasconf::traces {

// One call, as it was replayed.
struct ReplayedCall {
  std::uint32_t function = 0;  // of the tenant's
  sim::Time called;
  sim::Time started;
  sim::Time finished;
  bool cold = false;
};

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

  std::function<void(const ReplayedCall&)> on_call{};                      // told of each call, in order
  std::function<void(std::uint64_t)> on_progress{};                        // of calls since the last time, now and then
  const sim::QuantileSketch& latencies_s() const { return latencies_s_; }  // of all calls so far

 private:
  template <class Busy>
  TenantReplay run(std::span<const ReplayedFunction> functions, Busy busy);
  void account(CallTotals& totals, const SourceCall& call, sim::Time started, bool cold);

  ReplayRequest request_;
  sim::Time end_;
  std::vector<sim::QuantileSketch> by_function_;
  sim::QuantileSketch latencies_s_;
};

}  // namespace faasconf::traces
