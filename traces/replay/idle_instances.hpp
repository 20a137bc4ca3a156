#pragma once
// The idle instances of a tenant and the policy that keeps them: the instance that became idle last is used first, so
// that the others may expire. Nothing is computed between calls: expirations are caught up with at the next one.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "sim/core/time.hpp"
#include "traces/replay/replay.hpp"

namespace faasconf::traces {

// When idle instances became so, in this order: a stack that loses entries at its bottom, too.
class IdleStack {
 public:
  bool empty() const { return bottom_ == top_; }
  std::size_t size() const { return top_ - bottom_; }
  sim::Time oldest() const { return since_[bottom_ & mask()]; }
  void drop_oldest() { ++bottom_; }
  sim::Time pop() { return since_[--top_ & mask()]; }
  void push(sim::Time since) {
    if (size() == since_.size()) [[unlikely]]
      grow();
    since_[top_++ & mask()] = since;
  }

 private:
  std::size_t mask() const { return since_.size() - 1; }
  void grow();

  std::vector<sim::Time> since_ = std::vector<sim::Time>(16);  // a power of two
  std::size_t bottom_ = 0;
  std::size_t top_ = 0;
};

// Under the hybrid policy the tenant as a whole falls idle: then its windows are set, and where it is to be pre-warmed,
// all instances go and one is loaded later. Instances that are idle while others are busy stay for the keep-alive that
// held when the tenant was idle last.
class IdleInstances {
 public:
  IdleInstances(const KeepAlivePolicy& policy, sim::Time end);

  std::size_t size() const { return stack_.size(); }
  double idle_ns() const { return idle_ns_; }
  std::uint64_t pre_warmed() const { return pre_warmed_; }

  // An instance falls idle; `was_last`: no other is busy.
  void put(sim::Time now, bool was_last) {
    stack_.push(now);
    if (is_hybrid_ && was_last) all_idle(now);
  }
  // Before a call is placed; `all_idle`: no instance is busy.
  void prepare(sim::Time now, bool all_idle) {
    if (is_hybrid_ && all_idle) idle_no_more(now);
    expire(now);
  }
  // The instance for the call at this time, if there is one.
  bool take(sim::Time now) {
    if (stack_.empty()) return false;
    count(stack_.pop(), now);
    return true;
  }
  void finish();  // no call comes any more

 private:
  void all_idle(sim::Time now);
  void idle_no_more(sim::Time now);
  void pre_warm(sim::Time now);

  // Those whose time is over by now.
  void expire(sim::Time now) {
    while (!stack_.empty()) {
      const sim::Time expires = sim::after(stack_.oldest(), keep_alive_);
      if (expires > now) return;
      count(stack_.oldest(), std::max(expires, kept_since_));
      stack_.drop_oldest();
    }
  }
  void count(sim::Time since, sim::Time until) {
    until = std::min(until, end_);
    if (until > since) idle_ns_ += static_cast<double>((until - since).count());
  }

  bool is_hybrid_;
  IdleHistogram histogram_;
  sim::Time end_;
  IdleStack stack_;
  double idle_ns_ = 0;
  std::uint64_t pre_warmed_ = 0;
  sim::Duration keep_alive_;
  sim::Time kept_since_;                 // when keep_alive_ was set
  sim::Time idle_since_ = sim::kNever;   // the tenant as a whole
  sim::Time pre_warm_at_ = sim::kNever;  // while the tenant is idle and unloaded
};

}  // namespace faasconf::traces
