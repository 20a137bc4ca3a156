#pragma once
// Turns what happens in a run into one Observation per window, and one for all windows after the warm-up.

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/model/observer.hpp"
#include "sim/model/simulation.hpp"
#include "sim/policy/observation.hpp"
#include "sim/stats/quantiles.hpp"

namespace faasconf::sim {

// A mean of spans without a division for each. The sum is exact up to 104 days.
struct MeanSpan {
  std::int64_t count = 0;
  double sum_ns = 0;

  void add(Duration span) {
    ++count;
    sum_ns += static_cast<double>(span.count());
  }
  void merge(const MeanSpan& other) {
    count += other.count;
    sum_ns += other.sum_ns;
  }
  std::optional<double> seconds() const {
    if (count == 0) return std::nullopt;
    return sum_ns / static_cast<double>(count) / 1e9;
  }
};

// Of requests end to end, or of the calls of one function.
struct CallStatistics {
  Counts counts;
  MeanSpan latency;  // of successes
  Quantiles latency_quantiles;
  MeanSpan execution;
  double in_flight_s = 0;        // calls only: the integral of those in flight
  std::int64_t cold_starts = 0;  // calls only
  int ready = 0;                 // calls only: instances at the end
  int starting = 0;
  int pending = 0;

  void add(Outcome outcome, Duration span);
  void merge(const CallStatistics& other);
  void clear();
};

// All that is counted for a window; use is the difference of the simulation's Usage between its ends.
struct WindowStatistics {
  std::int64_t index = 0;
  Time start;
  Time end = kNever;  // kNever while the window is the present one
  double length_s = 0;
  double user_s = 0;            // integral of users
  double offered_requests = 0;  // integral of the rate asked for
  std::int64_t open = 0;        // requests and calls that started here and are not finished
  CallStatistics requests;
  std::vector<CallStatistics> calls;  // by FunctionId
  std::vector<Usage> usage;
  double used_mib_ns = 0;
  double used_millicore_ns = 0;
  Configuration configuration;

  explicit WindowStatistics(std::size_t function_count = 0) : calls(function_count), usage(function_count) {}
  void clear();
  void merge(const WindowStatistics& later);
};

// Attach to a Simulation, then for each window: begin_window, run to its end, end_window. A window's Observation is
// final, and comes out of take_final, when nothing can be attributed to it any more; after finish() all are.
class WindowRecorder final : public Observer {
 public:
  explicit WindowRecorder(const Scenario& scenario);
  WindowRecorder(const Scenario& scenario, Attribution attribution);  // not the scenario's

  void begin_window(const Simulation& simulation);  // at the simulation's time
  void end_window(const Simulation& simulation);
  // What is known of the last window that ended: what a policy sees.
  Observation latest();
  void latest(Observation& observation);  // the same into one that has been used before: nothing is allocated
  // Windows that became final, in order. `everything`: the run is over, nothing more will come.
  std::vector<Observation> take_final(Time now, bool everything = false);

  // Gives up all windows, without Observations.
  void forget_windows();

  // All windows that became final and start at or after this time, as one.
  void set_warm_up(Time until) { warm_up_until_ = until; }
  Observation total();

  void on_request(std::uint64_t request, Time arrived) override;
  void on_request_finished(const RequestRecord& record) override;
  void on_call(FunctionId function, Time called) override;
  void on_call_finished(const CallRecord& record) override;
  void on_execution_finished(const ExecutionRecord& record) override;

 private:
  WindowStatistics& present() { return open_.back(); }
  WindowStatistics* window_in_which(Time started);
  WindowStatistics* attribute(Time started, Time finished, Duration grace);
  bool is_final(const WindowStatistics& window, Time now) const;
  Observation observe(WindowStatistics& window) const;
  void observe(WindowStatistics& window, Observation& observation) const;
  FunctionObservation observe_function(WindowStatistics& window, std::size_t function) const;
  void add_prices(const WindowStatistics& window, Observation& observation) const;

  const Scenario& scenario_;
  const Attribution attribution_;
  std::vector<WindowStatistics> open_;   // in order, the present one last
  std::vector<WindowStatistics> spare_;  // reused, so that recording allocates nothing in the long run
  std::vector<Usage> usage_at_start_;
  double user_s_at_start_ = 0;
  std::vector<Duration> answered_minus_called_;  // by FunctionId: sums of times since the start of the window
  std::int64_t next_index_ = 0;
  Time given_out_until_ = Time::min();  // end of the windows that are final; what started in them comes too late
  Time warm_up_until_;
  WindowStatistics total_;
};

}  // namespace faasconf::sim
