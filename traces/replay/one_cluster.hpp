#pragma once
// The loop that replays the tenants of one cluster on the general simulator.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/model/scenario.hpp"
#include "sim/model/simulation.hpp"
#include "sim/stats/quantiles.hpp"
#include "traces/replay/call_tally.hpp"
#include "traces/replay/cluster_replay.hpp"
#include "traces/replay/tenants.hpp"

namespace faasconf::traces {

struct OneClusterReplay {
  std::vector<CallTotals> functions;    // tenant by tenant
  std::vector<InstanceTotals> tenants;  // in their order
  sim::QuantileSketch latencies_s;      // of all calls
  double cpu_s = 0;
};

// Each tenant is a function of the simulator, on demand; its calls bring their durations along.
class OneCluster {
 public:
  // `seed` is that of random start-ups, which are keyed by the tenants' places; calls have the request's.
  OneCluster(std::span<const Tenant* const> tenants, const ReplayRequest& request, const ClusterRequest& cluster,
             std::uint64_t seed);

  OneClusterReplay replay(sim::Duration length);  // of the trace

  std::function<void(const ReplayedCall&)> on_call{};  // called for each served call, in order of completion
  std::function<void(std::uint64_t)> on_progress{};    // of calls since the last time, now and then

 private:
  class CallObserver;
  sim::Scenario scenario() const;
  std::vector<std::uint64_t> send_calls(sim::Simulation& simulation, const CallObserver& observer) const;

  std::span<const Tenant* const> tenants_;
  std::vector<ReplayedFunction> functions_;  // tenant by tenant
  std::vector<std::uint32_t> tenant_of_;     // by function
  const ReplayRequest& request_;
  const ClusterRequest& cluster_;
  std::uint64_t seed_;
};

}  // namespace faasconf::traces
