#pragma once
// Replays a trace on clusters: instances have CPU limits, need room on a node, and share its cores by weight. Each
// cluster is one run of the general simulator; clusters share nothing, so that each has a thread.

#include <cstddef>

#include "sim/core/quantity.hpp"
#include "sim/model/workflow.hpp"
#include "traces/replay/replay.hpp"

namespace faasconf::traces {

// A call that finds no free slot and no room for one more instance is rejected; idle instances of others keep their
// places, unless the cluster evicts them. An instance takes the memory of its function, or of its app.
struct ClusterRequest {
  sim::ClusterSpec cluster;           // without nodes there is always room, and instances do not meet
  int clusters = 1;                   // of these nodes each; an app belongs to one of them, by the hash of its name
  sim::Millicores cpu{1000};          // the limit of an instance, which its calls share
  sim::Millicores cpu_request{1000};  // for placement, and the weight on a contended node
  double cpu_share = 1;               // of a duration: CPU work on one thread, done first; the rest waits. 0 .. 1
};

// The cluster that a function belongs to, independent of other functions and of the seed.
std::size_t cluster_of(const TraceFunction& function, int clusters);

struct ClusterReplay {
  TraceReplay replay;
  double cpu_s = 0;  // core-seconds used
};

// As replay_trace(), of the same calls with the same durations: where all have room and CPU, calls are cold and memory
// is wasted as there. But pre-warmed instances start up as others do, so early as to be ready when replay_trace() has
// them, and random start-ups are keyed by (seed, cluster, place of the tenant in it). The same result for any number of
// threads. Throws sim::Error.
ClusterReplay replay_on_cluster(const ReplayInput& input, const ReplayRequest& request, const ClusterRequest& cluster,
                                std::size_t threads, const ReplayProgress& progress = {});

}  // namespace faasconf::traces
