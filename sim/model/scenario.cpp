#include "sim/model/scenario.hpp"

#include <cmath>
#include <optional>
#include <set>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::sim {

namespace {

constexpr double kMostCoresWithTurns = 1000;
constexpr int kMostAttempts = 1000;

void require(bool holds, const std::string& what) {
  if (!holds) throw Error(what);
}

bool is_finite_and_not_negative(double value) { return value >= 0 && std::isfinite(value); }

// Absent when they are in order, which costs no memory: learners ask for every step.
std::optional<std::string> fault_of(const FunctionConfiguration& knobs, int least_replicas = 1) {
  if (!(knobs.cpu.value > 0 && std::isfinite(knobs.cpu.value))) return "cpu must be above 0";
  if (!(knobs.memory.value > 0 && std::isfinite(knobs.memory.value))) return "memory must be above 0";
  if (knobs.replicas < least_replicas) return "replicas must be at least " + std::to_string(least_replicas);
  if (knobs.concurrency < 0) return "concurrency must be at least 1, or 0 for no limit";
  return std::nullopt;
}

// Calls start and end instances on demand at once, and find them by what they can do.
void check_life(const FunctionSpec& function, const std::string& who) {
  const bool on_demand = function.keep_alive.has_value();
  require(!on_demand || !function.drain,
          who + ": an instance on demand has no time to drain; drain needs no keep_alive");
  require(!on_demand || function.ready == Readiness::after_work,
          who + ": an instance on demand is ready after its work; ready: before_work needs no keep_alive");
  require(!on_demand || function.on_end == OnEnd::drain,
          who + ": an instance on demand ends when it is empty; on_end: fail needs no keep_alive");
}

void check(const QueueWorkerSpec& worker, const std::string& who) {
  require(worker.workers >= 1 && worker.max_inflight >= 1,
          who + ": queue_worker needs at least one worker that makes at least one call at once");
  require(worker.attempts >= 1 && worker.attempts <= kMostAttempts,
          who + ": queue_worker takes 1 to " + std::to_string(kMostAttempts) + " attempts");
  require(worker.factor >= 1 && std::isfinite(worker.factor), who + ": the factor of queue_worker must be at least 1");
  require(worker.back_off >= Duration::zero() && worker.max_back_off >= Duration::zero(),
          who + ": a back-off of queue_worker must not be negative");
}

// A central queue is the gateway's: an instance has no part in a refusal.
void check_queues(const FunctionSpec& function, const std::string& who) {
  const bool is_central = function.overflow == Overflow::central_queue;
  require(!function.queue_capacity || *function.queue_capacity >= 0, who + ": queue_capacity must not be negative");
  require(!is_central || function.rejection_work.is_zero(),
          who + ": a central queue refuses calls before they reach an instance; rejection_work needs another overflow");
  require(!is_central || !function.queue_worker,
          who + ": asynchronous calls wait for their workers; queue_worker needs another overflow than central_queue");
  if (function.queue_worker) check(*function.queue_worker, who);
}

void check(const FunctionSpec& function) {
  const std::string who = "function '" + function.name + "'";
  require(!function.name.empty(), "a function needs a name");
  require(function.max_threads >= 1 && std::isfinite(function.max_threads), who + ": threads must be at least 1");
  require(is_finite_and_not_negative(function.instance_memory.value), who + ": memory must not be negative");
  require(is_finite_and_not_negative(function.request_bytes) && is_finite_and_not_negative(function.response_bytes),
          who + ": payload must not be negative");
  require(function.failure_probability >= 0 && function.failure_probability <= 1,
          who + ": failure_probability must lie between 0 and 1");
  require(function.failed_input_work_share >= 0 && function.failed_input_work_share <= 1,
          who + ": failed_input_work_share must lie between 0 and 1");
  check_queues(function, who);
  if (function.fixed) {
    if (const auto fault = fault_of(*function.fixed)) throw Error(who + ": " + *fault);
  }
  require(!function.keep_alive || *function.keep_alive >= Duration::zero(), who + ": keep_alive must not be negative");
  require(!function.cpu_request || (function.cpu_request->value > 0 && std::isfinite(function.cpu_request->value)),
          who + ": the CPU request must be above 0");
  require(!function.memory_request || is_finite_and_not_negative(function.memory_request->value),
          who + ": the memory request must not be negative");
  check_life(function, who);
  const KnobRanges& ranges = function.ranges;
  require(ranges.cpu_min <= ranges.cpu_max && ranges.memory_min <= ranges.memory_max &&
              ranges.replicas_min <= ranges.replicas_max && ranges.concurrency_min <= ranges.concurrency_max,
          who + ": a range must not end before it begins");
}

void check(const ClusterSpec& cluster) {
  std::int64_t nodes = 0;
  for (const NodeSpec& node : cluster.nodes) {
    require(node.count >= 1, "cluster: a kind of node needs a count of at least 1");
    require(node.cores > 0 && std::isfinite(node.cores), "cluster: cores must be above 0");
    require(node.memory.value > 0 && std::isfinite(node.memory.value), "cluster: memory must be above 0");
    nodes += node.count;
  }
  require(cluster.relist >= Duration::zero(), "cluster: relist must not be negative");
  require(cluster.settle >= Duration::zero(), "cluster: settle must not be negative");
  require(is_finite_and_not_negative(cluster.start_work_s) && is_finite_and_not_negative(cluster.end_work_s),
          "cluster: the platform's work must not be negative");
  require(nodes <= 1'000'000, "cluster: expected at most a million nodes, got " + std::to_string(nodes));
}

// Turns are taken on whole cores, and bandwidth slices are handed to these.
void check_steps(const CpuSharingSpec& sharing) {
  const bool takes_turns = sharing.run_slice > Duration::zero();
  require(sharing.run_slice >= Duration::zero(), "cpu_sharing: run_slice must not be negative");
  require(!takes_turns || (sharing.cores == std::floor(sharing.cores) && sharing.cores <= kMostCoresWithTurns),
          "cpu_sharing: cores must be a whole number, at most 1000, with run_slice");
  require(sharing.turn_order == TurnOrder::round_robin || takes_turns, "cpu_sharing: turn_order needs run_slice");
  require(sharing.cgroup_levels == 1 || sharing.cgroup_levels == 2, "cpu_sharing: cgroup_levels must be 1 or 2");
  require(!sharing.slice_expiry || takes_turns, "cpu_sharing: slice_expiry needs run_slice");
  require(sharing.spare_quota >= 0 && sharing.spare_quota <= 1, "cpu_sharing: spare_quota must lie between 0 and 1");
  require(sharing.spare_quota == 0 || takes_turns, "cpu_sharing: spare_quota needs run_slice");
  require(sharing.bandwidth_slice > Duration::zero(), "cpu_sharing: bandwidth_slice must be above 0");
}

void check(const WorkflowSpec& workflow) {
  require(!workflow.functions.empty(), "workflow '" + workflow.name + "' has no functions");
  std::set<std::string> names;
  for (const FunctionSpec& function : workflow.functions) {
    check(function);
    require(names.insert(function.name).second, "two functions are named '" + function.name + "'");
  }
  const PriceSpec& prices = workflow.prices;
  require(
      is_finite_and_not_negative(prices.price_per_millicore) && is_finite_and_not_negative(prices.price_per_mebibyte) &&
          is_finite_and_not_negative(prices.usd_per_vcpu_hour) && is_finite_and_not_negative(prices.usd_per_gib_hour),
      "prices: a price must not be negative");
  require(workflow.qos.latency > Duration::zero(), "qos: latency must be above 0");
  require(is_finite_and_not_negative(workflow.qos.successes), "qos: successes must not be negative");
  check(workflow.promise);
  require(!workflow.gateway.timeout || *workflow.gateway.timeout > Duration::zero(),
          "gateway: timeout must be above 0");
  require(is_finite_and_not_negative(workflow.cpu_sharing.contention), "cpu_sharing: contention must not be negative");
  require(workflow.cpu_sharing.quota_exponent > 0 && std::isfinite(workflow.cpu_sharing.quota_exponent),
          "cpu_sharing: quota_exponent must be above 0");
  require(workflow.cpu_sharing.share_exponent >= 1 && std::isfinite(workflow.cpu_sharing.share_exponent),
          "cpu_sharing: share_exponent must be at least 1");
  require(is_finite_and_not_negative(workflow.cpu_sharing.speed_spread),
          "cpu_sharing: speed_spread must not be negative");
  require(workflow.cpu_sharing.period > Duration::zero(), "cpu_sharing: period must be above 0");
  require(workflow.cpu_sharing.cores > 0 && std::isfinite(workflow.cpu_sharing.cores),
          "cpu_sharing: cores must be above 0");
  check(workflow.cluster);
  require(workflow.cpu_sharing.mode == CpuSharing::fluid || workflow.cpu_sharing.quota_exponent == 1,
          "cpu_sharing: quota_exponent must be 1 with mode cfs");
  require(workflow.cpu_sharing.mode == CpuSharing::fluid || workflow.cpu_sharing.share_exponent == 1,
          "cpu_sharing: share_exponent must be 1 with mode cfs");
  check_steps(workflow.cpu_sharing);
}

void check(const OpenLoop& open_loop) {
  require(is_finite_and_not_negative(open_loop.rate_per_s), "workload: the arrival rate must not be negative");
  if (const auto* gamma = std::get_if<GammaArrivals>(&open_loop.process)) {
    require(gamma->cv > 0 && std::isfinite(gamma->cv), "workload: the cv of gamma arrivals must be above 0");
  }
  if (const auto* mmpp = std::get_if<MmppArrivals>(&open_loop.process)) {
    require(mmpp->relative_rates.size() >= 2 && mmpp->relative_rates.size() == mmpp->mean_stay_s.size(),
            "workload: MMPP needs at least two states, each with a rate and a mean stay");
    double sum = 0;
    for (const double rate : mmpp->relative_rates) {
      require(is_finite_and_not_negative(rate), "workload: an MMPP rate must not be negative");
      sum += rate;
    }
    require(sum > 0, "workload: one of the MMPP rates must be above 0");
    for (const double stay : mmpp->mean_stay_s) {
      require(stay > 0 && std::isfinite(stay), "workload: an MMPP stay must be above 0");
    }
  }
}

void check(const ClosedLoop& closed_loop) {
  require(closed_loop.users >= 0, "workload: users must not be negative");
  require(is_finite_and_not_negative(closed_loop.spawn_rate_per_s), "workload: the spawn rate must not be negative");
}

void check(const ArrivalList& list) {
  Time last{};
  for (const Time time : list.times) {
    require(time >= last, "workload: arrivals must be in order and not before 0");
    last = time;
  }
}

void check(const Workload& workload) {
  std::visit([](const auto& source) { check(source); }, workload.source);
  if (workload.retry) {
    require(workload.retry->attempts >= 1, "workload: retry needs at least one attempt");
    require(is_finite_and_not_negative(workload.retry->factor), "workload: the factor of retry must not be negative");
  }
  if (!workload.profile) return;
  require(!std::holds_alternative<ArrivalList>(workload.source), "workload: an arrival list takes no profile");
  require(!workload.profile->steps.empty(), "profile: it has no steps");
  std::optional<Time> last;
  for (const Profile::Step& step : workload.profile->steps) {
    require(step.start >= Time{} && (!last || step.start > *last), "profile: starts must rise from 0");
    require(is_finite_and_not_negative(step.level), "profile: a level must not be negative");
    last = step.start;
  }
}

ScenarioSpec checked(ScenarioSpec spec) {
  check(spec.workflow);
  check(spec.configuration, spec.workflow);
  check(spec.workload);
  require(spec.window > Duration::zero(), "window: it must be above 0");
  return spec;
}

}  // namespace

std::optional<FunctionId> WorkflowSpec::find(const std::string& wanted) const {
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    if (functions[i].name == wanted) return FunctionId{i};
  }
  return std::nullopt;
}

Scenario::Scenario(ScenarioSpec spec) : spec_(checked(std::move(spec))), graph_(spec_.workflow) {}

void check(const Configuration& configuration, const WorkflowSpec& workflow) {
  if (configuration.functions.size() != workflow.functions.size()) {
    throw Error("a configuration for " + std::to_string(configuration.functions.size()) +
                " functions does not fit workflow '" + workflow.name + "' with " +
                std::to_string(workflow.functions.size()));
  }
  for (std::size_t i = 0; i < workflow.functions.size(); ++i) {
    const FunctionSpec& function = workflow.functions[i];
    const bool to_zero = !function.fixed && function.ranges.replicas_min == 0;
    if (const auto fault = fault_of(configuration.functions[i], to_zero ? 0 : 1)) {
      throw Error("configuration of '" + function.name + "': " + *fault);
    }
  }
}

ReplicaRanges replica_ranges(const WorkflowSpec& workflow) {
  ReplicaRanges ranges;
  for (const FunctionSpec& function : workflow.functions) {
    ranges.emplace_back();
    if (function.fixed || function.keep_alive) continue;  // on demand: the platform itself starts and stops them
    ranges.back() = {
        .min = function.ranges.replicas_min, .max = function.ranges.replicas_max, .cpu_request = function.cpu_request};
  }
  return ranges;
}

Configuration uniform_configuration(const WorkflowSpec& workflow, const FunctionConfiguration& knobs) {
  Configuration configuration;
  for (const FunctionSpec& function : workflow.functions) {
    configuration.functions.push_back(function.fixed.value_or(knobs));
  }
  return configuration;
}

}  // namespace faasconf::sim
