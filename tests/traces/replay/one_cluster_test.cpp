#include "traces/replay/one_cluster.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "tests/traces/made_up_trace.hpp"
#include "traces/replay/tenant_replay.hpp"

namespace faasconf::traces {
namespace {

using namespace std::chrono_literals;

void sort(std::vector<ReplayedCall>& calls) {
  std::ranges::sort(calls, {}, [](const ReplayedCall& call) {
    return std::tuple(call.function, call.called, call.started, call.finished);
  });
}

std::vector<ReplayedCall> alone(const Tenant& tenant, const ReplayRequest& request) {
  std::vector<ReplayedCall> calls;
  TenantReplayer replayer(request, 24h);
  replayer.on_call([&](const ReplayedCall& call) { calls.push_back(call); });
  replayer.replay(tenant.functions);
  sort(calls);
  return calls;
}

std::vector<ReplayedCall> on_cluster(const Tenant& tenant, const ReplayRequest& request) {
  const ClusterRequest nowhere{.cluster = {}, .cpu_share = 0};
  const std::vector<const Tenant*> tenants{&tenant};
  std::vector<ReplayedCall> calls;
  OneCluster cluster(tenants, request, nowhere, 1);
  cluster.on_call = [&](const ReplayedCall& call) { calls.push_back(call); };
  cluster.replay(24h);
  sort(calls);
  return calls;
}

// Request by request, to the nanosecond: the simulator without nodes, and the loop for one tenant, of an app of three
// functions with random durations, and of one that is called now and then.
TEST(OneCluster, DoesWhatTheLoopForOneTenantDoes) {
  Trace trace = many_functions(3);
  trace.functions.push_back(rare_functions(4).functions.back());
  std::vector<FunctionModel> models(4);
  for (FunctionModel& model : models) model = {.duration_s = sim::LogNormal::of(2, 2), .start_up_s = {}, .memory = {}};
  const Tenants tenants = tenants_of({.trace = trace, .models = models}, {.tenancy = Tenancy::app});
  ASSERT_EQ(tenants.all.size(), 2U);
  for (const KeepAlivePolicy& policy : {KeepAlivePolicy(FixedKeepAlive{20s}), KeepAlivePolicy(HybridHistogram{})}) {
    for (const int concurrency : {1, 3, 0}) {
      const ReplayRequest request{.policy = policy, .tenancy = Tenancy::app, .concurrency = concurrency};
      for (const Tenant& tenant : tenants.all) {
        const std::vector<ReplayedCall> expected = alone(tenant, request);
        ASSERT_GT(expected.size(), 40U);
        EXPECT_TRUE(on_cluster(tenant, request) == expected) << concurrency;
      }
    }
  }
}

}  // namespace
}  // namespace faasconf::traces
