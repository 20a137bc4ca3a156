#pragma once
// Invariants of every sample path, checked during a run: debug builds attach this to every run.

#include <cstdint>
#include <set>
#include <vector>

#include "sim/model/observer.hpp"
#include "sim/model/simulation.hpp"

namespace faasconf::sim {

// Little's law and conservation of requests and calls, exactly, in nanoseconds; conservation of CPU work and the
// limits on CPU time, of functions and of the cluster, within rounding; time never goes back. (Assertions in the
// simulation watch the other limits.)
class InvariantChecker final : public Observer {
 public:
  explicit InvariantChecker(const Scenario& scenario);

  // Throws std::logic_error that names the invariant, the function and both sides.
  void check(const Simulation& simulation) const;
  // Requests in flight were discarded: later checks count from here.
  void redeployed(const Simulation& simulation);

  void on_request(std::uint64_t request, Time arrived) override;
  void on_request_finished(const RequestRecord& record) override;
  void on_call(FunctionId function, Time called) override;
  void on_call_finished(const CallRecord& record) override;
  void on_execution_finished(const ExecutionRecord& record) override;

 private:
  __extension__ using Nanoseconds = __int128;

  // Number in flight as a function of time, and the sojourn times of those that left.
  struct Population {
    std::int64_t present = 0;
    Nanoseconds integral = 0;    // of present over time
    Nanoseconds sojourns = 0;    // sum of finished - started, by the records of finished ones
    Nanoseconds started_at = 0;  // sum of the starting times of those present, as seen
    std::multiset<Time> starts;  // these times
    Time updated;
    void enter(Time now);
    void leave(Time started, Time now);
  };
  struct FunctionSums {
    Population calls;
    double finished_work_s = 0;
    std::int64_t finished = 0;  // executions and calls without one, which may be rejections
    Usage at_start;
  };

  void advance_to(Time now);
  void check_little(const Population& population, Time now, const std::string& who) const;

  const Scenario& scenario_;
  Population requests_;
  std::vector<FunctionSums> functions_;
  Time started_;
  Time now_;
};

}  // namespace faasconf::sim
