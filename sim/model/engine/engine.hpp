#pragma once
// The engine of a Simulation: its state, and what each event does to it. The class is here, its parts are in the other
// headers of this folder. Only simulation.cpp includes them: as one translation unit of internal linkage, so that a
// function with a single caller is inlined there. Compiled separately, the engine is a third slower.

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"
#include "sim/core/event_queue.hpp"
#include "sim/core/fifo.hpp"
#include "sim/core/pool.hpp"
#include "sim/model/arrivals.hpp"
#include "sim/model/instance.hpp"
#include "sim/model/simulation.hpp"

namespace faasconf::sim {
namespace {

enum class EventKind : std::uint32_t {
  arrival,         // the open loop or arrival list sends a request
  profile_step,    // the number of users changes
  user_starts,     // the next user of the closed loop appears
  user_wakes,      // a user has finished thinking
  retry,           // the client sends a request again
  call_arrives,    // an invocation has passed the gateway
  cpu_completion,  // an instance's next job may be done
  off_cpu_done,    // an invocation has waited
  answer,          // an invocation's answer is ready, without work
  timeout,         // the oldest pending call may be overdue
  next_state,      // a starting instance runs, or a draining one has had its time
  keep_alive,      // an instance may have been idle for long enough, or one is to be pre-warmed
  crash,           // an instance fails
  node_changes,    // a node in service fails, or one that failed is repaired
  platform_rests,  // the platform may have done its work on a node
};
static_assert(static_cast<std::uint32_t>(EventKind::platform_rests) < EventTag::kNoKind,
              "the kinds of events no longer fit into the 4 bits that EventTag has for them");

// Events between two checks of progress, so few that they never take 0.1 s.
constexpr std::uint64_t kEventsPerCheck = 1024;

// More events than this in so short a span mean that requests take no time, or next to none: no run would come to an
// end.
constexpr std::uint64_t kMostEventsAtOnce = 20'000'000;
constexpr Duration kShortSpan = std::chrono::milliseconds(20);

struct Standstill {
  Time time;                 // of the beginning of the span
  std::uint64_t events = 0;  // since then
};

constexpr double kMillicoresPerCore = 1000;

// With more instances than this, prefetching the next events while one is handled pays off.
constexpr std::size_t kFitInCache = 500;

// A distribution, and its value where that is constant.
struct Sampler {
  explicit Sampler(const Distribution& of)
      : distribution(&of), constant(of.is_random() ? 0 : of.mean()), random(of.is_random()) {}
  double sample(Rng& rng) const { return random ? distribution->sample(rng) : constant; }

  const Distribution* distribution;
  double constant;
  bool random;
};

// A span in which nothing happens: a hop, off-CPU time.
struct Delay {
  Sampler seconds;
  std::size_t lane = kNoLane;  // of the event queue, where the span is constant

  static constexpr std::size_t kNoLane = EventQueue::kLanes;
};

struct Deadline {
  Time time;
  std::uint32_t invocation = kNone;
  std::uint32_t generation = 0;
};

// The parts of a function's specification that the loop reads all the time.
// Whether an instance of the function can end before what is in it.
inline bool dies(const WorkflowSpec& workflow, const FunctionSpec& function) {
  const bool node_fails =
      std::ranges::any_of(workflow.cluster.nodes, [](const NodeSpec& node) { return !node.time_to_failure.is_zero(); });
  return node_fails || !function.time_to_failure.is_zero() || function.oom_kills == OomKills::instance ||
         function.on_end == OnEnd::fail;
}

struct FunctionPlan {
  explicit FunctionPlan(const WorkflowSpec& workflow, const FunctionSpec& function)
      : spec(&function),
        serial_work(function.serial_work),
        parallel_work(function.parallel_work),
        process_memory(function.process_memory),
        parallel_memory(function.parallel_memory),
        hop{Sampler(function.hop ? *function.hop : workflow.gateway.hop)},
        off_cpu{Sampler(function.off_cpu)},
        has_memory(!function.process_memory.is_zero() || !function.parallel_memory.is_zero()),
        has_rejection_work(!function.rejection_work.is_zero()),
        has_hop(!hop.seconds.distribution->is_zero()),
        goes_by_hop(has_hop && !function.queue_worker),
        may_fail(function.failure_probability > 0),
        may_die(dies(workflow, function)),
        on_demand(function.keep_alive.has_value()),
        central(function.overflow == Overflow::central_queue),
        lists_slots(on_demand || central),
        from_zero(!on_demand && !function.fixed && function.ranges.replicas_min == 0) {}

  const FunctionSpec* spec;
  Sampler serial_work;
  Sampler parallel_work;
  Sampler process_memory;
  Sampler parallel_memory;
  Delay hop;
  Delay off_cpu;
  bool has_memory;
  bool has_rejection_work;
  bool has_hop;
  bool goes_by_hop;  // a call: there is one, and no worker makes the call
  bool may_fail;
  bool may_die;      // an instance, with what is in it
  bool on_demand;    // calls start instances
  bool central;      // calls wait before all instances
  bool lists_slots;  // either: its instances are in lists by what they can take
  bool from_zero;    // a call to a function scaled to zero scales it to one
};

inline CfsBandwidth bandwidth_of(const CpuSharingSpec& sharing) {
  return {.period = sharing.period,
          .cores = sharing.cores,
          .run_slice = sharing.run_slice,
          .random_turns = sharing.turn_order == TurnOrder::random,
          .cgroup_levels = sharing.cgroup_levels,
          .expiring_slice = sharing.slice_expiry ? sharing.bandwidth_slice : Duration::zero()};
}

// Instances of a node whose eviction would make room for another.
struct Eviction {
  std::vector<std::uint32_t> instances;
  Time used_until = kNever;  // by the one that was used last; kNever: not even all together make room
};

constexpr double kPlatformCores = 1;  // that the platform uses at once, of a node and for a function

// Instances of a function under the same limits: what Kubernetes calls a replica set.
struct Generation {
  FunctionConfiguration limits;
  std::int32_t size = 0;  // starting and ready
};

inline bool same_limits(const FunctionConfiguration& a, const FunctionConfiguration& b) {
  return a.cpu == b.cpu && a.memory == b.memory && a.concurrency == b.concurrency;
}

class Engine {
 public:
  Engine(const Scenario& scenario, const RngStreams& streams, std::vector<Observer*> observers);

  void run_until(Time horizon);
  void handle(const Event& event);
  [[gnu::cold, gnu::noinline]] void check_progress(Standstill& standstill) const;

  // commands
  void redeploy(Time start, const RngStreams& streams);
  void send_request(bool from_user) { send_request(from_user, graph_.root()); }
  void send_request_by(std::size_t option);
  void send_request_by(std::size_t option, const Demand& demand);
  void apply(const Configuration& configuration);
  void set_idle_windows(FunctionId id, const IdleWindows& windows);
  void set_users(int users);
  void stop_arrivals() { stopped_ = true; }
  void set_go_on(GoOn go_on) { go_on_ = std::move(go_on); }

  // queries
  Usage usage(FunctionId id) const;
  double unserved_work_s(FunctionId id) const;
  std::int64_t requests_in_flight(Time from, Time to);
  std::int64_t asynchronous_calls() const;
  double user_s() const { return user_s_ + static_cast<double>(users_present_) * to_seconds(now_ - users_since_); }
  std::vector<std::byte> save();
  void restore(std::span<const std::byte> bytes);

  template <class Archive>
  void archive(Archive& a) {
    a(events_, requests_, joins_, invocations_, instances_, functions_, nodes_, pending_, deadlines_, timeout_pending_,
      relist_phase_, step_streams_, think_, back_off_, retry_back_off_, arrivals_, profile_cursor_, next_arrival_,
      users_set_, users_wanted_, users_present_, users_since_, user_s_, user_starting_, stopped_, now_, next_request_,
      events_handled_, configuration_.functions);
  }

  Time now_;
  std::uint64_t events_handled_ = 0;
  Pool<Request> requests_;
  std::vector<bool> marked_requests_;  // scratch of requests_in_flight()
  std::int64_t users_present_ = 0;
  const Scenario& scenario_;
  const WorkflowSpec& workflow_;
  const Graph& graph_;
  std::vector<Observer*> observers_;
  Configuration configuration_;
  std::vector<FunctionState> functions_;

 private:
  const FunctionPlan& plan(FunctionId id) const { return plans_[id.index]; }
  const FunctionSpec& spec(FunctionId id) const { return workflow_.functions[id.index]; }
  FunctionState& function(FunctionId id) { return functions_[id.index]; }
  std::uint64_t schedule(Time time, EventKind kind, std::uint32_t index = 0) {
    return events_.push(time, EventTag(static_cast<std::uint32_t>(kind), index));
  }

  [[gnu::always_inline]] inline void schedule_after(const Delay& delay, double span_s, EventKind kind,
                                                    std::uint32_t index) {
    const Time time = after(now_, from_seconds(span_s));
    if (delay.lane == Delay::kNoLane) {
      schedule(time, kind, index);
    } else {
      events_.push_in_order(delay.lane, time, EventTag(static_cast<std::uint32_t>(kind), index));
    }
  }
  void assign_lanes();

  // workload
  [[gnu::always_inline]] inline void send_request(bool from_user, StepIndex entry);
  [[gnu::always_inline]] inline std::uint32_t open_request(bool from_user);
  StepIndex entry_of(std::size_t option) const;
  void begin_workload(const RngStreams& streams);
  void on_arrival();
  [[gnu::always_inline]] inline void schedule_arrival();
  void on_profile_step();
  void want_users(double level);
  void change_users(std::int64_t change);
  void on_user_starts();
  void on_user_wakes();
  void user_is_answered(bool success);
  bool try_again(std::uint32_t request);
  const Profile* profile() const {
    const auto& profile = scenario_.spec().workload.profile;
    return profile ? &*profile : nullptr;
  }

  // workflow
  void begin(StepIndex step, std::uint32_t scope, Token token);
  void begin_branches(StepIndex step, std::uint32_t scope, Token token, std::uint32_t width);
  void finish(StepIndex step, std::uint32_t scope, Token token);
  [[gnu::always_inline]] inline void finish_request(std::uint32_t request, Token token);
  std::uint64_t request_number(ScopeKind kind, std::uint32_t scope) const;

  // gateway
  [[gnu::always_inline]] inline void call(StepIndex step, std::uint32_t scope, Outcome input,
                                          const Demand* demand = nullptr);
  void on_call_arrives(std::uint32_t invocation);
  void refuse(std::uint32_t invocation, Outcome outcome);
  void reject(std::uint32_t invocation, Outcome outcome);
  void rejected(std::uint32_t invocation);
  void answer_event(std::uint32_t invocation);
  std::uint32_t route(FunctionId id);
  [[gnu::always_inline]] inline std::uint32_t route_ready(FunctionState& state);
  void answer(std::uint32_t invocation);
  [[gnu::always_inline]] inline Token report_answer(const Invocation& invocation);
  void release(std::uint32_t invocation);
  void on_timeout();
  void leave_queue(std::uint32_t invocation);
  void watch_deadline(std::uint32_t invocation);

  // instance
  [[gnu::always_inline]] inline void admit(std::uint32_t invocation, std::uint32_t instance);
  bool claim_memory(Invocation& invocation, double more_mib);
  void on_cpu_event(const Event& event);
  void after_cpu(std::uint32_t invocation, bool was_parallel);
  [[gnu::always_inline]] inline void wait_off_cpu(std::uint32_t invocation);
  void off_cpu_done(std::uint32_t invocation);
  void work_done(std::uint32_t invocation);
  void leave_instance(std::uint32_t invocation);
  void report_execution(const Invocation& invocation, const Instance& instance);
  [[gnu::always_inline]] inline void admit_queued(std::uint32_t instance);
  void enqueue(std::uint32_t invocation, std::uint32_t instance);
  void unqueue(std::uint32_t invocation);
  void link_call(std::uint32_t invocation, std::uint32_t& front, std::uint32_t& back, std::int32_t& size);
  void unlink_call(std::uint32_t invocation, std::uint32_t& front, std::uint32_t& back, std::int32_t& size);
  void note_inside(std::uint32_t invocation);
  void forget_inside(std::uint32_t invocation);
  bool has_slot(const Instance& instance) const { return instance.in_flight < instance.slots; }
  void hold_memory(Instance& instance, double change_mib);
  void cpu_changed(std::uint32_t instance);
  [[gnu::always_inline]] inline void set_timer(std::uint32_t instance);

  // deployment
  void deploy(Time start, const RngStreams& streams);
  Duration draw_relist_phase(const RngStreams& streams, std::uint32_t node) const;
  void derive_streams(FunctionState& state, std::uint32_t index, const RngStreams& streams);
  void reconcile(FunctionId id);
  void reconcile_instances(FunctionId id);
  void remove_surplus(FunctionId id, std::size_t most);
  bool is_outdated(std::uint32_t instance) const;
  void count_outdated(FunctionId id, std::int32_t change);
  void resize(std::uint32_t instance);
  std::uint32_t add_instance(FunctionId id, std::uint32_t node, const FunctionConfiguration& limits);
  std::uint32_t start_instance(FunctionId id, const FunctionConfiguration& limits);
  void place_pending();
  void start_up(std::uint32_t instance);
  void is_up(std::uint32_t instance);
  void begin_start_work(std::uint32_t instance);
  void start_work_done(std::uint32_t invocation);
  void forget_start_work(Instance& instance);
  std::int32_t wanted_replicas(FunctionId id) const { return configuration_.functions[id.index].replicas; }

  // rollout
  bool rolls(FunctionId id) const { return workflow_.rollout == Rollout::rolling && !plan(id).on_demand; }
  void roll(FunctionId id);
  void scale(FunctionId id, std::int32_t before);
  void scale_in_proportion(FunctionId id, std::vector<Generation> all, std::int32_t before);
  void set_size(FunctionId id, const FunctionConfiguration& limits, std::int32_t size);
  void end_outdated(FunctionId id);
  std::int32_t existing(FunctionId id) const;
  std::int32_t outdated_instances(FunctionId id) const;
  std::vector<Generation> generations(FunctionId id) const;
  bool forget_pending(FunctionId id);
  std::uint32_t find_victim(FunctionId id, const FunctionConfiguration& limits);
  void on_life_event(const Event& event);
  void become_ready(std::uint32_t instance);
  void set_limits(std::uint32_t instance, const FunctionConfiguration& limits);
  void set_slots(Instance& instance) const;
  void set_cpu_limits(Instance& instance);
  void reset_cpu(Instance& instance);
  double served_cores(Millicores cpu) const;
  double unserved_work_s(const Instance& instance) const;
  void drain(std::uint32_t instance);
  void set_end(std::uint32_t instance);
  void go_on_ending(std::uint32_t instance, std::optional<Outcome> loss);
  Time next_look(Time time, std::uint32_t node) const;
  void retire(std::uint32_t instance);
  void remove(std::uint32_t instance);
  void retire_if_drained(std::uint32_t instance);
  void take_from_group(std::uint32_t instance);
  void keep_cpu_usage(Instance& instance);
  void add_cpu_usage(const Instance& instance, Usage& usage) const;
  void count_until_now(FunctionId id);
  double wanted_millicores(FunctionId id) const;

  // instances on demand
  std::uint32_t find_on_demand(FunctionId id);
  std::uint32_t start_on_demand(FunctionId id, bool may_evict);
  void offer(std::uint32_t instance);
  void link(InstanceList& list, std::uint32_t instance);
  void unlink(InstanceList& list, std::uint32_t instance);
  void set_idle_timer(FunctionId id, Time due);
  void on_keep_alive(const Event& event);
  bool is_idle(FunctionId id) const;
  void fall_idle(FunctionId id);
  void expire(FunctionId id);
  void pre_warm(FunctionId id);

  // central queue
  std::uint32_t find_slot(FunctionId id);
  std::uint32_t find_free_slot(FunctionId id);
  void find_no_slot(std::uint32_t invocation);
  void wait_centrally(std::uint32_t invocation);
  void leave_central_queue(std::uint32_t invocation);
  void slots_changed(std::uint32_t instance, bool from_start_up = false);
  void keep_central_queue(FunctionId id);
  std::int64_t starting_slots(FunctionId id) const;
  bool has_instances(FunctionId id) const;
  void scale_from_zero(FunctionId id);
  void count_waiting(FunctionId id, std::int64_t change);

  // asynchronous calls
  void send(std::uint32_t invocation);
  bool is_made_by_worker(std::uint32_t invocation);
  void accept_message(std::uint32_t invocation);
  void make_calls(FunctionId id);
  void make_call(std::uint32_t invocation);
  void end_attempt(const Invocation& call);
  bool is_tried_again(const Invocation& call) const;
  void try_later(const Invocation& call);
  void answer_nobody(std::uint32_t invocation);

  // cluster
  bool has_cluster() const { return !nodes_.empty(); }
  const NodeSpec& node_spec(std::uint32_t node) const { return workflow_.cluster.nodes[node_kinds_[node]]; }
  double cpu_request(FunctionId id, const FunctionConfiguration& limits) const;
  double memory_request(FunctionId id, const FunctionConfiguration& limits) const;
  bool fits(std::uint32_t node, double millicores, double mib) const;
  std::uint32_t find_node(FunctionId id, const FunctionConfiguration& limits) const;
  Eviction eviction_on(std::uint32_t node, FunctionId id) const;
  void make_room(FunctionId id);
  void occupy(std::uint32_t node, std::uint32_t instance);
  void vacate(std::uint32_t instance);
  void find_contention(std::uint32_t node);
  void share_node(std::uint32_t node);
  void platform_works(FunctionId id, std::uint32_t node, double work_s);
  void on_platform_rests(std::uint32_t node);
  void divide_cores(double cores);

  // failures
  void restart(std::uint32_t instance);
  void count_crash(Instance& instance);
  void lose_all(std::uint32_t instance, Outcome outcome, std::vector<Invocation>& lost);
  void lose(std::uint32_t invocation, Outcome outcome, std::vector<Invocation>& lost);
  void answer_callers(const std::vector<Invocation>& lost);
  bool caller_is_lost(StepIndex step, std::uint32_t scope) const;
  void schedule_node_failure(std::uint32_t node);
  void on_node_changes(std::uint32_t node);
  void on_node_fails(std::uint32_t node);
  void on_node_repaired(std::uint32_t node);

  void prefetch() const;
  void prefetch_target() const;
  void prefetch_instance(std::uint32_t instance) const;

  EventQueue events_;
  Pool<Join> joins_;
  Pool<Invocation> invocations_;
  Pool<Instance> instances_;
  std::vector<FunctionPlan> plans_;
  std::vector<ClusterNode> nodes_;
  std::vector<std::uint32_t> node_kinds_;  // into ClusterSpec::nodes
  std::vector<std::uint32_t> pending_;     // functions of the instances that no node has room for, oldest first
  Fifo<Deadline> deadlines_;               // in order, since every call may take equally long
  bool timeout_pending_ = false;
  Duration relist_phase_{};        // where there are no nodes
  std::vector<Rng> step_streams_;  // of choices and fan-outs
  Rng think_, back_off_, retry_back_off_;
  ArrivalProcess arrivals_;
  ProfileCursor profile_cursor_;
  std::uint64_t next_arrival_ = 0;  // into an arrival list
  std::int64_t users_set_ = -1;     // in place of the closed loop's own number; negative: none was set
  std::int64_t users_wanted_ = 0;
  Time users_since_;            // when users_present_ last changed
  double user_s_ = 0;           // its integral until then
  bool user_starting_ = false;  // an event user_starts is pending
  bool stopped_ = false;
  std::uint64_t next_request_ = 0;
  GoOn go_on_;  // empty: always

  struct Claim {
    double wanted_cores = 0;
    double weight = 0;
    double share = 1;
    bool settled = false;
  };
  std::vector<Claim> claims_;  // of share_node
};

}  // namespace
}  // namespace faasconf::sim
