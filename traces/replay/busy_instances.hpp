#pragma once
// The busy instances of a tenant, starting ones included: one call each, or several.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/event_queue.hpp"
#include "sim/core/time.hpp"
#include "traces/replay/idle_instances.hpp"

namespace faasconf::traces {

// Where a call goes.
struct PlacedCall {
  sim::Time started;    // in its instance, once that is ready
  bool cold = false;    // it waits for its instance to start
  bool is_new = false;  // which this call has started
};

// With one call per instance, an instance is just the end of its call.
class SingleCallInstances {
 public:
  std::size_t size() const { return ends_.size(); }
  double busy_ns() const { return busy_ns_; }

  // Removes calls that have ended by now, inclusive: their instances may serve the next call.
  void settle(sim::Time now, IdleInstances& idle) {
    while (!ends_.empty() && ends_.next_time() <= now) {
      const sim::Time end = ends_.pop().time;
      idle.put(end, ends_.empty());
    }
  }
  // `start_up` draws the span that a new instance needs.
  template <class StartUp>
  PlacedCall place(sim::Time now, sim::Duration duration, IdleInstances& idle, const StartUp& start_up) {
    const bool is_new = !idle.take(now);
    const sim::Time started = is_new ? sim::after(now, start_up()) : now;
    const sim::Time end = sim::after(started, duration);
    busy_ns_ += static_cast<double>((end - started).count());
    ends_.push(end, {});
    return {.started = started, .cold = is_new, .is_new = is_new};
  }

 private:
  sim::EventQueue ends_;
  double busy_ns_ = 0;
};

// A call goes to the instance that has had a free slot for the shortest time, else to the one that fell idle last, else
// to one that starts and has a slot left, else to a new one: as in the simulator (sim/model/engine/on_demand.hpp).
class SharedInstances {
 public:
  explicit SharedInstances(int concurrency) : concurrency_(concurrency) {}

  std::size_t size() const { return busy_; }
  double busy_ns() const { return busy_ns_; }

  void settle(sim::Time now, IdleInstances& idle) {
    while (!events_.empty() && events_.next_time() <= now) {
      const sim::Event event = events_.pop();
      if (event.tag.kind() == kEnd) {
        end_call(event.time, event.tag.index(), idle);
      } else {
        become_ready(event.tag.index());
      }
    }
  }
  template <class StartUp>
  PlacedCall place(sim::Time now, sim::Duration duration, IdleInstances& idle, const StartUp& start_up) {
    PlacedCall placed{.started = now};
    std::uint32_t id = open_;
    if (id == kNone) {
      if (idle.take(now)) {
        id = take_slot(now);
        link_open(id);
      } else if (starting_ != kNone && has_slot(instances_[starting_])) {
        id = starting_;
        placed = {.started = instances_[id].ready, .cold = true};
      } else {
        placed = {.started = sim::after(now, start_up()), .cold = true, .is_new = true};
        id = starting_ = take_slot(placed.started);
        events_.push(placed.started, {kReady, id});
      }
    }
    Instance& instance = instances_[id];
    ++instance.calls;
    if (instance.is_open && !has_slot(instance)) unlink_open(id);
    events_.push(sim::after(placed.started, duration), {kEnd, id});
    return placed;
  }

 private:
  enum Kind : std::uint32_t { kEnd, kReady };
  static constexpr std::uint32_t kNone = ~0U;
  struct Instance {
    int calls = 0;
    bool is_open = false;
    sim::Time ready;  // since then it is busy
    std::uint32_t older = kNone;
    std::uint32_t newer = kNone;
  };

  bool has_slot(const Instance& instance) const { return concurrency_ == 0 || instance.calls < concurrency_; }
  std::uint32_t take_slot(sim::Time ready);
  void become_ready(std::uint32_t id);
  void end_call(sim::Time now, std::uint32_t id, IdleInstances& idle);
  void link_open(std::uint32_t id);
  void unlink_open(std::uint32_t id);

  int concurrency_;
  sim::EventQueue events_;
  std::vector<Instance> instances_;
  std::vector<std::uint32_t> free_;
  std::size_t busy_ = 0;
  double busy_ns_ = 0;
  std::uint32_t open_ = kNone;      // the newest of those that are ready and have a slot
  std::uint32_t starting_ = kNone;  // the newest one, if it is not ready yet: those before it are full
};

}  // namespace faasconf::traces
