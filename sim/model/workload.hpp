#pragma once
// How requests arrive.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/core/distribution.hpp"
#include "sim/core/time.hpp"

namespace faasconf::sim {

// Users who send the next request after the answer to the last one.
struct ClosedLoop {
  int users = 10;
  Distribution think_time{};     // seconds between an answer and the next request
  double spawn_rate_per_s = 10;  // users that start per second; 0: all at once
  Distribution back_off{};       // seconds, added to the think time after a failed request
};

// Gaps between arrivals, by their distribution.
struct PoissonArrivals {};
struct DeterministicArrivals {};
struct GammaArrivals {
  double cv = 1;  // of the gaps
};
// Markov-modulated Poisson: exponential stays in states with these relative rates; `rate_per_s` is the mean over time.
struct MmppArrivals {
  std::vector<double> relative_rates;  // per state, on any scale
  std::vector<double> mean_stay_s;     // per state; states follow one another in a ring
};
struct OpenLoop {
  double rate_per_s = 1;
  std::variant<PoissonArrivals, DeterministicArrivals, GammaArrivals, MmppArrivals> process;
};

struct ArrivalList {
  std::vector<Time> times;  // in order
};

// The number of users (closed loop) or requests per second (open loop) from each start on; the last level stays.
// Before the first start the level is 0.
struct Profile {
  struct Step {
    Time start;
    double level = 0;
  };
  std::vector<Step> steps;  // in order, starts differ
  std::string origin;       // where it comes from: file, digest, function, day, window, scale
};

// The client sends a failed request again. It counts once: from its arrival to the end of its last attempt.
struct Retry {
  int attempts = 3;       // at most, the first included
  Distribution back_off;  // seconds before the second attempt
  double factor = 2;      // by which the back-off grows with each further one
};

struct Workload {
  std::variant<ClosedLoop, OpenLoop, ArrivalList> source;
  std::optional<Retry> retry = std::nullopt;
  std::optional<Profile> profile;  // takes the place of ClosedLoop::users or OpenLoop::rate_per_s
};

}  // namespace faasconf::sim
