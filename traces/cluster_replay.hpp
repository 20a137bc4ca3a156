#pragma once
// Replays functions of a trace on a cluster: their instances have CPU limits, share the cores of their nodes by weight,
// and find room there or not. One run of the general simulator, so on one thread, and meant for a selection of
// functions.

#include "sim/core/quantity.hpp"
#include "sim/model/workflow.hpp"
#include "traces/replay.hpp"

namespace faasconf::traces {

// A call that finds no free slot and no room for one more instance is denied: idle instances of others keep their place
// until their keep-alive is over. An instance takes the memory of its function.
struct ClusterRequest {
  sim::ClusterSpec cluster;           // without nodes there is always room, and instances do not meet
  sim::Millicores cpu{1000};          // the limit of an instance, which its calls share
  sim::Millicores cpu_request{1000};  // for placement, and the weight on a contended node
  double cpu_share = 1;               // of a duration: CPU work on one thread; the rest waits. 0 .. 1
};

struct ClusterReplay {
  TraceReplay replay;  // tenants are functions
  double cpu_s = 0;    // core-seconds used
};

// As replay_trace(), with a fixed keep-alive and instances of functions. Durations are drawn by the simulator: keyed by
// (seed, place of the function in the trace); work and waiting each by itself where a duration has both, and also for
// recorded calls, of which the starts alone are used. Throws sim::Error.
ClusterReplay replay_on_cluster(const ReplayInput& input, const ReplayRequest& request, const ClusterRequest& cluster,
                                const ReplayProgress& progress = {});

}  // namespace faasconf::traces
