#pragma once
// A simulated workflow: gateway, instances, requests in flight. Steppable, and its state can be saved bit for bit.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/core/go_on.hpp"
#include "sim/core/random.hpp"
#include "sim/model/observer.hpp"
#include "sim/model/scenario.hpp"
#include "sim/model/usage.hpp"

namespace faasconf::sim {

// The demand of an execution when it is given instead of drawn.
struct Demand {
  double work_s = 0;     // core-seconds on one thread
  double off_cpu_s = 0;  // seconds without CPU, after the work
};

class Simulation {
 public:
  // The scenario and the observers are borrowed and must outlive the simulation.
  Simulation(const Scenario& scenario, const RngStreams& streams, std::vector<Observer*> observers = {});
  ~Simulation();
  Simulation(Simulation&&) noexcept;

  // Handles every event up to and at the horizon, which must not lie in the past.
  void run_until(Time horizon);
  // Asked by run_until() about every thousand events, well within 0.1 s. When it returns false, run_until() throws
  // Cancelled between two events.
  void set_go_on(GoOn go_on);

  // Restarts at a time of the workload's profile, with fresh instances under the present configuration and no requests.
  // Usage and request numbers keep counting.
  void redeploy(Time start, const RngStreams& streams);
  // The same under another configuration, without applying it to the present instances. Throws Error as check().
  void redeploy(Time start, const RngStreams& streams, const Configuration& configuration);

  void inject();  // a request, now, besides the workload's
  // The same, taking this option of the entry instead of drawing one: for many functions, each with its own arrivals.
  // Throws Error where the entry is not a choice with such an option, or the client retries failed requests.
  void inject(std::size_t option);
  // The same for a call with this demand. Also throws Error where the option is not a call.
  void inject(std::size_t option, const Demand& demand);
  // New limits reach the instances by the workflow's rollout; new instances start up; of surplus instances the pending
  // and starting ones are removed first, then the youngest drain, in a rolling update at random among those of about
  // one age. Throws Error as check().
  void apply(const Configuration&);
  // Replaces the function's keep-alive from the next time that it falls idle, and after redeployments. Throws Error
  // where the function is not on demand or a time is negative.
  void set_idle_windows(FunctionId, const IdleWindows&);
  // Closed loop without a profile: the number of users from now on, and after redeployments; surplus users leave when
  // their request is answered. Throws Error for any other workload.
  void set_users(int users);
  void stop_arrivals();  // the workload sends no more requests; those in flight continue

  Time now() const;
  std::int64_t requests_in_flight() const;
  // Of these, those that arrived after `from` and not after `to`; takes time in proportion to the requests in flight.
  std::int64_t requests_in_flight(Time from, Time to) const;
  std::int64_t calls_in_flight(FunctionId) const;  // calls whose caller waits, or that workers have still to end
  std::int64_t waiting_calls(FunctionId) const;    // of these, in the central queue or in that of the workers
  std::int64_t asynchronous_calls() const;         // in flight, of all functions
  int instances(FunctionId) const;                 // starting, ready and draining
  int ready_instances(FunctionId) const;           // that take calls
  int starting_instances(FunctionId) const;        // or restarting
  int draining_instances(FunctionId) const;        // that take no more calls
  int outdated_instances(FunctionId) const;        // of those ready: under other limits than the configuration's
  int pending_instances(FunctionId) const;         // wanted, but no node has room for them
  double users() const;                            // closed loop: users present; otherwise 0
  double user_s() const;                           // closed loop: integral of users over time; otherwise 0
  std::uint64_t events_handled() const;
  const Configuration& configuration() const;
  Usage usage(FunctionId) const;             // up to now
  double unserved_work_s(FunctionId) const;  // core-seconds that executions and rejections still need

  // The whole state but the scenario, in the byte order of this machine. restore() throws Error when the bytes are not
  // a state of this scenario.
  std::vector<std::byte> save() const;
  void restore(std::span<const std::byte> state);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace faasconf::sim
