#pragma once
// The record of a replay.

#include <vector>

#include "experiments/jobs/trace_replay.hpp"
#include "experiments/results/record.hpp"

namespace faasconf::experiments::jobs {

results::Record record_of(const TraceReplayJob& job, std::vector<config::InputFile> inputs);

}  // namespace faasconf::experiments::jobs
