#include "sim/model/window_loop.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace faasconf::sim {

namespace {

// Asks a policy at the ends of what it decides by: windows, or intervals of its own.
class Decisions {
 public:
  Decisions(Platform& platform, Policy& policy) : platform_(platform), policy_(policy), interval_(policy.interval()) {
    if (interval_ && *interval_ <= Duration::zero()) throw Error("a policy's interval must be above 0");
  }

  // Intervals count from the last deployment.
  void deployed() {
    if (interval_) begin_interval();
  }
  // The end of the interval under way, where it comes before the window's.
  std::optional<Time> next_before(Time window_end) const {
    return interval_ && next_ < window_end ? std::optional(next_) : std::nullopt;
  }
  std::optional<Configuration> at_interval_end() {
    std::optional<Configuration> decision = decide(platform_.end(Measurement::interval));
    begin_interval();
    return decision;
  }
  // An interval that ends with the window is over; one that goes on is left alone.
  std::optional<Configuration> at_window_end(Time end, const std::optional<Observation>& seen) {
    if (!interval_) return decide(seen);
    return next_ == end ? at_interval_end() : std::nullopt;
  }

 private:
  void begin_interval() {
    platform_.begin(Measurement::interval);
    next_ = after(platform_.now(), *interval_);
  }
  std::optional<Configuration> decide(const std::optional<Observation>& seen) {
    if (!seen || (policy_.needs_every_metric() && !seen->is_complete())) return std::nullopt;
    return policy_.decide(*seen);
  }

  Platform& platform_;
  Policy& policy_;
  std::optional<Duration> interval_;
  Time next_;
};

void apply(const std::optional<Configuration>& decision, Platform& platform, WindowLoopObserver& observer) {
  if (decision && *decision != platform.configuration()) observer.on_answer(*decision, platform.apply(*decision));
}

}  // namespace

void run_windows(Platform& platform, Policy& policy, const WindowPlan& plan, WindowLoopObserver& observer) {
  if (plan.duration <= Duration::zero()) throw Error("duration: it must be above 0");
  Decisions decisions(platform, policy);
  const Time horizon = after(platform.now(), plan.duration);
  std::int64_t window = 0;
  for (Time start = platform.now(); start < horizon; start = after(start, plan.window), ++window) {
    if (plan.redeploy && window > 0) platform.redeploy(start);
    platform.begin(Measurement::window);
    if (plan.redeploy || window == 0) decisions.deployed();
    const Time end = std::min(horizon, after(start, plan.window));
    while (const auto decides = decisions.next_before(end)) {
      platform.run_until(*decides);
      apply(decisions.at_interval_end(), platform, observer);
    }
    platform.run_until(end);
    const std::optional<Observation> seen = platform.end(Measurement::window);
    const std::optional<Configuration> decision = decisions.at_window_end(end, seen);
    const bool last = end == horizon;
    if (plan.redeploy || last) platform.drain();
    observer.on_window(window, seen, last);
    if (!last) apply(decision, platform, observer);
  }
}

}  // namespace faasconf::sim
