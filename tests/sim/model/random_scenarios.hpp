#pragma once
// Small valid scenarios by the hundred: all distributions, blocks, workloads, limits and misfortunes, drawn from a
// seed.

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::sim {

class RandomScenarios {
 public:
  explicit RandomScenarios(std::uint64_t seed)
      : rng_(RngStreams(seed).stream("scenario")),
        cfs_(RngStreams(seed).stream("cfs")),
        steps_(RngStreams(seed).stream("steps")),
        rejections_(RngStreams(seed).stream("rejections")),
        world_(RngStreams(seed).stream("world")),
        changes_(RngStreams(seed).stream("changes")),
        queues_(RngStreams(seed).stream("queues")) {}

  // Requests take time or leave room between them, so that time never stands still; a request makes some 25 calls at
  // most on average.
  ScenarioSpec draw() {
    ScenarioSpec spec;
    do {
      spec.workflow = draw_workflow();
    } while (expected_calls(spec.workflow, spec.workflow.entry) > 25);
    spec.configuration = draw_configuration(spec.workflow);
    spec.workload = draw_workload(spec.workflow);
    spec.window = std::chrono::milliseconds(1000 + integer(4000));
    spec.attribution = one_of(std::array{Attribution::completed, Attribution::started, Attribution::paper});
    spec.redeploy = chance(0.3);
    if (may(0.5)) {
      add_world(spec);
      add_changes(spec.workflow);
    }
    for (FunctionSpec& function : spec.workflow.functions) add_queue(function);
    return spec;
  }

  // Another one that fits the workflow.
  Configuration draw_configuration(const WorkflowSpec& workflow) {
    Configuration configuration;
    for (const FunctionSpec& function : workflow.functions) {
      configuration.functions.push_back(function.fixed ? *function.fixed : draw_knobs());
      const bool to_zero = !function.fixed && function.ranges.replicas_min == 0;
      if (to_zero && may(0.3)) configuration.functions.back().replicas = 0;
    }
    return configuration;
  }

  IdleWindows draw_idle_windows() {
    return {.pre_warm = chance(0.5) ? Duration::zero() : from_seconds(between(0, 2)),
            .keep_alive = from_seconds(between(0, 2))};
  }

  bool chance(double probability) { return rng_.uniform() < probability; }
  int integer(int bound) { return static_cast<int>(rng_.below(static_cast<std::uint32_t>(bound))); }
  double between(double low, double high) { return low + (high - low) * rng_.uniform(); }
  template <class Options>
  typename Options::value_type one_of(const Options& options) {
    return options[rng_.below(static_cast<std::uint32_t>(options.size()))];
  }

 private:
  bool may(double probability) { return world_.uniform() < probability; }
  double some(double low, double high) { return low + (high - low) * world_.uniform(); }
  Distribution spread(double mean) { return may(0.5) ? Distribution(Exponential{mean}) : Gamma::of(mean, 0.5); }

  // Instances on demand and from zero, a cluster, rolling updates, failures, clients that try again; from a stream of
  // its own, so that the rest of the scenario stays as it was.
  void add_world(ScenarioSpec& spec) {
    WorkflowSpec& workflow = spec.workflow;
    for (FunctionSpec& function : workflow.functions) {
      if (may(0.3)) function.keep_alive = from_seconds(some(0, 3));
      if (may(0.4)) function.ranges.replicas_min = 0;
      if (may(0.3)) function.time_to_failure = spread(some(0.5, 5));
      if (may(0.4)) function.start_up = spread(some(0.05, 1));
      if (may(0.5)) function.oom_kills = OomKills::instance;
      if (may(0.5)) function.cpu_request = Millicores{std::round(some(50, 1000))};
      if (may(0.5)) function.memory_request = Mebibytes{std::round(some(0, 1024))};
    }
    if (may(0.7)) {
      const int kinds = may(0.5) ? 1 : 2;
      for (int kind = 0; kind < kinds; ++kind) {
        NodeSpec node;
        node.count = may(0.5) ? 1 : 2;
        node.cores = some(0.5, 4);
        node.memory = Mebibytes{std::round(some(512, 4096))};
        if (may(0.4)) {
          node.time_to_failure = spread(some(1, 8));
          node.repair = spread(some(0.05, 2));
        }
        workflow.cluster.nodes.push_back(node);
      }
      workflow.cluster.placement = may(0.5) ? Placement::spread : Placement::pack;
    }
    if (may(0.4)) workflow.rollout = Rollout::rolling;
    if (may(0.4)) {
      spec.workload.retry = {.attempts = 1 + static_cast<int>(world_.below(4)),
                             .back_off = may(0.3) ? Distribution() : spread(some(0.05, 0.5)),
                             .factor = some(0.5, 2)};
    }
    spec.configuration = draw_configuration(workflow);
    workflow.cluster.evict_idle = may(0.5);
  }

  bool sometimes() { return changes_.below(3) == 0; }

  // What a change takes; from a stream of its own as well.
  void add_changes(WorkflowSpec& workflow) {
    for (FunctionSpec& function : workflow.functions) {
      if (sometimes()) function.start_work = Exponential{0.2};
      if (function.keep_alive) continue;
      if (sometimes()) function.drain = Exponential{1};
      if (sometimes()) function.ready = Readiness::before_work;
      if (sometimes()) function.on_end = OnEnd::fail;
    }
    if (sometimes()) workflow.cluster.relist = std::chrono::milliseconds(500);
    if (sometimes()) workflow.cluster.settle = std::chrono::milliseconds(700);
    if (sometimes()) workflow.cluster.start_work_s = workflow.cluster.end_work_s = 0.1;
    const bool takes_turns = workflow.cpu_sharing.run_slice > Duration::zero();
    if (takes_turns && sometimes()) workflow.cpu_sharing.spare_quota = 0.5;
  }

  // A central queue, or asynchronous calls; from a stream of its own as well.
  void add_queue(FunctionSpec& function) {
    switch (queues_.below(6)) {
      case 0:
        function.overflow = Overflow::central_queue;
        function.rejection_work = {};
        return;
      case 1:
        function.queue_worker = {.workers = 1 + static_cast<int>(queues_.below(2)),
                                 .max_inflight = 1 + static_cast<int>(queues_.below(5)),
                                 .attempts = 1 + static_cast<int>(queues_.below(4)),
                                 .back_off = std::chrono::milliseconds(queues_.below(500)),
                                 .factor = 1 + queues_.uniform(),
                                 .max_back_off = std::chrono::milliseconds(700),
                                 .retry_on = queues_.below(2) == 0 ? RetryOn::failures : RetryOn::rejections};
        return;
      default:
        return;
    }
  }

  Distribution draw_distribution(double mean) {
    switch (integer(8)) {
      case 0:
        return Deterministic{mean};
      case 1:
        return Exponential{mean};
      case 2:
        return LogNormal::of(mean, between(0.1, 2));
      case 3:
        return Gamma::of(mean, between(0.2, 2));
      case 4:
        return HyperExponential::of(mean, between(1, 3));
      case 5:
        return Weibull::of(mean, between(0.7, 3));
      case 6:
        return Empirical{.probabilities = {0, 0.5, 0.5, 1}, .values = {0, mean / 2, mean, 2 * mean}};
      default:
        return {};
    }
  }

  FunctionConfiguration draw_knobs() {
    return {.cpu = Millicores{static_cast<double>(200 + 100 * integer(19))},
            .memory = Mebibytes{static_cast<double>(256 * (1 + integer(4)))},
            .replicas = 1 + integer(4),
            .concurrency = integer(5)};
  }

  WorkflowSpec draw_workflow() {
    WorkflowSpec workflow;
    workflow.name = "random";
    const int functions = 1 + integer(5);
    for (int i = 0; i < functions; ++i) {
      FunctionSpec function;
      function.name = std::string(1, static_cast<char>('a' + i));
      if (chance(0.85)) function.serial_work = draw_distribution(between(0.001, 0.3));
      if (chance(0.4)) function.parallel_work = draw_distribution(between(0.001, 0.3));
      function.max_threads = chance(0.5) ? 1 : between(1, 6);
      if (chance(0.4)) function.off_cpu = draw_distribution(between(0.001, 0.3));
      if (chance(0.7)) function.process_memory = draw_distribution(between(10, 250));
      function.instance_memory = Mebibytes{chance(0.5) ? 0.0 : between(1, 128)};
      function.request_bytes = integer(1000);
      function.response_bytes = integer(1000);
      if (chance(0.4)) function.start_up = draw_distribution(between(0.1, 10));
      function.failure_probability = chance(0.5) ? 0.0 : between(0, 0.3);
      function.failed_input_work_share = rng_.uniform();
      function.overflow = one_of(std::array{Overflow::reject, Overflow::queue, Overflow::none});
      if (rejections_.below(3) == 0) function.rejection_work = Exponential{0.02 * rejections_.uniform()};
      if (chance(0.5)) function.queue_capacity = integer(4);
      if (chance(0.15)) function.fixed = draw_knobs();
      // only later functions: no cycle
      if (i + 1 < functions && chance(0.3)) function.calls = draw_block(i + 1, functions, 1);
      workflow.functions.push_back(std::move(function));
    }
    workflow.entry = draw_block(0, functions, 3);
    workflow.qos = {.latency = from_seconds(between(0.1, 2)), .successes = between(0, 60)};
    workflow.promise = chance(0.5) ? published_promise(workflow.qos) : strict_promise(workflow.qos);
    workflow.gateway.routing = one_of(std::array{Routing::random, Routing::round_robin, Routing::least_connection});
    if (chance(0.5)) workflow.gateway.hop = Deterministic{between(0.02, 0.05)};
    if (chance(0.1)) workflow.gateway.hop = Exponential{0.03};
    if (chance(0.4)) workflow.gateway.timeout = from_seconds(between(0.01, 1.5));
    workflow.cpu_sharing = {.contention = chance(0.5) ? 0.0 : between(0, 0.3),
                            .quota_exponent = chance(0.5) ? 1.0 : between(0.8, 1.5),
                            .speed_spread = chance(0.5) ? 0.0 : between(0, 0.2)};
    if (cfs_.below(3) == 0) {
      workflow.cpu_sharing.mode = CpuSharing::cfs;
      workflow.cpu_sharing.period = std::chrono::microseconds(1000 + cfs_.below(200'000));
      workflow.cpu_sharing.cores = 1 + 3 * cfs_.uniform();
      workflow.cpu_sharing.quota_exponent = 1;
      if (steps_.below(2) == 0) draw_steps(workflow.cpu_sharing);
    }
    return workflow;
  }

  void draw_steps(CpuSharingSpec& sharing) {
    sharing.cgroup_levels = 1 + static_cast<int>(steps_.below(2));
    if (steps_.below(3) == 0) return;
    sharing.cores = 1 + steps_.below(4);
    sharing.run_slice = std::chrono::microseconds(1000 + steps_.below(20'000));
    sharing.turn_order = steps_.below(2) == 0 ? TurnOrder::round_robin : TurnOrder::random;
    sharing.slice_expiry = steps_.below(2) == 0;
    sharing.bandwidth_slice = std::chrono::microseconds(1000 + steps_.below(5'000));
  }

  Block draw_call(int first, int functions) {
    return {Call{.function = std::string(1, static_cast<char>('a' + first + integer(functions - first))),
                 .on_failure = one_of(std::array{OnFailure::abort, OnFailure::ignore, OnFailure::pass_on})}};
  }

  std::vector<Block> draw_blocks(int first, int functions, int depth) {
    std::vector<Block> blocks;
    const int count = 1 + integer(3);
    for (int i = 0; i < count; ++i) blocks.push_back(draw_block(first, functions, depth));
    return blocks;
  }

  // Calls functions from the first on.
  Block draw_block(int first, int functions, int depth) {
    if (depth == 0 || chance(0.25)) return draw_call(first, functions);
    switch (integer(4)) {
      case 0:
        return {Sequence{draw_blocks(first, functions, depth - 1)}};
      case 1:
        return {Parallel{draw_blocks(first, functions, depth - 1)}};
      case 2: {
        Choice choice{.probabilities = {}, .options = draw_blocks(first, functions, depth - 1)};
        double rest = 1;
        for (std::size_t i = 1; i < choice.options.size(); ++i) {
          choice.probabilities.push_back(rest * rng_.uniform());
          rest -= choice.probabilities.back();
        }
        choice.probabilities.push_back(rest);
        return {std::move(choice)};
      }
      default:
        return {FanOut{.width = draw_distribution(between(0, 3)), .body = {draw_block(first, functions, depth - 1)}}};
    }
  }

  static double expected_calls(const WorkflowSpec& workflow, const Block& block) {
    struct Count {
      const WorkflowSpec& workflow;
      double operator()(const Call& call) const {
        const auto& calls = workflow.functions[workflow.find(call.function)->index].calls;
        return 1 + (calls ? expected_calls(workflow, *calls) : 0.0);
      }
      double operator()(const Sequence& sequence) const { return sum(sequence.steps); }
      double operator()(const Parallel& parallel) const { return sum(parallel.branches); }
      double operator()(const Choice& choice) const { return sum(choice.options); }
      double operator()(const FanOut& fan_out) const { return (fan_out.width.mean() + 1) * sum(fan_out.body); }
      double sum(const std::vector<Block>& blocks) const {
        double calls = 0;
        for (const Block& one : blocks) calls += expected_calls(workflow, one);
        return calls;
      }
    };
    return std::visit(Count{workflow}, block.kind);
  }

  Profile draw_profile(double highest_level) {
    Profile profile;
    Time start = chance(0.5) ? Time{} : Time(from_seconds(between(0, 2)));
    const int steps = 1 + integer(6);
    for (int i = 0; i < steps; ++i) {
      profile.steps.push_back({.start = start, .level = chance(0.15) ? 0.0 : between(0, highest_level)});
      start += from_seconds(between(0.5, 4));
    }
    return profile;
  }

  Workload draw_workload(WorkflowSpec& workflow) {
    Workload workload;
    switch (integer(5)) {
      case 0:
      case 1: {
        ClosedLoop closed_loop{.users = integer(12),
                               .think_time = {},
                               .spawn_rate_per_s = chance(0.2) ? 0.0 : between(2, 20),
                               .back_off = {}};
        if (chance(0.5)) {
          closed_loop.think_time =
              one_of(std::array<Distribution, 3>{Exponential{0.2}, Deterministic{0.1}, Gamma::of(0.3, 0.5)});
          if (chance(0.5)) closed_loop.back_off = draw_distribution(0.2);
        } else {
          // no pause: every request takes the time of a hop at least
          workflow.gateway.hop = Deterministic{between(0.02, 0.05)};
          workflow.entry = {Sequence{{draw_call(0, static_cast<int>(workflow.functions.size())), workflow.entry}}};
        }
        workload.source = closed_loop;
        if (chance(0.4)) workload.profile = draw_profile(12);
        return workload;
      }
      case 2: {
        ArrivalList list;
        Time time{};
        for (int i = integer(60); i > 0; --i) {
          if (chance(0.8)) time += from_seconds(between(0, 0.5));
          list.times.push_back(time);
        }
        workload.source = list;
        return workload;
      }
      default: {
        OpenLoop open_loop{.rate_per_s = between(0.1, 8), .process = PoissonArrivals{}};
        switch (integer(4)) {
          case 0:
            break;
          case 1:
            open_loop.process = DeterministicArrivals{};
            break;
          case 2:
            open_loop.process = GammaArrivals{.cv = between(0.2, 2)};
            break;
          default:
            open_loop.process = MmppArrivals{.relative_rates = {1, 0, 5}, .mean_stay_s = {1, between(0.1, 2), 0.5}};
        }
        workload.source = open_loop;
        if (chance(0.4)) workload.profile = draw_profile(8);
        return workload;
      }
    }
  }

  Rng rng_;
  Rng cfs_;
  Rng steps_;
  Rng rejections_;
  Rng world_;
  Rng changes_;
  Rng queues_;
};

inline ScenarioSpec random_scenario(std::uint64_t seed) { return RandomScenarios(seed).draw(); }

}  // namespace faasconf::sim
