#pragma once
// Part of engine.hpp: the arrival of requests, and the users of a closed loop.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

void Engine::begin_workload(const RngStreams& streams) {
  think_ = streams.stream("think");
  back_off_ = streams.stream("back_off");
  retry_back_off_ = streams.stream("retry_back_off");
  users_wanted_ = 0;
  user_starting_ = false;
  stopped_ = false;
  const Workload& workload = scenario_.spec().workload;
  if (const auto* closed_loop = std::get_if<ClosedLoop>(&workload.source)) {
    if (profile() == nullptr) {
      return want_users(users_set_ >= 0 ? static_cast<double>(users_set_) : closed_loop->users);
    }
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

void Engine::on_arrival() {
  if (stopped_) return;
  schedule_arrival();
  send_request(false);
}

void Engine::schedule_arrival() {
  const Workload& workload = scenario_.spec().workload;
  Time next = kNever;
  if (const auto* open_loop = std::get_if<OpenLoop>(&workload.source)) {
    next = arrivals_.next(*open_loop, profile());
  } else if (const auto& times = std::get<ArrivalList>(workload.source).times; next_arrival_ < times.size()) {
    next = times[next_arrival_++];
  }
  if (next == kNever) return;
  events_.push_beside(next, EventTag(static_cast<std::uint32_t>(EventKind::arrival), 0));
  if (instances_.slots() > kFitInCache) prefetch_target();
}

// Prefetches the instance that the next arrival will be routed to, where a copy of the stream predicts it.
void Engine::prefetch_target() const {
  const Step& root = graph_.step(graph_.root());
  if (root.kind != StepKind::call || workflow_.gateway.routing != Routing::random) return;
  const FunctionState& state = functions_[root.function.index];
  if (state.ready.size() < kFitInCache) return;
  Rng routing = state.routing;
  prefetch_instance(state.ready[routing.below(static_cast<std::uint32_t>(state.ready.size()))]);
}

void Engine::on_profile_step() {
  if (stopped_) return;
  profile_cursor_.step();
  const Time change = profile_cursor_.next_change(*profile());
  if (change != kNever) schedule(change, EventKind::profile_step);
  want_users(profile_cursor_.level(*profile()));
}

void Engine::set_users(int users) {
  if (!std::holds_alternative<ClosedLoop>(scenario_.spec().workload.source) || profile() != nullptr) {
    throw Error("users can be set for a closed loop without a profile only");
  }
  if (users < 0) throw Error("expected a number of users that is not negative, got " + std::to_string(users));
  users_set_ = users;
  if (!stopped_) want_users(users);
}

// Surplus users leave when their request is answered or they wake.
void Engine::want_users(double level) {
  users_wanted_ = std::llround(std::min(level, 1e15));  // no more fit anyway
  if (users_present_ < users_wanted_ && !user_starting_) {
    schedule(now_, EventKind::user_starts);
    user_starting_ = true;
  }
}

void Engine::change_users(std::int64_t change) {
  user_s_ = user_s();
  users_since_ = now_;
  users_present_ += change;
}

void Engine::on_user_starts() {
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

void Engine::on_user_wakes() {
  if (stopped_ || users_present_ > users_wanted_) {
    change_users(-1);
  } else {
    send_request(true);
  }
}

void Engine::user_is_answered(bool success) {
  if (stopped_ || users_present_ > users_wanted_) {
    change_users(-1);
    return;
  }
  const auto& closed_loop = std::get<ClosedLoop>(scenario_.spec().workload.source);
  double pause_s = closed_loop.think_time.sample(think_);
  if (!success) pause_s += closed_loop.back_off.sample(back_off_);
  schedule(after(now_, from_seconds(pause_s)), EventKind::user_wakes);
}

StepIndex Engine::entry_of(std::size_t option) const {
  const Step& root = graph_.step(graph_.root());
  if (root.kind != StepKind::choice || option >= root.child_count) {
    throw Error("a request by option " + std::to_string(option) + " needs a choice with that many options for entry");
  }
  if (scenario_.spec().workload.retry) throw Error("a request by an option cannot be sent again: expected no retry");
  return graph_.children(root)[option];
}

void Engine::send_request_by(std::size_t option) { send_request(false, entry_of(option)); }

void Engine::send_request_by(std::size_t option, const Demand& demand) {
  const StepIndex entry = entry_of(option);
  if (graph_.step(entry).kind != StepKind::call) {
    throw Error("a request of known demand needs a call for option " + std::to_string(option) + " of the entry");
  }
  if (plan(graph_.step(entry).function).spec->queue_worker) {
    throw Error("a request of known demand needs a function that is called directly: expected no queue_worker");
  }
  if (!(demand.work_s >= 0 && demand.off_cpu_s >= 0)) throw Error("a request cannot need less than nothing");
  call(entry, open_request(false), Outcome::success, &demand);
}

void Engine::send_request(bool from_user, StepIndex entry) { begin(entry, open_request(from_user), {}); }

// The slot of a request that arrives now.
std::uint32_t Engine::open_request(bool from_user) {
  const std::uint32_t slot = requests_.take();
  // member by member: a copy of the whole request would wait for its own stores
  Request& request = requests_[slot];
  request.id = next_request_++;
  request.arrived = now_;
  request.attempts = 1;
  request.from_user = from_user;
  for (Observer* observer : observers_) observer->on_request(request.id, now_);
  return slot;
}

// Sends a failed request once more after its back-off; false when it has had all its attempts.
bool Engine::try_again(std::uint32_t slot) {
  const auto& retry = scenario_.spec().workload.retry;
  Request& request = requests_[slot];
  if (!retry || request.attempts >= retry->attempts) return false;
  double back_off_s = retry->back_off.sample(retry_back_off_);
  if (back_off_s > 0) back_off_s *= std::pow(retry->factor, request.attempts - 1);  // which may overflow
  ++request.attempts;
  schedule(after(now_, from_seconds(back_off_s)), EventKind::retry, slot);
  return true;
}

}  // namespace
}  // namespace faasconf::sim
