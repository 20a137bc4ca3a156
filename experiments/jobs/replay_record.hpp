#pragma once
// The record of a replay, and how it is described.

#include <string>
#include <vector>

#include "experiments/jobs/trace_replay.hpp"
#include "experiments/results/record.hpp"

namespace faasconf::experiments::jobs {

results::Record record_of(const TraceReplayJob& job, std::vector<config::InputFile> inputs);

// In words, on one line: policy, model, arrivals, billing and cluster.
std::string described(const TraceReplayJob& job);

}  // namespace faasconf::experiments::jobs
