#pragma once
// What runs functions under configurations and reports on them: the simulator, or a cluster behind a live gateway.
// sim/model/window_loop.hpp runs either under any policy.

#include <optional>
#include <string>

#include "sim/policy/configuration.hpp"
#include "sim/policy/observation.hpp"

namespace faasconf::sim {

enum class Grant {
  at_once,  // it holds now
  later,    // it will hold; observations say when it does
  in_part,  // the platform runs, or is changing to, something between the old configuration and the one asked for
  refused,  // nothing changes
};

// A platform's answer to a requested configuration.
struct Answer {
  Grant grant = Grant::at_once;
  std::string reason;  // for people: why the change is delayed or partial
};

// What is measured, from begin() to end(): windows, in which a run is reported, and the intervals of a policy that
// decides by a clock of its own. One of each may be under way at a time.
enum class Measurement { window, interval };

class Platform {
 public:
  virtual ~Platform() = default;

  virtual Time now() const = 0;
  // The one that it runs or, after Grant::later, is changing to.
  virtual const Configuration& configuration() const = 0;

  // Throws Error when the platform could never run it, such as for a wrong number of functions.
  virtual Answer apply(const Configuration& wanted) = 0;

  // Lets time pass: a simulation computes, a live platform waits. Throws Cancelled when its owner wants to stop.
  virtual void run_until(Time end) = 0;

  virtual void begin(Measurement) = 0;
  // What is known of the time since begin(); absent: metrics did not arrive.
  virtual std::optional<Observation> end(Measurement) = 0;

  // After the end of a window, waits for the requests sent in it that are still to be counted. Nothing more is sent
  // until the next redeploy().
  virtual void drain() = 0;
  // Starts anew: fresh instances under the present configuration, no requests. A simulation goes to the time `start`,
  // which drain() may have passed.
  virtual void redeploy(Time start) = 0;
};

}  // namespace faasconf::sim
