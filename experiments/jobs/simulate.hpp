#pragma once
// Simulates an experiment: all its cases under common random numbers, in as many replications as are wanted.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/jobs/progress.hpp"
#include "experiments/results/pending.hpp"
#include "experiments/results/promise_tally.hpp"
#include "experiments/results/summary.hpp"
#include "sim/core/time.hpp"
#include "sim/policy/load_knowledge.hpp"

namespace faasconf::experiments::jobs {

// Defaults for experiments that leave these open.
inline constexpr sim::Duration kDuration = std::chrono::minutes(85);  // where it has no profile with a length
inline constexpr std::uint64_t kReplications = 30;
inline constexpr std::uint64_t kReplicationsForPrecision = 1000;  // at most
inline constexpr std::uint64_t kSeed = 1;

// How long the runs of an experiment are: what it says, else as long as its profile, else kDuration.
sim::Duration duration_of(const config::Experiment& experiment);

// Throws BadValue: a window of no length, a run shorter than one, a warm-up that leaves none.
void check_span(sim::Duration window, sim::Duration duration, const std::optional<sim::Duration>& warm_up);

struct SimulateJob {
  config::Experiment experiment;  // with duration, replications and seed
  // Left out at the start, rounded up to whole windows. Absent: the longest that MSER-5 finds in a case; none where
  // there is no steady state, or where cases are compared whose policies change the configuration.
  std::optional<sim::Duration> warm_up{};
  std::optional<double> precision{};  // enough when the mean latency's 95 % half-width is within this share of it
  std::string result_path{};          // of the result file, HDF5; empty: none
  bool spans = false;                 // keep every call in the result file
  int threads = 1;                    // changes no result
};

struct SimulatedCase {
  sim::LoadKnowledge knows{};  // what its policy knows of the load
  bool precise = false;        // the wanted precision was reached; true where none was wanted
  sim::Configuration start{};  // in force in the first window
};

// How the warm-up came about.
enum class WarmUpRule : std::uint8_t { given, found, none_with_transients };

struct SimulateResult {
  config::Experiment experiment;     // as it was run, with every value set
  results::Summary summary;          // of the replications that were done
  std::vector<SimulatedCase> cases;  // as in the summary
  sim::Duration warm_up{};           // left out of every replication of every case: whole windows
  WarmUpRule warm_up_rule{};
  bool warm_up_is_certain = true;  // false: MSER-5 found no end of the transient in the half that it searches
  results::PendingInstances pending;
  results::PromiseTally promise;
  bool interrupted = false;
  std::string lost{};  // why the result file could not be written; empty: it was, or none was wanted
};

// Counts replications. Throws BadValue, for keys that config/honoured_keys.hpp refuses, and sim::Error where the
// experiment cannot be simulated. Interrupted: the result file is written where there is a replication.
SimulateResult run(const SimulateJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
