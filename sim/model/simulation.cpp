#include "sim/model/simulation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"
#include "sim/core/event_queue.hpp"
#include "sim/core/fifo.hpp"
#include "sim/core/pool.hpp"
#include "sim/model/arrivals.hpp"
#include "sim/model/instance.hpp"

namespace faasconf::sim {

namespace {

enum class EventKind : std::uint32_t {
  arrival,         // the open loop or arrival list sends a request
  profile_step,    // the number of users changes
  user_starts,     // the next user of the closed loop appears
  user_wakes,      // a user has thought
  call_arrives,    // an invocation has passed the gateway
  cpu_completion,  // an instance's next job may be done
  off_cpu_done,    // an invocation has waited
  answer,          // an invocation's answer is ready, without work
  timeout,         // the oldest pending call may be overdue
  started_up,      // a starting instance may take calls
};

// When so many events happen at one instant, requests fail and come again without time passing.
constexpr std::uint64_t kMostEventsAtOnce = 20'000'000;

// With more instances than this, fetching what the next event is about while this one is handled pays.
constexpr std::size_t kFitInCache = 2000;

struct Deadline {
  Time time;
  std::uint32_t invocation = kNone;
  std::uint32_t generation = 0;
};

std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const std::byte byte : bytes) hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3ULL;
  return hash;
}

CfsBandwidth bandwidth_of(const CpuSharingSpec& sharing) {
  return {.period = sharing.period,
          .cores = sharing.cores,
          .run_slice = sharing.run_slice,
          .cgroup_levels = sharing.cgroup_levels,
          .expiring_slice = sharing.slice_expiry ? sharing.bandwidth_slice : Duration::zero()};
}

// Of what decides the form of a state. Scenarios that differ otherwise may exchange states.
std::uint64_t form_of(const Scenario& scenario) {
  ArchiveWriter form;
  for (NodeIndex i = 0; i < scenario.graph().size(); ++i) {
    Node node = scenario.graph().node(i);
    form(node.kind, node.function, node.parent, node.stream);
  }
  const Workload& workload = scenario.spec().workload;
  std::size_t functions = scenario.function_count();
  std::size_t source = workload.source.index();
  std::size_t profile_steps = workload.profile ? workload.profile->steps.size() : 0;
  std::size_t states = 0;
  if (const auto* open_loop = std::get_if<OpenLoop>(&workload.source)) {
    if (const auto* mmpp = std::get_if<MmppArrivals>(&open_loop->law)) states = mmpp->mean_stay_s.size();
  }
  CpuSharing sharing = scenario.workflow().cpu_sharing.mode;
  bool closed_form = bandwidth_of(scenario.workflow().cpu_sharing).has_closed_form();
  form(functions, source, profile_steps, states, sharing, closed_form);
  return checksum(form.take());
}

// Of internal linkage, so that what is called in one place is inlined there.
class Machine {
 public:
  Machine(const Scenario& scenario, const RngStreams& streams, std::vector<Observer*> observers)
      : scenario_(scenario),
        workflow_(scenario.workflow()),
        graph_(scenario.graph()),
        observers_(std::move(observers)),
        configuration_(scenario.spec().configuration),
        functions_(workflow_.functions.size()),
        no_hop_(std::ranges::all_of(workflow_.functions,
                                    [this](const FunctionSpec& function) { return hop(function).is_zero(); })) {
    deploy(Time{}, streams);
  }

  // the machine
  void run_until(Time horizon);
  void handle(const Event& event);
  void prefetch(EventTag next) const;

  // what its owner may do
  void redeploy(Time start, const RngStreams& streams);
  void send_request(bool from_user);
  void apply(const Configuration& configuration);
  void stop_arrivals();

  // what its owner may ask
  Usage usage(FunctionId id) const;
  double unserved_work_s(FunctionId id) const;
  double user_s() const { return user_s_ + static_cast<double>(users_present_) * to_seconds(now_ - users_since_); }
  std::vector<std::byte> save();
  void restore(std::span<const std::byte> bytes);

  template <class Archive>
  void archive(Archive& a) {
    a(events_, requests_, joins_, invocations_, instances_, functions_, deadlines_, timeout_pending_, node_streams_,
      think_, back_off_, arrivals_, profile_cursor_, next_arrival_, users_wanted_, users_present_, users_since_,
      user_s_, user_starting_, stopped_, now_, next_request_, events_handled_, configuration_.functions);
  }

  Time now_;
  std::uint64_t events_handled_ = 0;
  Pool<Request> requests_;
  std::int64_t users_present_ = 0;
  const Scenario& scenario_;
  const WorkflowSpec& workflow_;
  const Graph& graph_;
  std::vector<Observer*> observers_;
  Configuration configuration_;
  std::vector<FunctionState> functions_;
  const bool no_hop_;

 private:
  const FunctionSpec& spec(FunctionId id) const { return workflow_.functions[id.index]; }
  const Distribution& hop(const FunctionSpec& function) const {
    return function.hop ? *function.hop : workflow_.gateway.hop;
  }
  FunctionState& function(FunctionId id) { return functions_[id.index]; }
  std::uint64_t schedule(Time time, EventKind kind, std::uint32_t index = 0) {
    return events_.push(time, EventTag(static_cast<std::uint32_t>(kind), index));
  }

  // workload
  void begin_workload(const RngStreams& streams);
  void on_arrival();
  void schedule_arrival();
  void on_profile_step();
  void want_users(double level);
  void change_users(std::int64_t change);
  void on_user_starts();
  void on_user_wakes();
  void user_is_answered(bool success);
  const Profile* profile() const {
    const auto& profile = scenario_.spec().workload.profile;
    return profile ? &*profile : nullptr;
  }

  // workflow
  void begin(NodeIndex node, std::uint32_t scope, Token token);
  void begin_branches(const Node& node, std::uint32_t scope, Token token, std::uint32_t width);
  void finish(NodeIndex node, std::uint32_t scope, Token token);
  void finish_request(std::uint32_t request, Token token);

  // gateway
  void call(NodeIndex node, std::uint32_t scope, Outcome input);
  void on_call_arrives(std::uint32_t invocation);
  std::uint32_t route(FunctionState& state);
  void reject(std::uint32_t invocation);
  void rejected(std::uint32_t invocation);
  void answer(std::uint32_t invocation);
  Token report_answer(const Invocation& invocation);
  void on_timeout();
  void watch_deadline(std::uint32_t invocation);

  // instance
  void admit(std::uint32_t invocation, std::uint32_t instance);
  bool claim_memory(Invocation& invocation, double more_mib);
  void on_cpu_completion(const Event& event);
  void after_cpu(std::uint32_t invocation, bool was_parallel);
  void work_done(std::uint32_t invocation);
  void leave_instance(std::uint32_t invocation);
  void admit_queued(std::uint32_t instance);
  void enqueue(std::uint32_t invocation, std::uint32_t instance);
  void unqueue(std::uint32_t invocation);
  bool has_slot(const Instance& instance) const;
  void hold_memory(Instance& instance, double change_mib);
  void set_timer(std::uint32_t instance);

  // deployment
  void deploy(Time start, const RngStreams& streams);
  std::uint32_t add_instance(FunctionId id);
  void start_instance(FunctionId id);
  void on_started_up(const Event& event);
  void set_limits(Instance& instance, double speed);
  double unserved_work_s(const Instance& instance) const;
  void retire(std::uint32_t instance);
  void retire_if_drained(std::uint32_t instance);
  void count_until_now(FunctionId id);
  std::uint64_t request_number(NodeIndex node, std::uint32_t scope) const;

  EventQueue events_;
  Pool<Join> joins_;
  Pool<Invocation> invocations_;
  Pool<Instance> instances_;
  Fifo<Deadline> deadlines_;  // in order, since every call may take equally long
  bool timeout_pending_ = false;
  std::vector<Rng> node_streams_;  // of choices and fan-outs
  Rng think_, back_off_;
  ArrivalProcess arrivals_;
  ProfileCursor profile_cursor_;
  std::uint64_t next_arrival_ = 0;  // into an arrival list
  std::int64_t users_wanted_ = 0;
  Time users_since_;            // when users_present_ last changed
  double user_s_ = 0;           // its integral until then
  bool user_starting_ = false;  // an event user_starts is pending
  bool stopped_ = false;
  std::uint64_t next_request_ = 0;
};

// --- the machine

void Machine::run_until(Time horizon) {
  if (horizon < now_) throw Error("a simulation cannot run to a time in its past");
  std::uint64_t at_once = 0;
  while (!events_.empty() && events_.next_time() <= horizon) {
    const Event event = events_.pop();
    if (instances_.slots() > kFitInCache) prefetch(events_.next_tag());
    assert(event.time >= now_);
    at_once = event.time == now_ ? at_once + 1 : 0;
    if (at_once > kMostEventsAtOnce) {
      throw Error("time stands still at " + format(now_.time_since_epoch()) +
                  ": requests fail and are sent again at once; give the workload a back_off or think_time, or the "
                  "gateway a hop");
    }
    now_ = event.time;
    ++events_handled_;
    handle(event);
  }
  now_ = horizon;
}

void Machine::prefetch(EventTag next) const {
  if (next.kind() != static_cast<std::uint32_t>(EventKind::cpu_completion)) return;
  const auto* instance = reinterpret_cast<const char*>(&instances_[next.index()]);
  for (std::size_t line = 0; line < sizeof(Instance); line += 64) __builtin_prefetch(instance + line);
}

void Machine::handle(const Event& event) {
  const std::uint32_t index = event.tag.index();
  switch (static_cast<EventKind>(event.tag.kind())) {
    case EventKind::arrival:
      return on_arrival();
    case EventKind::profile_step:
      return on_profile_step();
    case EventKind::user_starts:
      return on_user_starts();
    case EventKind::user_wakes:
      return on_user_wakes();
    case EventKind::call_arrives:
      return on_call_arrives(index);
    case EventKind::cpu_completion:
      return on_cpu_completion(event);
    case EventKind::off_cpu_done:
      return work_done(index);
    case EventKind::answer:
      return invocations_[index].instance == kNone || invocations_[index].started == kNever ? answer(index)
                                                                                            : leave_instance(index);
    case EventKind::timeout:
      return on_timeout();
    case EventKind::started_up:
      return on_started_up(event);
  }
}

// --- workload

void Machine::begin_workload(const RngStreams& streams) {
  think_ = streams.stream("think");
  back_off_ = streams.stream("back_off");
  users_wanted_ = 0;
  user_starting_ = false;
  stopped_ = false;
  const Workload& workload = scenario_.spec().workload;
  if (const auto* closed_loop = std::get_if<ClosedLoop>(&workload.source)) {
    if (profile() == nullptr) return want_users(closed_loop->users);
    profile_cursor_ = ProfileCursor(*profile(), now_);
    const Time change = profile_cursor_.next_change(*profile());
    if (change != kNever) schedule(change, EventKind::profile_step);
    return want_users(profile_cursor_.level(*profile()));
  }
  if (const auto* open_loop = std::get_if<OpenLoop>(&workload.source)) {
    arrivals_ = ArrivalProcess(*open_loop, profile(), now_, streams.stream("arrivals"));
  } else {
    const auto& times = std::get<ArrivalList>(workload.source).times;
    // what arrived when the last deployment ended belonged to it
    const auto first = now_ == Time{} ? times.begin() : std::upper_bound(times.begin(), times.end(), now_);
    next_arrival_ = static_cast<std::uint64_t>(first - times.begin());
  }
  schedule_arrival();
}

void Machine::on_arrival() {
  if (stopped_) return;
  schedule_arrival();
  send_request(false);
}

void Machine::schedule_arrival() {
  const Workload& workload = scenario_.spec().workload;
  Time next = kNever;
  if (const auto* open_loop = std::get_if<OpenLoop>(&workload.source)) {
    next = arrivals_.next(*open_loop, profile());
  } else if (const auto& times = std::get<ArrivalList>(workload.source).times; next_arrival_ < times.size()) {
    next = times[next_arrival_++];
  }
  if (next != kNever) events_.push_beside(next, EventTag(static_cast<std::uint32_t>(EventKind::arrival), 0));
}

void Machine::on_profile_step() {
  if (stopped_) return;
  profile_cursor_.step();
  const Time change = profile_cursor_.next_change(*profile());
  if (change != kNever) schedule(change, EventKind::profile_step);
  want_users(profile_cursor_.level(*profile()));
}

// Surplus users leave when their request is answered or they wake.
void Machine::want_users(double level) {
  users_wanted_ = std::llround(std::min(level, 1e15));  // no more fit anyway
  if (users_present_ < users_wanted_ && !user_starting_) {
    schedule(now_, EventKind::user_starts);
    user_starting_ = true;
  }
}

void Machine::change_users(std::int64_t change) {
  user_s_ = user_s();
  users_since_ = now_;
  users_present_ += change;
}

void Machine::on_user_starts() {
  user_starting_ = false;
  if (stopped_ || users_present_ >= users_wanted_) return;
  change_users(1);
  const double rate_per_s = std::get<ClosedLoop>(scenario_.spec().workload.source).spawn_rate_per_s;
  if (users_present_ < users_wanted_) {
    schedule(rate_per_s > 0 ? after(now_, from_seconds(1.0 / rate_per_s)) : now_, EventKind::user_starts);
    user_starting_ = true;
  }
  send_request(true);
}

void Machine::on_user_wakes() {
  if (stopped_ || users_present_ > users_wanted_) {
    change_users(-1);
  } else {
    send_request(true);
  }
}

void Machine::user_is_answered(bool success) {
  if (stopped_ || users_present_ > users_wanted_) {
    change_users(-1);
    return;
  }
  const auto& closed_loop = std::get<ClosedLoop>(scenario_.spec().workload.source);
  double pause_s = closed_loop.think_time.sample(think_);
  if (!success) pause_s += closed_loop.back_off.sample(back_off_);
  schedule(after(now_, from_seconds(pause_s)), EventKind::user_wakes);
}

void Machine::send_request(bool from_user) {
  const std::uint32_t slot = requests_.take();
  // one by one: a copy of a whole request would wait for its own stores
  Request& request = requests_[slot];
  request.id = next_request_++;
  request.arrived = now_;
  request.from_user = from_user;
  for (Observer* observer : observers_) observer->on_request(request.id, now_);
  begin(graph_.root(), slot, {});
}

void Machine::stop_arrivals() { stopped_ = true; }

// --- workflow: a token enters a node with begin() and leaves it with finish(). A node's scope is the slot of what
// waits for its end: the join, the calling invocation or the request.

void Machine::begin(NodeIndex index, std::uint32_t scope, Token token) {
  const Node& node = graph_.node(index);
  switch (node.kind) {
    case NodeKind::call:
      return call(index, scope, token.cause);
    case NodeKind::sequence:
      return begin(graph_.children(node).front(), scope, token);
    case NodeKind::parallel:
      return begin_branches(node, scope, token, node.child_count);
    case NodeKind::choice: {
      const double draw = node_streams_[node.stream].uniform();
      std::uint32_t option = 0;
      while (option + 1 < node.child_count && draw >= node.cumulative[option]) ++option;
      return begin(graph_.children(node)[option], scope, token);
    }
    case NodeKind::fan_out: {
      const double width = std::round(node.width.sample(node_streams_[node.stream]));
      if (width <= 0) return finish(index, scope, token);
      if (width > EventTag::kIndexLimit) throw Error("a fan-out of width " + std::to_string(width) + " is too wide");
      return begin_branches(node, scope, token, static_cast<std::uint32_t>(width));
    }
  }
}

void Machine::begin_branches(const Node& node, std::uint32_t scope, Token token, std::uint32_t width) {
  const std::uint32_t join = joins_.take();
  joins_[join] = {.scope = scope, .outstanding = width, .result = {}};
  const auto children = graph_.children(node);
  for (std::uint32_t i = 0; i < width; ++i) begin(children[children.size() == 1 ? 0 : i], join, token);
}

void Machine::finish(NodeIndex index, std::uint32_t scope, Token token) {
  for (;;) {
    const Node& node = graph_.node(index);
    if (node.parent == kNoNode) return finish_request(scope, token);
    const Node& parent = graph_.node(node.parent);
    switch (parent.kind) {
      case NodeKind::sequence:
        if (!token.aborted && node.position + 1 < parent.child_count) {
          return begin(graph_.children(parent)[node.position + 1], scope, token);
        }
        break;
      case NodeKind::choice:
        break;
      case NodeKind::parallel:
      case NodeKind::fan_out: {
        Join& join = joins_[scope];
        if (join.result.cause == Outcome::success) join.result.cause = token.cause;
        join.result.aborted |= token.aborted;
        if (--join.outstanding > 0) return;
        token = join.result;
        const std::uint32_t outer = join.scope;
        joins_.give_back(scope);
        scope = outer;
        break;
      }
      case NodeKind::call: {
        if (token.cause != Outcome::success) {
          invocations_[scope].outcome = Outcome::failed;
          invocations_[scope].cause = token.cause;
        }
        return leave_instance(scope);
      }
    }
    index = node.parent;
  }
}

void Machine::finish_request(std::uint32_t slot, Token token) {
  const Request request = requests_[slot];
  requests_.give_back(slot);
  for (Observer* observer : observers_) {
    observer->on_request_finished(
        {.request = request.id, .outcome = token.cause, .arrived = request.arrived, .finished = now_});
  }
  if (request.from_user) user_is_answered(token.cause == Outcome::success);
}

// --- gateway

void Machine::call(NodeIndex node, std::uint32_t scope, Outcome input) {
  const FunctionId id = graph_.node(node).function;
  const std::uint64_t request = request_number(node, scope);
  const std::uint32_t index = invocations_.take();
  Invocation& invocation = invocations_[index];
  const std::uint32_t generation = invocation.generation;
  invocation = Invocation();
  invocation.generation = generation;
  invocation.request = request;
  invocation.called = now_;
  invocation.node = node;
  invocation.scope = scope;
  invocation.function = id;
  invocation.input = input;
  ++function(id).calls_in_flight;
  for (Observer* observer : observers_) observer->on_call(id, now_);
  if (workflow_.gateway.timeout) watch_deadline(index);

  if (no_hop_) return on_call_arrives(index);
  const double hop_s = hop(spec(id)).sample(function(id).hop);
  schedule(after(now_, from_seconds(hop_s)), EventKind::call_arrives, index);
}

// The request that waits at the end of the scopes.
std::uint64_t Machine::request_number(NodeIndex index, std::uint32_t scope) const {
  for (;;) {
    const NodeIndex parent = graph_.node(index).parent;
    if (parent == kNoNode) return requests_[scope].id;
    const NodeKind kind = graph_.node(parent).kind;
    if (kind == NodeKind::call) return invocations_[scope].request;
    if (kind == NodeKind::parallel || kind == NodeKind::fan_out) scope = joins_[scope].scope;
    index = parent;
  }
}

void Machine::on_call_arrives(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  if (!invocation.caller_waits) return answer(index);
  const FunctionSpec& function_spec = spec(invocation.function);
  FunctionState& state = function(invocation.function);
  const std::uint32_t target = route(state);
  Instance& instance = instances_[target];
  invocation.instance = target;
  state.received_bytes += function_spec.request_bytes;
  if (has_slot(instance)) return admit(index, target);
  const bool may_wait = function_spec.overflow == Overflow::queue &&
                        (!function_spec.queue_capacity || instance.queued < *function_spec.queue_capacity);
  if (may_wait) return enqueue(index, target);
  reject(index);
}

// The instance works for its 429 beside the executions; no slot is taken and no memory.
void Machine::reject(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  invocation.place = Place::answered;
  invocation.outcome = invocation.cause = Outcome::rejected;
  FunctionState& state = function(invocation.function);
  invocation.work_s = spec(invocation.function).rejection_work.sample(state.rejection);
  if (invocation.work_s <= 0) {
    schedule(now_, EventKind::answer, index);
    return;
  }
  Instance& instance = instances_[invocation.instance];
  ++instance.rejecting;
  state.admitted_work_s += invocation.work_s;
  instance.cpu.start_ahead(index, invocation.work_s, now_);
  set_timer(invocation.instance);
}

void Machine::rejected(std::uint32_t index) {
  const std::uint32_t left = invocations_[index].instance;
  --instances_[left].rejecting;
  retire_if_drained(left);
  answer(index);
}

std::uint32_t Machine::route(FunctionState& state) {
  const auto count = static_cast<std::uint32_t>(state.ready.size());
  if (count == 1) return state.ready.front();
  switch (workflow_.gateway.routing) {
    case Routing::random:
      return state.ready[state.routing.below(count)];
    case Routing::round_robin:
      return state.ready[state.round_robin++ % count];
    case Routing::least_connection:
      break;
  }
  return *std::min_element(state.ready.begin(), state.ready.end(), [this](std::uint32_t a, std::uint32_t b) {
    return instances_[a].in_flight + instances_[a].queued < instances_[b].in_flight + instances_[b].queued;
  });
}

// The answer reaches the caller, if there is one still, and the invocation is over.
void Machine::answer(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  ++invocation.generation;
  invocations_.give_back(index);
  if (!invocation.caller_waits) return;
  if (invocation.outcome == Outcome::success) {
    function(invocation.function).transmitted_bytes += spec(invocation.function).response_bytes;
  }
  // its slot may be taken again by what follows
  const Token token = report_answer(invocation);
  finish(invocation.node, invocation.scope, token);
}

// What the answer makes of the token that entered the call.
Token Machine::report_answer(const Invocation& invocation) {
  --function(invocation.function).calls_in_flight;
  const std::int32_t number = invocation.instance == kNone ? -1 : instances_[invocation.instance].number;
  for (Observer* observer : observers_) {
    observer->on_call_finished({.request = invocation.request,
                                .function = invocation.function,
                                .instance = number,
                                .outcome = invocation.outcome,
                                .called = invocation.called,
                                .started = invocation.started,
                                .finished = now_});
  }
  if (invocation.outcome == Outcome::success) return {.cause = invocation.input};
  const Outcome first = invocation.input == Outcome::success ? invocation.cause : invocation.input;
  switch (graph_.node(invocation.node).on_failure) {
    case OnFailure::abort:
      return {.cause = first, .aborted = true};
    case OnFailure::pass_on:
      return {.cause = first};
    case OnFailure::ignore:
      break;
  }
  return {.cause = invocation.input};
}

void Machine::watch_deadline(std::uint32_t invocation) {
  const Time deadline = after(now_, *workflow_.gateway.timeout);
  deadlines_.push({.time = deadline, .invocation = invocation, .generation = invocations_[invocation].generation});
  if (!timeout_pending_) schedule(deadline, EventKind::timeout);
  timeout_pending_ = true;
}

void Machine::on_timeout() {
  while (!deadlines_.empty()) {
    const Deadline deadline = deadlines_.front();
    const Invocation& watched = invocations_[deadline.invocation];
    const bool over = watched.generation != deadline.generation || !watched.caller_waits;
    if (!over && deadline.time > now_) {
      schedule(deadline.time, EventKind::timeout);
      return;
    }
    deadlines_.pop();
    if (over) continue;
    // the caller gives up; who waits before an instance leaves, who is served is served on
    invocations_[deadline.invocation].caller_waits = false;
    Invocation abandoned = invocations_[deadline.invocation];
    abandoned.outcome = abandoned.cause = Outcome::timed_out;
    if (abandoned.place == Place::queued) {
      unqueue(deadline.invocation);
      answer(deadline.invocation);
      retire_if_drained(abandoned.instance);
    }
    finish(abandoned.node, abandoned.scope, report_answer(abandoned));
  }
  timeout_pending_ = false;
}

// --- instance

bool Machine::has_slot(const Instance& instance) const { return instance.in_flight < instance.slots; }

void Machine::admit(std::uint32_t index, std::uint32_t target) {
  Invocation& invocation = invocations_[index];
  Instance& instance = instances_[target];
  const FunctionSpec& function_spec = spec(invocation.function);
  FunctionState& state = function(invocation.function);
  assert(has_slot(instance));
  invocation.place = Place::in_instance;
  invocation.instance = target;
  invocation.started = now_;
  ++instance.in_flight;

  // the same number of draws whatever happens, so that runs stay comparable
  double serial_work_s = function_spec.serial_work.sample(state.serial);
  double parallel_work_s = function_spec.parallel_work.sample(state.parallel);
  invocation.off_cpu_s = function_spec.off_cpu.sample(state.off_cpu);
  const bool fails =
      function_spec.failure_probability > 0 && state.failure.uniform() < function_spec.failure_probability;

  double memory_mib = function_spec.process_memory.sample(state.memory);
  invocation.parallel_memory_mib = function_spec.parallel_memory.sample(state.parallel_memory);
  if (serial_work_s <= 0) memory_mib += std::exchange(invocation.parallel_memory_mib, 0.0);
  if (!claim_memory(invocation, memory_mib)) {
    invocation.place = Place::answered;
    schedule(now_, EventKind::answer, index);
    return;
  }

  if (invocation.input != Outcome::success) {
    serial_work_s *= function_spec.failed_input_work_share;
    parallel_work_s = invocation.off_cpu_s = 0;
    invocation.outcome = invocation.cause = Outcome::failed;
  } else if (fails) {
    invocation.outcome = invocation.cause = Outcome::failed;
  }
  invocation.work_s = serial_work_s + parallel_work_s;
  state.admitted_work_s += invocation.work_s;
  invocation.parallel_work_s = parallel_work_s;
  if (serial_work_s > 0 || parallel_work_s > 0) {
    const bool parallel = serial_work_s <= 0;
    instance.cpu.start(index, parallel ? parallel_work_s : serial_work_s, parallel, now_);
    set_timer(target);
  } else {
    schedule(after(now_, from_seconds(invocation.off_cpu_s)), EventKind::off_cpu_done, index);
  }
}

// More memory for an execution; false, and the request is killed, when the instance's limit forbids it.
bool Machine::claim_memory(Invocation& invocation, double more_mib) {
  if (more_mib <= 0) return true;
  Instance& instance = instances_[invocation.instance];
  const double limit_mib = configuration_.functions[invocation.function.index].memory.value;
  if (spec(invocation.function).instance_memory.value + instance.memory_mib + more_mib > limit_mib) {
    invocation.outcome = invocation.cause = Outcome::out_of_memory;
    return false;
  }
  hold_memory(instance, more_mib);
  invocation.memory_mib += more_mib;
  return true;
}

void Machine::on_cpu_completion(const Event& event) {
  const std::uint32_t index = event.tag.index();
  if (instances_[index].timer_sequence != event.sequence || instances_[index].timer != event.time) return;  // replaced
  instances_[index].timer = kNever;
  std::uint32_t invocation = kNone;
  bool was_parallel = false;
  while (instances_[index].cpu.finish_one(now_, invocation, was_parallel)) after_cpu(invocation, was_parallel);
  set_timer(index);
}

void Machine::after_cpu(std::uint32_t index, bool was_parallel) {
  Invocation& invocation = invocations_[index];
  if (invocation.started == kNever) return rejected(index);
  if (!was_parallel && invocation.parallel_work_s > 0) {
    if (!claim_memory(invocation, std::exchange(invocation.parallel_memory_mib, 0.0))) {
      invocation.work_s -= invocation.parallel_work_s;
      function(invocation.function).admitted_work_s -= invocation.parallel_work_s;
      return leave_instance(index);
    }
    instances_[invocation.instance].cpu.start(index, invocation.parallel_work_s, true, now_);
  } else if (invocation.off_cpu_s > 0) {
    schedule(after(now_, from_seconds(invocation.off_cpu_s)), EventKind::off_cpu_done, index);
  } else {
    work_done(index);
  }
}

// Its own work is over; now the calls that its function makes.
void Machine::work_done(std::uint32_t index) {
  const Invocation& invocation = invocations_[index];
  const Node& node = graph_.node(invocation.node);
  if (invocation.outcome == Outcome::success && node.child_count > 0) {
    begin(graph_.children(node).front(), index, {});
  } else {
    leave_instance(index);
  }
}

void Machine::leave_instance(std::uint32_t index) {
  const Invocation& invocation = invocations_[index];  // nothing below takes a slot before the answer
  const std::uint32_t left = invocation.instance;
  Instance& instance = instances_[left];
  --instance.in_flight;
  if (invocation.memory_mib > 0) hold_memory(instance, -invocation.memory_mib);
  const FunctionConfiguration& limits = configuration_.functions[invocation.function.index];
  for (Observer* observer : observers_) {
    observer->on_execution_finished({.request = invocation.request,
                                     .function = invocation.function,
                                     .instance = instance.number,
                                     .outcome = invocation.outcome,
                                     .started = invocation.started,
                                     .finished = now_,
                                     .work_s = invocation.work_s,
                                     .cpu_limit = limits.cpu,
                                     .memory_limit = limits.memory});
  }
  admit_queued(left);
  retire_if_drained(left);
  answer(index);
}

void Machine::admit_queued(std::uint32_t index) {
  while (instances_[index].queue_front != kNone && has_slot(instances_[index])) {
    const std::uint32_t next = instances_[index].queue_front;
    unqueue(next);
    admit(next, index);
  }
}

void Machine::enqueue(std::uint32_t index, std::uint32_t target) {
  Invocation& invocation = invocations_[index];
  Instance& instance = instances_[target];
  invocation.place = Place::queued;
  invocation.previous = instance.queue_back;
  invocation.next = kNone;
  (instance.queue_back == kNone ? instance.queue_front : invocations_[instance.queue_back].next) = index;
  instance.queue_back = index;
  ++instance.queued;
}

void Machine::unqueue(std::uint32_t index) {
  const Invocation& invocation = invocations_[index];
  Instance& instance = instances_[invocation.instance];
  (invocation.previous == kNone ? instance.queue_front : invocations_[invocation.previous].next) = invocation.next;
  (invocation.next == kNone ? instance.queue_back : invocations_[invocation.next].previous) = invocation.previous;
  --instance.queued;
}

void Machine::hold_memory(Instance& instance, double change_mib) {
  instance.memory_mib_s += instance.memory_mib * to_seconds(now_ - instance.memory_updated);
  instance.memory_updated = now_;
  instance.memory_mib += change_mib;
  if (instance.in_flight == 0) instance.memory_mib = 0;  // no residue of rounding
}

// A pending event that comes too early is left to come; it looks again then. One that comes too late is replaced.
void Machine::set_timer(std::uint32_t index) {
  Instance& instance = instances_[index];
  const Time due = instance.cpu.next_completion();
  if (due >= instance.timer) return;
  instance.timer = due;
  instance.timer_sequence = schedule(due, EventKind::cpu_completion, index);
}

// --- deployment

void Machine::deploy(Time start, const RngStreams& streams) {
  now_ = start;
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    FunctionState& state = functions_[i];
    state.serial = streams.stream("serial_work", i);
    state.parallel = streams.stream("parallel_work", i);
    state.off_cpu = streams.stream("off_cpu", i);
    state.memory = streams.stream("memory", i);
    state.parallel_memory = streams.stream("parallel_memory", i);
    state.failure = streams.stream("failure", i);
    state.hop = streams.stream("hop", i);
    state.routing = streams.stream("routing", i);
    state.speed = streams.stream("speed", i);
    state.phase = streams.stream("cfs_phase", i);
    state.pod_phase = streams.stream("cfs_pod_phase", i);
    state.start_up = streams.stream("start_up", i);
    state.rejection = streams.stream("rejection_work", i);
    state.counted_until = now_;
    state.next_number = 0;
    state.round_robin = 0;
    state.calls_in_flight = 0;
    for (int replica = 0; replica < configuration_.functions[i].replicas; ++replica) {
      state.ready.push_back(add_instance({i}));
    }
  }
  node_streams_.clear();
  for (std::uint32_t i = 0; i < graph_.stream_count(); ++i) node_streams_.push_back(streams.stream("node", i));
  begin_workload(streams);
}

void Machine::redeploy(Time start, const RngStreams& streams) {
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    count_until_now({i});
    while (!functions_[i].draining.empty()) retire(functions_[i].draining.back());
    while (!functions_[i].starting.empty()) retire(functions_[i].starting.back());
    while (!functions_[i].ready.empty()) retire(functions_[i].ready.back());
  }
  change_users(-users_present_);
  users_since_ = start;
  events_.clear();
  deadlines_.clear();
  timeout_pending_ = false;
  requests_.clear();
  joins_.clear();
  invocations_.clear();
  deploy(start, streams);
}

void Machine::apply(const Configuration& configuration) {
  check(configuration, workflow_);
  for (std::uint32_t i = 0; i < functions_.size(); ++i) count_until_now({i});
  configuration_ = configuration;
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    FunctionState& state = functions_[i];
    const auto wanted = static_cast<std::size_t>(configuration.functions[i].replicas);
    while (!state.starting.empty() && state.starting.size() + state.ready.size() > wanted) {
      retire(state.starting.back());
    }
    while (state.ready.size() > wanted) {
      // the youngest goes; it drains first when it has work
      const std::uint32_t surplus = state.ready.back();
      state.ready.pop_back();
      state.draining.push_back(surplus);
      instances_[surplus].draining = true;
      retire_if_drained(surplus);
    }
    for (const auto* group : {&state.starting, &state.ready, &state.draining}) {
      for (const std::uint32_t instance : *group) {
        set_limits(instances_[instance], instances_[instance].cpu.limits().speed);
        admit_queued(instance);
        set_timer(instance);
      }
    }
    while (state.starting.size() + state.ready.size() < wanted) start_instance({i});
  }
}

std::uint32_t Machine::add_instance(FunctionId id) {
  FunctionState& state = function(id);
  const std::uint32_t index = instances_.take();
  Instance& instance = instances_[index];
  InstanceCpu cpu = std::move(instance.cpu);
  instance = Instance();
  instance.cpu = std::move(cpu);
  const CpuSharingSpec& sharing = workflow_.cpu_sharing;
  if (sharing.mode == CpuSharing::cfs) {
    const double period_s = to_seconds(sharing.period - Duration(1));
    const Duration phase = from_seconds(state.phase.uniform() * period_s);
    const Duration pod_phase = from_seconds(sharing.cgroup_levels > 1 ? state.pod_phase.uniform() * period_s : 0.0);
    instance.cpu.reset(now_, bandwidth_of(sharing), {phase, pod_phase});
  } else {
    instance.cpu.reset(now_);
  }
  instance.function = id;
  instance.number = state.next_number++;
  instance.memory_updated = now_;
  const double sigma = sharing.speed_spread;
  set_limits(instance, sigma > 0 ? std::exp(sigma * state.speed.normal()) : 1.0);
  count_until_now(id);
  return index;
}

void Machine::start_instance(FunctionId id) {
  FunctionState& state = function(id);
  const std::uint32_t index = add_instance(id);
  const Duration start_up = from_seconds(spec(id).start_up.sample(state.start_up));
  if (start_up <= Duration::zero()) return state.ready.push_back(index);
  state.starting.push_back(index);
  instances_[index].starting = true;
  instances_[index].start_up_sequence = schedule(after(now_, start_up), EventKind::started_up, index);
}

void Machine::on_started_up(const Event& event) {
  const std::uint32_t index = event.tag.index();
  Instance& instance = instances_[index];
  if (!instance.starting || instance.start_up_sequence != event.sequence) return;  // that one is gone
  instance.starting = false;
  FunctionState& state = function(instance.function);
  std::erase(state.starting, index);
  state.ready.push_back(index);
}

void Machine::set_limits(Instance& instance, double speed) {
  const int limit = configuration_.functions[instance.function.index].concurrency;
  const bool limited = limit > 0 && spec(instance.function).overflow != Overflow::none;
  instance.slots = limited ? limit : std::numeric_limits<std::int32_t>::max();
  const CpuSharingSpec& sharing = workflow_.cpu_sharing;
  const double cores = configuration_.functions[instance.function.index].cpu.value / 1000.0;
  instance.cpu.set_limits({.limit_cores = cores,
                           .served_cores = std::pow(cores, sharing.quota_exponent),
                           .contention = sharing.contention,
                           .speed = speed,
                           .parallel_threads = spec(instance.function).max_threads},
                          now_);
}

void Machine::retire_if_drained(std::uint32_t index) {
  const Instance& instance = instances_[index];
  const bool idle = instance.in_flight == 0 && instance.rejecting == 0 && instance.queued == 0;
  if (instance.draining && idle) retire(index);
}

// Its use is kept with its function; its slot is free.
void Machine::retire(std::uint32_t index) {
  Instance& instance = instances_[index];
  FunctionState& state = function(instance.function);
  count_until_now(instance.function);
  hold_memory(instance, 0);
  state.cpu_s += instance.cpu.cpu_s(now_);
  state.work_s += instance.cpu.work_s(now_);
  state.admitted_work_s -= unserved_work_s(instance);  // cut short by a redeployment
  state.throttled_s += instance.cpu.throttled_s(now_);
  state.throttled_periods += instance.cpu.throttled_periods(now_);
  state.pod_throttled_s += instance.cpu.pod_throttled_s(now_);
  state.pod_throttled_periods += instance.cpu.pod_throttled_periods(now_);
  state.cpu_granted_s += instance.cpu.granted_s(now_);
  state.memory_mib_s += instance.memory_mib_s;
  std::erase(instance.starting ? state.starting : instance.draining ? state.draining : state.ready, index);
  instance.starting = false;
  instance.timer = kNever;
  instances_.give_back(index);
}

// Brings the integrals of the number of instances and their limits up to now, before either changes.
void Machine::count_until_now(FunctionId id) {
  FunctionState& state = function(id);
  const double span_s = to_seconds(now_ - state.counted_until);
  const double instance_s = static_cast<double>(state.instances()) * span_s;
  state.instance_s += instance_s;
  state.cpu_limit_millicore_s += instance_s * configuration_.functions[id.index].cpu.value;
  state.memory_limit_mib_s += instance_s * configuration_.functions[id.index].memory.value;
  state.counted_until = now_;
}

// --- questions

Usage Machine::usage(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  const double uncounted_s = static_cast<double>(state.instances()) * to_seconds(now_ - state.counted_until);
  Usage usage{
      .cpu_s = state.cpu_s,
      .work_s = state.work_s,
      .admitted_work_s = state.admitted_work_s,
      .throttled_s = state.throttled_s,
      .throttled_periods = state.throttled_periods,
      .pod_throttled_s = state.pod_throttled_s,
      .pod_throttled_periods = state.pod_throttled_periods,
      .cpu_granted_s = state.cpu_granted_s,
      .memory_mib_s = state.memory_mib_s,
      .instance_s = state.instance_s + uncounted_s,
      .cpu_limit_millicore_s = state.cpu_limit_millicore_s + uncounted_s * configuration_.functions[id.index].cpu.value,
      .memory_limit_mib_s = state.memory_limit_mib_s + uncounted_s * configuration_.functions[id.index].memory.value,
      .received_bytes = state.received_bytes,
      .transmitted_bytes = state.transmitted_bytes};
  for (const auto* group : {&state.ready, &state.draining}) {
    for (const std::uint32_t index : *group) {
      const Instance& instance = instances_[index];
      usage.cpu_s += instance.cpu.cpu_s(now_);
      usage.work_s += instance.cpu.work_s(now_);
      usage.throttled_s += instance.cpu.throttled_s(now_);
      usage.throttled_periods += instance.cpu.throttled_periods(now_);
      usage.pod_throttled_s += instance.cpu.pod_throttled_s(now_);
      usage.pod_throttled_periods += instance.cpu.pod_throttled_periods(now_);
      usage.cpu_granted_s += instance.cpu.granted_s(now_);
      usage.memory_mib_s += instance.memory_mib_s + instance.memory_mib * to_seconds(now_ - instance.memory_updated);
    }
  }
  usage.memory_mib_s += usage.instance_s * workflow_.functions[id.index].instance_memory.value;
  return usage;
}

std::vector<std::byte> Machine::save() {
  ArchiveWriter body;
  archive(body);
  std::vector<std::byte> state = body.take();
  ArchiveWriter head;
  std::uint64_t form = form_of(scenario_);
  std::uint64_t sum = checksum(state);
  head(form, sum);
  std::vector<std::byte> bytes = head.take();
  bytes.insert(bytes.end(), state.begin(), state.end());
  return bytes;
}

void Machine::restore(std::span<const std::byte> bytes) {
  constexpr std::size_t kHeadBytes = 2 * sizeof(std::uint64_t);
  std::uint64_t form = 0;
  std::uint64_t sum = 0;
  ArchiveReader head(bytes);
  head(form, sum);
  bytes = bytes.subspan(kHeadBytes);
  if (form != form_of(scenario_)) throw Error("saved state of another workflow or workload");
  if (sum != checksum(bytes)) throw Error("saved state is truncated or damaged");
  ArchiveReader body(bytes);
  archive(body);
}

double Machine::unserved_work_s(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  double sum_s = 0;
  for (const auto* group : {&state.ready, &state.draining}) {
    for (const std::uint32_t index : *group) sum_s += unserved_work_s(instances_[index]);
  }
  return sum_s;
}

double Machine::unserved_work_s(const Instance& instance) const {
  double sum_s = 0;
  instance.cpu.for_each_job(now_, [&](std::uint32_t invocation, double remaining_s, bool parallel) {
    sum_s += remaining_s + (parallel ? 0.0 : invocations_[invocation].parallel_work_s);
  });
  return sum_s;
}

}  // namespace

// --- the interface

class Simulation::State : public Machine {
 public:
  using Machine::Machine;
};

Simulation::Simulation(const Scenario& scenario, const RngStreams& streams, std::vector<Observer*> observers)
    : state_(std::make_unique<State>(scenario, streams, std::move(observers))) {}
Simulation::~Simulation() = default;
Simulation::Simulation(Simulation&&) noexcept = default;

void Simulation::run_until(Time horizon) { state_->run_until(horizon); }
void Simulation::redeploy(Time start, const RngStreams& streams) { state_->redeploy(start, streams); }
void Simulation::inject() { state_->send_request(false); }
void Simulation::apply(const Configuration& configuration) { state_->apply(configuration); }
void Simulation::stop_arrivals() { state_->stop_arrivals(); }
Time Simulation::now() const { return state_->now_; }
std::int64_t Simulation::requests_in_flight() const { return static_cast<std::int64_t>(state_->requests_.taken()); }
std::int64_t Simulation::calls_in_flight(FunctionId id) const { return state_->functions_[id.index].calls_in_flight; }
int Simulation::instances(FunctionId id) const { return static_cast<int>(state_->functions_[id.index].instances()); }
int Simulation::ready_instances(FunctionId id) const {
  return static_cast<int>(state_->functions_[id.index].ready.size());
}
double Simulation::users() const { return static_cast<double>(state_->users_present_); }
double Simulation::user_s() const { return state_->user_s(); }
std::uint64_t Simulation::events_handled() const { return state_->events_handled_; }
const Configuration& Simulation::configuration() const { return state_->configuration_; }
Usage Simulation::usage(FunctionId id) const { return state_->usage(id); }
double Simulation::unserved_work_s(FunctionId id) const { return state_->unserved_work_s(id); }
std::vector<std::byte> Simulation::save() const { return state_->save(); }
void Simulation::restore(std::span<const std::byte> bytes) { state_->restore(bytes); }

}  // namespace faasconf::sim
