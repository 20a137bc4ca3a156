#include "sim/model/simulation.hpp"

#include "sim/model/engine/engine.hpp"
// the parts of the engine
#include "sim/model/engine/central_queue.hpp"
#include "sim/model/engine/clients.hpp"
#include "sim/model/engine/cluster.hpp"
#include "sim/model/engine/deployment.hpp"
#include "sim/model/engine/failures.hpp"
#include "sim/model/engine/gateway.hpp"
#include "sim/model/engine/instance_life.hpp"
#include "sim/model/engine/on_demand.hpp"
#include "sim/model/engine/queue_worker.hpp"
#include "sim/model/engine/report.hpp"
#include "sim/model/engine/rollout.hpp"
#include "sim/model/engine/service.hpp"
#include "sim/model/engine/workflow_steps.hpp"

namespace faasconf::sim {

namespace {

Engine::Engine(const Scenario& scenario, const RngStreams& streams, std::vector<Observer*> observers)
    : scenario_(scenario),
      workflow_(scenario.workflow()),
      graph_(scenario.graph()),
      observers_(std::move(observers)),
      configuration_(scenario.spec().configuration),
      functions_(workflow_.functions.size()) {
  for (const FunctionSpec& function : workflow_.functions) plans_.emplace_back(workflow_, function);
  for (std::uint32_t kind = 0; kind < workflow_.cluster.nodes.size(); ++kind) {
    node_kinds_.insert(node_kinds_.end(), static_cast<std::size_t>(workflow_.cluster.nodes[kind].count), kind);
  }
  nodes_.resize(node_kinds_.size());
  assign_lanes();
  deploy(Time{}, streams);
}

// Equal constant delays share a lane of the event queue, as long as there are any.
void Engine::assign_lanes() {
  std::array<double, EventQueue::kLanes> span_s{};
  std::size_t lanes = 0;
  for (FunctionPlan& plan : plans_) {
    for (Delay* delay : {&plan.hop, &plan.off_cpu}) {
      if (delay->seconds.random || delay->seconds.constant <= 0) continue;
      const auto end = span_s.begin() + static_cast<std::ptrdiff_t>(lanes);
      const auto same = std::find(span_s.begin(), end, delay->seconds.constant);
      if (same == end && lanes == EventQueue::kLanes) continue;
      if (same == end) span_s[lanes++] = delay->seconds.constant;
      delay->lane = static_cast<std::size_t>(same - span_s.begin());
    }
  }
}

void Engine::run_until(Time horizon) {
  if (horizon < now_) throw Error("a simulation cannot run to a time in its past");
  Standstill standstill{.time = now_};
  Event event;
  while (events_.pop_until(horizon, event)) {
    if (instances_.slots() > kFitInCache) prefetch();
    assert(event.time >= now_);
    now_ = event.time;
    ++events_handled_;
    handle(event);
    if (events_handled_ % kEventsPerCheck == 0) [[unlikely]]
      check_progress(standstill);
  }
  now_ = horizon;
}

// Between two events: whether the caller wants to go on, and whether time does.
void Engine::check_progress(Standstill& standstill) const {
  if (go_on_ && !go_on_()) throw Cancelled();
  if (now_ - standstill.time >= kShortSpan) standstill = {.time = now_, .events = 0};
  standstill.events += kEventsPerCheck;
  if (standstill.events <= kMostEventsAtOnce) return;
  const bool moves = now_ > standstill.time;
  throw Error(std::string(moves ? "time hardly passes at " : "time stands still at ") +
              format(now_.time_since_epoch()) + ": requests end " + (moves ? "after next to no time " : "") +
              "and are sent again at once; give the workload a back_off or think_time, the gateway a hop, or the "
              "functions work");
}

void Engine::handle(const Event& event) {
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
    case EventKind::retry:
      return begin(graph_.root(), index, {});
    case EventKind::call_arrives:
      return on_call_arrives(index);
    case EventKind::cpu_completion:
      return on_cpu_event(event);
    case EventKind::off_cpu_done:
      return off_cpu_done(index);
    case EventKind::answer:
      return answer_event(index);
    case EventKind::timeout:
      return on_timeout();
    case EventKind::next_state:
    case EventKind::crash:
      return on_life_event(event);
    case EventKind::keep_alive:
      return on_keep_alive(event);
    case EventKind::node_changes:
      return on_node_changes(index);
    case EventKind::platform_rests:
      return on_platform_rests(index);
  }
}

// What the events that come soon are about; of the next one, whose instance has been fetched before, its job, too.
void Engine::prefetch() const {
  const auto is_about_cpu = [](EventTag tag) {
    return static_cast<EventKind>(tag.kind()) == EventKind::cpu_completion;
  };
  for (std::size_t i = 1; i <= 4; ++i) {
    const EventTag tag = events_.soon(i);
    if (is_about_cpu(tag)) prefetch_instance(tag.index());
  }
  const EventTag next = events_.soon(0);
  if (!is_about_cpu(next) || instances_[next.index()].cpu.idle()) return;
  const auto* invocation = reinterpret_cast<const char*>(&invocations_[instances_[next.index()].cpu.next_job()]);
  for (std::size_t line = 0; line < sizeof(Invocation); line += 64) __builtin_prefetch(invocation + line);
}

void Engine::prefetch_instance(std::uint32_t index) const {
  constexpr std::size_t kHotBytes = 5 * 64;
  const auto* instance = reinterpret_cast<const char*>(&instances_[index]);
  for (std::size_t line = 0; line < kHotBytes; line += 64) __builtin_prefetch(instance + line);
}

}  // namespace

// --- the interface

class Simulation::State : public Engine {
 public:
  using Engine::Engine;
};

Simulation::Simulation(const Scenario& scenario, const RngStreams& streams, std::vector<Observer*> observers)
    : state_(std::make_unique<State>(scenario, streams, std::move(observers))) {}
Simulation::~Simulation() = default;
Simulation::Simulation(Simulation&&) noexcept = default;

void Simulation::run_until(Time horizon) { state_->run_until(horizon); }
void Simulation::redeploy(Time start, const RngStreams& streams) { state_->redeploy(start, streams); }
void Simulation::redeploy(Time start, const RngStreams& streams, const Configuration& configuration) {
  check(configuration, state_->workflow_);
  state_->configuration_.functions = configuration.functions;
  state_->redeploy(start, streams);
}
void Simulation::inject() { state_->send_request(false); }
void Simulation::inject(std::size_t option) { state_->send_request_by(option); }
void Simulation::inject(std::size_t option, const Demand& demand) { state_->send_request_by(option, demand); }
void Simulation::apply(const Configuration& configuration) { state_->apply(configuration); }
void Simulation::set_idle_windows(FunctionId id, const IdleWindows& windows) { state_->set_idle_windows(id, windows); }
void Simulation::set_users(int users) { state_->set_users(users); }
void Simulation::set_go_on(GoOn go_on) { state_->set_go_on(std::move(go_on)); }
void Simulation::stop_arrivals() { state_->stop_arrivals(); }
Time Simulation::now() const { return state_->now_; }
std::int64_t Simulation::requests_in_flight() const { return static_cast<std::int64_t>(state_->requests_.taken()); }
std::int64_t Simulation::requests_in_flight(Time from, Time to) const { return state_->requests_in_flight(from, to); }
std::int64_t Simulation::calls_in_flight(FunctionId id) const { return state_->functions_[id.index].calls_in_flight; }
std::int64_t Simulation::waiting_calls(FunctionId id) const { return state_->functions_[id.index].waiting; }
std::int64_t Simulation::asynchronous_calls() const { return state_->asynchronous_calls(); }
int Simulation::instances(FunctionId id) const { return static_cast<int>(state_->functions_[id.index].instances()); }
int Simulation::ready_instances(FunctionId id) const {
  return static_cast<int>(state_->functions_[id.index].ready.size());
}
int Simulation::starting_instances(FunctionId id) const {
  return static_cast<int>(state_->functions_[id.index].starting.size());
}
int Simulation::draining_instances(FunctionId id) const {
  return static_cast<int>(state_->functions_[id.index].draining.size());
}
int Simulation::outdated_instances(FunctionId id) const { return state_->functions_[id.index].outdated; }
int Simulation::pending_instances(FunctionId id) const { return state_->functions_[id.index].pending; }
double Simulation::users() const { return static_cast<double>(state_->users_present_); }
double Simulation::user_s() const { return state_->user_s(); }
std::uint64_t Simulation::events_handled() const { return state_->events_handled_; }
const Configuration& Simulation::configuration() const { return state_->configuration_; }
Usage Simulation::usage(FunctionId id) const { return state_->usage(id); }
double Simulation::unserved_work_s(FunctionId id) const { return state_->unserved_work_s(id); }
std::vector<std::byte> Simulation::save() const { return state_->save(); }
void Simulation::restore(std::span<const std::byte> bytes) { state_->restore(bytes); }

}  // namespace faasconf::sim
