#include "traces/cluster_replay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "sim/core/error.hpp"
#include "sim/model/simulation.hpp"
#include "traces/call_source.hpp"

namespace faasconf::traces {
namespace {

constexpr int kAnyNumber = std::numeric_limits<int>::max();
constexpr std::uint64_t kCallsBetweenProgress = 1 << 16;
constexpr sim::Duration kDrainStep = std::chrono::hours(1);

void check(const ReplayInput& input, const ReplayRequest& request, const ClusterRequest& cluster) {
  check(request);
  check(input);
  if (!std::holds_alternative<FixedKeepAlive>(request.policy)) {
    throw sim::Error("policy: expected a fixed keep-alive on a cluster");
  }
  if (request.tenancy != Tenancy::function) throw sim::Error("instances: expected those of functions on a cluster");
  if (!(cluster.cpu_share >= 0 && cluster.cpu_share <= 1)) {
    throw sim::Error("CPU share: expected 0 to 1, got " + std::to_string(cluster.cpu_share));
  }
}

sim::FunctionSpec function_spec(std::size_t index, const FunctionModel& model, const ReplayRequest& request,
                                const ClusterRequest& cluster) {
  sim::FunctionSpec spec;
  spec.name = std::to_string(index);
  spec.serial_work = model.duration_s.scaled(cluster.cpu_share);
  spec.off_cpu = model.duration_s.scaled(1 - cluster.cpu_share);
  spec.start_up = model.start_up_s;
  spec.keep_alive = std::get<FixedKeepAlive>(request.policy).keep_alive;
  spec.cpu_request = cluster.cpu_request;
  spec.memory_request = model.memory;
  return spec;
}

// One workflow of all functions, of which each request calls one: its entry is the choice among them.
sim::Scenario scenario_of(const ReplayInput& input, const ReplayRequest& request, const ClusterRequest& cluster) {
  constexpr sim::Mebibytes kSomeMemory{1};  // a limit that nothing in this replay meets; rooms are by request
  const std::size_t functions = input.models.size();
  sim::ScenarioSpec spec;
  spec.workflow.name = "trace";
  spec.workflow.cluster = cluster.cluster;
  sim::Choice choice{.probabilities = std::vector<double>(functions, 1 / static_cast<double>(functions)),
                     .options = {}};
  for (std::size_t i = 0; i < functions; ++i) {
    spec.workflow.functions.push_back(function_spec(i, input.models[i], request, cluster));
    choice.options.push_back({sim::Call{.function = std::to_string(i)}});
    spec.configuration.functions.push_back(
        {.cpu = cluster.cpu, .memory = kSomeMemory, .replicas = kAnyNumber, .concurrency = request.concurrency});
  }
  spec.workflow.entry = {std::move(choice)};
  spec.workload.source = sim::ArrivalList{};
  return sim::Scenario(std::move(spec));
}

// What callers see, function by function.
class CallObserver final : public sim::Observer {
 public:
  explicit CallObserver(std::size_t functions) : totals_(functions), latencies_s_(functions), started_(functions) {}

  void on_call(sim::FunctionId id, sim::Time) override { ++totals_[id.index].calls; }
  void on_call_finished(const sim::CallRecord& call) override {
    CallTotals& totals = totals_[call.function.index];
    if (call.outcome != sim::Outcome::success) {
      ++totals.denied;
      return;
    }
    totals.cold += call.cold ? 1 : 0;
    const double latency_s = sim::to_seconds(call.finished - call.called);
    totals.latency_s += latency_s;
    totals.execution_s += sim::to_seconds(call.finished - call.started);
    latencies_s_[call.function.index].add(latency_s);
    // instances are numbered as they are started, each by a call that it serves
    auto& started = started_[call.function.index];
    started = std::max(started, static_cast<std::uint64_t>(call.instance) + 1);
  }

  // Sets the functions' totals, and those of all.
  void finish(std::span<const FunctionModel> models, TraceReplay& replay) {
    sim::QuantileSketch all_s;
    for (std::size_t i = 0; i < totals_.size(); ++i) {
      totals_[i].execution_mib_s = totals_[i].execution_s * models[i].memory.value;
      set_quantiles(totals_[i], latencies_s_[i]);
      all_s.merge(latencies_s_[i]);
      add_to(replay.calls, totals_[i]);
    }
    set_quantiles(replay.calls, all_s);
    replay.functions = std::move(totals_);
  }
  std::uint64_t started(std::size_t function) const { return started_[function]; }

 private:
  std::vector<CallTotals> totals_;
  std::vector<sim::QuantileSketch> latencies_s_;
  std::vector<std::uint64_t> started_;
};

std::vector<ReplayedFunction> functions_of(const ReplayInput& input) {
  std::vector<ReplayedFunction> functions;
  for (std::size_t i = 0; i < input.models.size(); ++i) {
    functions.push_back({.function = &input.trace.functions[i],
                         .model = &input.models[i],
                         .recorded = input.recorded.empty() ? nullptr : &input.recorded[i]});
  }
  return functions;
}

// Injects the calls, and notes how many instances there are at most.
void send_calls(const ReplayInput& input, const ReplayRequest& request, sim::Simulation& simulation,
                TraceReplay& replay, const ReplayProgress& progress) {
  CallSource source(functions_of(input), request.arrivals);
  std::uint64_t done = 0;
  for (SourceCall call; source.next(call);) {
    simulation.run_until(call.time);
    simulation.inject(call.function);
    const auto present = static_cast<std::uint64_t>(simulation.instances({call.function}));
    std::uint64_t& most = replay.tenants[call.function].most;
    most = std::max(most, present);
    if (progress && ++done % kCallsBetweenProgress == 0) progress(done);
  }
}

InstanceTotals instance_totals(const sim::Usage& at_end, const sim::Usage& drained, double mib, std::uint64_t started,
                               std::uint64_t most) {
  InstanceTotals totals{.started = started,
                        .most = most,
                        .start_up_s = drained.starting_s,
                        .busy_s = drained.instance_s - drained.starting_s - drained.idle_s,
                        .idle_s = at_end.idle_s};
  totals.start_up_mib_s = totals.start_up_s * mib;
  totals.busy_mib_s = totals.busy_s * mib;
  totals.idle_mib_s = totals.idle_s * mib;
  return totals;
}

}  // namespace

ClusterReplay replay_on_cluster(const ReplayInput& input, const ReplayRequest& request, const ClusterRequest& cluster,
                                const ReplayProgress& progress) {
  check(input, request, cluster);
  ClusterReplay result;
  if (input.models.empty()) return result;
  const std::size_t functions = input.models.size();
  TraceReplay& replay = result.replay;
  replay.tenants.resize(functions);
  replay.tenant_of.resize(functions);
  std::iota(replay.tenant_of.begin(), replay.tenant_of.end(), 0U);

  const sim::Scenario scenario = scenario_of(input, request, cluster);
  CallObserver observer(functions);
  sim::Simulation simulation(scenario, sim::RngStreams(request.arrivals.seed), {&observer});
  send_calls(input, request, simulation, replay, progress);

  // idle instances count until the trace ends, calls to their end
  const sim::Time end(std::chrono::hours(24) * input.trace.days);
  simulation.run_until(std::max(end, simulation.now()));
  std::vector<sim::Usage> at_end;
  for (std::uint32_t i = 0; i < functions; ++i) at_end.push_back(simulation.usage({i}));
  while (simulation.requests_in_flight() > 0) simulation.run_until(simulation.now() + kDrainStep);

  observer.finish(input.models, replay);
  for (std::uint32_t i = 0; i < functions; ++i) {
    const sim::Usage drained = simulation.usage({i});
    replay.tenants[i] =
        instance_totals(at_end[i], drained, input.models[i].memory.value, observer.started(i), replay.tenants[i].most);
    result.cpu_s += drained.cpu_s;
    add_to(replay.instances, replay.tenants[i]);
  }
  if (progress) progress(replay.calls.calls);
  return result;
}

}  // namespace faasconf::traces
