#include "traces/replay/idle_instances.hpp"

#include <utility>

namespace faasconf::traces {
namespace {

HybridHistogram hybrid_of(const KeepAlivePolicy& policy) {
  const auto* hybrid = std::get_if<HybridHistogram>(&policy);
  return hybrid != nullptr ? *hybrid : HybridHistogram{};
}

// Before anything is known the histogram's range is the hybrid policy's keep-alive.
sim::Duration first_keep_alive(const KeepAlivePolicy& policy) {
  const auto* fixed = std::get_if<FixedKeepAlive>(&policy);
  return fixed != nullptr ? fixed->keep_alive : IdleHistogram::kRange;
}

}  // namespace

void IdleStack::grow() {
  std::vector<sim::Time> larger(2 * since_.size());
  for (std::size_t i = 0; i < size(); ++i) larger[i] = since_[(bottom_ + i) & mask()];
  top_ = size();
  bottom_ = 0;
  since_ = std::move(larger);
}

IdleInstances::IdleInstances(const KeepAlivePolicy& policy, sim::Time end)
    : is_hybrid_(std::holds_alternative<HybridHistogram>(policy)),
      histogram_(hybrid_of(policy)),
      end_(end),
      keep_alive_(first_keep_alive(policy)) {}

void IdleInstances::all_idle(sim::Time now) {
  expire(now);
  const sim::IdleWindows windows = histogram_.windows();
  idle_since_ = now;
  keep_alive_ = windows.keep_alive;
  kept_since_ = now;
  if (windows.pre_warm == sim::Duration::zero()) return;
  while (!stack_.empty()) count(stack_.pop(), now);
  pre_warm_at_ = sim::after(now, windows.pre_warm);
}

void IdleInstances::idle_no_more(sim::Time now) {
  if (idle_since_ != sim::kNever) histogram_.add(now - idle_since_);
  idle_since_ = sim::kNever;
  pre_warm(now);
  pre_warm_at_ = sim::kNever;
}

// The instance that was to be loaded by now.
void IdleInstances::pre_warm(sim::Time now) {
  if (pre_warm_at_ > now) return;
  stack_.push(pre_warm_at_);
  ++pre_warmed_;
}

void IdleInstances::finish() {
  if (is_hybrid_) pre_warm(end_);
  expire(sim::kNever);
}

}  // namespace faasconf::traces
