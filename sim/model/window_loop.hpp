#pragma once
// Window by window: a platform runs, its policy sees what is known of the window and decides for the next one.

#include <cstdint>
#include <optional>

#include "sim/policy/platform.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::sim {

struct WindowPlan {
  Duration duration{};  // whole windows, and the rest
  Duration window{};
  bool redeploy = false;  // every window begins with fresh instances and no requests (the paper's protocol)
};

// Who wants to know how the loop goes.
class WindowLoopObserver {
 public:
  virtual ~WindowLoopObserver() = default;
  // After each window, its decision and its drain, before the decision is applied. Absent: nothing is known of it.
  virtual void on_window(std::int64_t /*window*/, const std::optional<Observation>&, bool /*last*/) {}
  // After each change that was asked for.
  virtual void on_answer(const Configuration& /*wanted*/, const Answer&) {}
};

// A policy with an interval of its own is asked at each interval's end, within windows, about what happened in it;
// others about each window. Where nothing is known, or less than the policy needs, it is not asked and the
// configuration stays. Nothing is decided after the last window.
// A decision is applied where it differs from the platform's configuration, so what was refused, or granted in part, is
// asked for again for as long as the policy wants it.
void run_windows(Platform& platform, Policy& policy, const WindowPlan& plan, WindowLoopObserver& observer);

}  // namespace faasconf::sim
