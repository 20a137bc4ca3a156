#pragma once
// One run: windows under a policy. Many runs: replications in parallel, with the same result for every number of
// threads.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sim/core/go_on.hpp"
#include "sim/model/observer.hpp"
#include "sim/model/scenario.hpp"
#include "sim/model/strict_qos.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::sim {

struct RunOptions {
  Duration duration = std::chrono::minutes(85);
  Duration warm_up{};   // whole windows before this time stay out of the total
  bool spans = false;   // keep every CallRecord
  bool strict = false;  // keep StrictCounts
  // Asked about every thousand events, from any thread. False: the run ends with Cancelled.
  GoOn go_on{};
};

struct Run {
  std::vector<Observation> windows;
  Observation total;                 // the windows after the warm-up as one; ignore its qos_met
  double qos_compliance = 0;         // share of the windows after the warm-up that met QoS
  std::vector<CallRecord> spans;     // in order of finishing; empty unless asked for
  std::vector<StrictCounts> strict;  // by window; empty unless asked for
  std::uint64_t events = 0;          // handled by the simulation
};

// The window loop over a simulation. A policy with an interval of its own sees it with attribution completed. Seed,
// replication, scenario and policy decide the result to the last bit.
Run run(const Scenario& scenario, Policy& policy, const RunOptions& options, std::uint64_t seed,
        std::uint64_t replication = 0);

using PolicyFactory = std::function<std::unique_ptr<Policy>()>;
// Called after each replication, in order, from one thread at a time; false ends the run (precision reached, Ctrl-C).
using OnReplication = std::function<bool(std::uint64_t replication, Run&&)>;

// Runs replications 0 .. count - 1 on so many threads; on_replication receives them in order. An exception in one, or
// Cancelled, ends all: those before it are still delivered.
void replicate(const Scenario& scenario, const PolicyFactory& make_policy, const RunOptions& options,
               std::uint64_t seed, std::uint64_t count, int threads, const OnReplication& on_replication);

// The end of the initial transient by MSER-5 on the mean latency of the windows, averaged over pilot replications;
// a whole number of windows. Zero for runs with a profile or with redeploy, which have no steady state.
Duration find_warm_up(const Scenario& scenario, const PolicyFactory& make_policy, const RunOptions& options,
                      std::uint64_t seed, std::uint64_t pilots, int threads);

}  // namespace faasconf::sim
