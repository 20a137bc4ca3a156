#pragma once
// Counts what happens in a simulation, window by window.

#include <cstdint>
#include <vector>

#include "sim/model/attribution.hpp"
#include "sim/model/counted_window.hpp"
#include "sim/model/observer.hpp"
#include "sim/model/simulation.hpp"

namespace faasconf::sim {

// Attach to a Simulation, then for each window: begin_window, run to its end, end_window. A window is final, and comes
// out of take_final, when nothing can be attributed to it any more.
class WindowCounter final : public Observer {
 public:
  explicit WindowCounter(const Scenario& scenario);
  WindowCounter(const Scenario& scenario, Attribution attribution);  // not the scenario's

  void begin_window(const Simulation& simulation);  // at the simulation's time
  void end_window(const Simulation& simulation);
  // What is known of the last window that ended, sorted.
  const CountedWindow& latest();
  // Gives the windows that became final to `take`, in order, sorted. `everything`: the run is over, nothing more will
  // come.
  template <class Take>
  void take_final(Time now, bool everything, Take take);
  void forget_windows();  // gives up all that are not final

  void on_request(std::uint64_t request, Time arrived) override;
  void on_request_finished(const RequestRecord& record) override;
  void on_call(FunctionId function, Time called) override;
  void on_call_finished(const CallRecord& record) override;
  void on_execution_finished(const ExecutionRecord& record) override;

 private:
  CountedWindow& present() { return open_.back(); }
  void count_due(const RequestRecord& record);
  void count_overdue(const Simulation& simulation);
  CountedWindow* window_in_which(Time started);
  CountedWindow* attribute(Time started, Time finished, Duration grace);
  bool has_final(Time now, bool everything) const;
  void close_first();

  const Scenario& scenario_;
  const Attribution attribution_;
  std::vector<CountedWindow> open_;   // in order, the present one last
  std::vector<CountedWindow> spare_;  // reused, so that counting allocates nothing in the long run
  std::vector<Usage> usage_at_start_;
  double user_s_at_start_ = 0;
  std::vector<Duration> answered_minus_called_;  // by FunctionId: sums of times since the start of the window
  std::int64_t next_index_ = 0;
  bool counting_ = false;               // between the begin and the end of a window, where requests become due
  Time given_out_until_ = Time::min();  // end of the windows that are final; what started in them comes too late
};

template <class Take>
void WindowCounter::take_final(Time now, bool everything, Take take) {
  while (has_final(now, everything)) {
    open_.front().sort();
    take(static_cast<const CountedWindow&>(open_.front()));
    close_first();
  }
}

}  // namespace faasconf::sim
