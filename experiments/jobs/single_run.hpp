#pragma once
// One replication of one case of an experiment, with all that it shows.

#include <cstdint>
#include <optional>
#include <string>

#include "experiments/config/experiment_file.hpp"
#include "experiments/jobs/progress.hpp"
#include "sim/model/run.hpp"

namespace faasconf::experiments::jobs {

struct SingleRunJob {
  config::Experiment experiment;
  std::string case_name{};                            // as config/cases.hpp names it; empty: the only one
  std::optional<sim::Configuration> configuration{};  // in force throughout, in the place of a case
  std::optional<sim::Duration> duration{};            // absent: the experiment's
  sim::Duration warm_up{};                            // whole windows before it stay out of the total
  std::optional<std::uint64_t> seed{};                // absent: the experiment's, else kSeed
  std::uint64_t replication = 0;
  bool spans = false;  // keep every call
};

// Reports nothing. Throws sim::Error: several cases and none named, a configuration that the workflow does not allow, a
// span that check_span refuses; sim::Cancelled.
sim::Run run(const SingleRunJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
