#pragma once
// What a promise asks in effect, before anything is simulated: the true share that a share per period takes, how many
// periods can prove it, and whether the load can meet it at all.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "sim/model/promise.hpp"

namespace faasconf::experiments::jobs {

struct ExplainPromiseJob {
  config::Experiment experiment;  // its promise under its load
  double level = 0.95;            // of a proof, one-sided
};

// A share that is asked of the requests of a period, in so many periods of a hundred.
struct ShareAsked {
  std::string term;           // "served_share", "p95"
  double asked = 0;           // of the requests of a period
  std::int64_t requests = 0;  // of a period
  double needed = 0;          // true share with which independent requests keep it in the share of periods promised
};

struct ExplainedPromise {
  sim::Promise promise;
  std::vector<ShareAsked> shares;
  std::int64_t periods_to_prove = 0;  // fewest, when not one of them breaks
  // At most: of an open loop as offered, of a closed one where every request is served without waiting. Absent where
  // the load does not bound them.
  std::optional<double> arrivals_per_s{};
  std::string offer{};                    // the same in a sentence
  sim::Duration period_length{};          // at these arrivals; zero where they are not known
  std::vector<std::string> impossible{};  // terms that the load cannot meet, each a sentence
};

// Throws BadValue where there is no promise.
ExplainedPromise run(const ExplainPromiseJob& job);

// The sentences of `impossible` alone, to be said before a run; none without a promise.
std::vector<std::string> impossible_terms(const sim::ScenarioSpec& scenario);

}  // namespace faasconf::experiments::jobs
