#include "traces/replay/cluster_replay.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "sim/core/worker_pool.hpp"
#include "traces/core/cell_streams.hpp"
#include "traces/replay/one_cluster.hpp"
#include "traces/replay/tenants.hpp"

namespace faasconf::traces {
namespace {

void check(const ClusterRequest& cluster) {
  if (cluster.clusters < 1) {
    throw sim::Error("clusters: expected a whole number >= 1, got " + std::to_string(cluster.clusters));
  }
  if (!(cluster.cpu_share >= 0 && cluster.cpu_share <= 1)) {
    throw sim::Error("CPU share: expected 0 to 1, got " + std::to_string(cluster.cpu_share));
  }
}

std::vector<std::vector<std::uint32_t>> deal(const std::vector<Tenant>& tenants, int clusters) {
  std::vector<std::vector<std::uint32_t>> of_cluster(static_cast<std::size_t>(clusters));
  for (std::uint32_t i = 0; i < tenants.size(); ++i) {
    of_cluster[cluster_of(*tenants[i].functions.front().function, clusters)].push_back(i);
  }
  return of_cluster;
}

// The results of a cluster, to the places of its tenants and their functions.
void put(OneClusterReplay one, const std::vector<std::uint32_t>& dealt, const std::vector<Tenant>& tenants,
         TraceReplay& replay) {
  auto calls = one.functions.begin();
  for (std::size_t i = 0; i < dealt.size(); ++i) {
    replay.tenants[dealt[i]] = one.tenants[i];
    for (const std::size_t function : tenants[dealt[i]].indices) replay.functions[function] = *calls++;
  }
}

}  // namespace

std::size_t cluster_of(const TraceFunction& function, int clusters) {
  return sim::RngStreams(0).stream("cluster", app_hash(function)).below(static_cast<std::uint32_t>(clusters));
}

ClusterReplay replay_on_cluster(const ReplayInput& input, const ReplayRequest& request, const ClusterRequest& cluster,
                                std::size_t threads, const ReplayProgress& progress) {
  check(request);
  check(input);
  check(cluster);
  Tenants tenants = tenants_of(input, request);
  const auto dealt = deal(tenants.all, cluster.clusters);

  ReplayRequest asked = request;
  asked.arrivals.go_on = request.go_on;

  std::vector<OneClusterReplay> replays(dealt.size());
  std::mutex mutex;
  std::uint64_t done = 0;
  const auto report = [&](std::uint64_t calls) {
    const std::scoped_lock lock(mutex);
    progress(done += calls);
  };
  sim::parallel_for(dealt.size(), static_cast<int>(threads), [&](std::size_t i) {
    std::vector<const Tenant*> mine;
    for (const std::uint32_t tenant : dealt[i]) mine.push_back(&tenants.all[tenant]);
    if (mine.empty()) return;
    OneCluster one(mine, asked, cluster, sim::RngStreams(request.arrivals.seed).stream("cluster_start_ups", i).next());
    if (progress) one.on_progress = report;
    replays[i] = one.replay(std::chrono::hours(24) * input.trace.days);
  });

  ClusterReplay result;
  TraceReplay& replay = result.replay;
  replay.functions.resize(input.trace.functions.size());
  replay.tenants.resize(tenants.all.size());
  replay.tenant_of = std::move(tenants.of_function);
  sim::QuantileSketch latencies_s;
  for (std::size_t i = 0; i < replays.size(); ++i) {
    latencies_s.merge(replays[i].latencies_s);
    result.cpu_s += replays[i].cpu_s;
    put(std::move(replays[i]), dealt[i], tenants.all, replay);
  }
  for (const CallTotals& one : replay.functions) add_to(replay.calls, one);
  for (const InstanceTotals& one : replay.tenants) add_to(replay.instances, one);
  set_quantiles(replay.calls, latencies_s);
  return result;
}

}  // namespace faasconf::traces
