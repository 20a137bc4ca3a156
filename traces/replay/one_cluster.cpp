#include "traces/replay/one_cluster.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace faasconf::traces {
namespace {

constexpr int kAnyNumber = std::numeric_limits<int>::max();
constexpr sim::Mebibytes kSomeMemory{1};  // a limit that nothing in this replay meets; rooms are by request
constexpr unsigned kCallsBetweenQuestions = 256;
constexpr std::uint64_t kCallsBetweenProgress = 1 << 16;
constexpr sim::Duration kDrainStep = std::chrono::hours(1);

// The option of the entry is the function, and so is the place of its step among the options.
std::vector<std::uint32_t> functions_of_steps(const sim::Graph& graph) {
  std::vector<std::uint32_t> functions(graph.size());
  std::uint32_t option = 0;
  for (const sim::StepIndex step : graph.children(graph.step(graph.root()))) functions[step] = option++;
  return functions;
}

}  // namespace

// What callers see, and when the last call of each tenant ended.
class OneCluster::CallObserver final : public sim::Observer {
 public:
  CallObserver(const sim::Graph& graph, std::size_t tenants, CallTally& tally)
      : function_of_step_(functions_of_steps(graph)), ended_(tenants, sim::kNever), tally_(tally) {}

  void on_call_finished(const sim::CallRecord& call) override {
    const std::uint32_t function = function_of_step_[call.step];
    ended_[call.function.index] = call.finished;
    if (call.outcome != sim::Outcome::success) return tally_.deny(function);
    tally_.serve({.function = function,
                  .called = call.called,
                  .started = call.started,
                  .finished = call.finished,
                  .cold = call.cold});
  }
  sim::Time ended(std::uint32_t tenant) const { return ended_[tenant]; }

 private:
  std::vector<std::uint32_t> function_of_step_;
  std::vector<sim::Time> ended_;  // kNever: there was none
  CallTally& tally_;
};

namespace {

// What the hybrid policy does when a tenant is called that has been idle: it learns, and says what is to become of the
// tenant when it falls idle again. Instances start up so early as to be ready, on average, when the window begins.
class HybridPolicy {
 public:
  HybridPolicy(const HybridHistogram& policy, std::span<const Tenant* const> tenants)
      : histograms_(tenants.size(), IdleHistogram(policy)) {
    for (const Tenant* tenant : tenants) {
      start_ups_.push_back(sim::from_seconds(tenant->functions.front().model->start_up_s.mean()));
    }
  }

  sim::IdleWindows windows_after(std::uint32_t tenant, sim::Time ended, sim::Time called) {
    if (ended != sim::kNever) histograms_[tenant].add(called - ended);
    sim::IdleWindows windows = histograms_[tenant].windows();
    if (windows.pre_warm > sim::Duration::zero()) {
      windows.pre_warm = std::max(windows.pre_warm - start_ups_[tenant], sim::Duration(1));
    }
    return windows;
  }

 private:
  std::vector<IdleHistogram> histograms_;
  std::vector<sim::Duration> start_ups_;  // means
};

sim::Demand demand_of(sim::Duration duration, double cpu_share) {
  const double duration_s = sim::to_seconds(duration);
  const double work_s = duration_s * cpu_share;
  return {.work_s = work_s, .off_cpu_s = duration_s - work_s};
}

InstanceTotals instance_totals(const sim::Usage& at_end, const sim::Usage& drained, double mib, std::uint64_t most) {
  InstanceTotals totals{.started = static_cast<std::uint64_t>(drained.started - drained.pre_warmed),
                        .pre_warmed = static_cast<std::uint64_t>(at_end.pre_warmed),
                        .evicted = static_cast<std::uint64_t>(at_end.evicted),
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

OneCluster::OneCluster(std::span<const Tenant* const> tenants, const ReplayRequest& request,
                       const ClusterRequest& cluster, std::uint64_t seed)
    : tenants_(tenants), request_(request), cluster_(cluster), seed_(seed) {
  for (std::uint32_t tenant = 0; tenant < tenants.size(); ++tenant) {
    const auto& members = tenants[tenant]->functions;
    functions_.insert(functions_.end(), members.begin(), members.end());
    tenant_of_.insert(tenant_of_.end(), members.size(), tenant);
  }
}

// One workflow, of which each request calls one function of the trace: its entry is the choice among them.
sim::Scenario OneCluster::scenario() const {
  const auto* fixed = std::get_if<FixedKeepAlive>(&request_.policy);
  sim::ScenarioSpec spec;
  spec.workflow.name = "trace";
  spec.workflow.cluster = cluster_.cluster;
  for (std::size_t i = 0; i < tenants_.size(); ++i) {
    const std::vector<ReplayedFunction>& members = tenants_[i]->functions;
    sim::FunctionSpec function;
    function.name = std::to_string(i);
    function.start_up = members.front().model->start_up_s;
    function.keep_alive = fixed != nullptr ? fixed->keep_alive : IdleHistogram::kRange;
    function.cpu_request = cluster_.cpu_request;
    function.memory_request = instance_memory(members);
    spec.workflow.functions.push_back(std::move(function));
    spec.configuration.functions.push_back(
        {.cpu = cluster_.cpu, .memory = kSomeMemory, .replicas = kAnyNumber, .concurrency = request_.concurrency});
  }
  sim::Choice choice;
  for (const std::uint32_t tenant : tenant_of_) {
    choice.probabilities.push_back(1 / static_cast<double>(functions_.size()));
    choice.options.push_back({sim::Call{.function = std::to_string(tenant)}});
  }
  spec.workflow.entry = {std::move(choice)};
  spec.workload.source = sim::ArrivalList{};
  return sim::Scenario(std::move(spec));
}

// Sends the calls; most instances of each tenant that there were at once.
std::vector<std::uint64_t> OneCluster::send_calls(sim::Simulation& simulation, const CallObserver& observer) const {
  std::optional<HybridPolicy> hybrid;
  if (const auto* policy = std::get_if<HybridHistogram>(&request_.policy)) hybrid.emplace(*policy, tenants_);
  std::vector<std::uint64_t> most(tenants_.size());
  CallSource source(functions_, request_.arrivals);
  std::uint64_t unreported = 0;
  sim::Questions<kCallsBetweenQuestions> questions(request_.go_on);
  for (SourceCall call; source.next(call);) {
    const std::uint32_t tenant = tenant_of_[call.function];
    simulation.run_until(call.time);
    if (hybrid && simulation.calls_in_flight({tenant}) == 0) {
      simulation.set_idle_windows({tenant}, hybrid->windows_after(tenant, observer.ended(tenant), call.time));
    }
    simulation.inject(call.function, demand_of(call.duration, cluster_.cpu_share));
    most[tenant] = std::max(most[tenant], static_cast<std::uint64_t>(simulation.instances({tenant})));
    questions.next();
    if (on_progress && ++unreported == kCallsBetweenProgress) on_progress(std::exchange(unreported, 0));
  }
  if (on_progress && unreported > 0) on_progress(unreported);
  return most;
}

OneClusterReplay OneCluster::replay(sim::Duration length) {
  sim::throw_if_cancelled(request_.go_on);
  const sim::Scenario scenario = this->scenario();
  CallTally tally(request_.metering);
  tally.begin(functions_.size());
  tally.on_call = on_call;
  CallObserver observer(scenario.graph(), tenants_.size(), tally);
  sim::Simulation simulation(scenario, sim::RngStreams(seed_), {&observer});
  simulation.set_go_on(request_.go_on);
  const std::vector<std::uint64_t> most = send_calls(simulation, observer);

  // idle instances count until the trace ends, calls to their end
  simulation.run_until(std::max(sim::Time(length), simulation.now()));
  std::vector<sim::Usage> at_end;
  for (std::uint32_t i = 0; i < tenants_.size(); ++i) at_end.push_back(simulation.usage({i}));
  while (simulation.requests_in_flight() > 0) simulation.run_until(simulation.now() + kDrainStep);

  OneClusterReplay result{.functions = tally.finish(functions_), .tenants = {}, .latencies_s = tally.latencies_s()};
  for (std::uint32_t i = 0; i < tenants_.size(); ++i) {
    const sim::Usage drained = simulation.usage({i});
    const double mib = instance_memory(tenants_[i]->functions).value;
    result.tenants.push_back(instance_totals(at_end[i], drained, mib, most[i]));
    result.cpu_s += drained.cpu_s;
  }
  return result;
}

}  // namespace faasconf::traces
