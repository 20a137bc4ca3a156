#pragma once
// Turns the minute counts of a function or an app into a number of users over time.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "experiments/jobs/trace_input.hpp"
#include "experiments/results/record.hpp"
#include "sim/model/workload.hpp"
#include "traces/core/minute_series.hpp"
#include "traces/core/users_profile.hpp"

namespace faasconf::experiments::jobs {

struct TraceProfileJob {
  TraceInput trace;  // on_duplicate is ignored
  std::variant<traces::FunctionKey, traces::AppKey> whose = traces::FunctionKey{std::size_t{1}};
  std::optional<int> day{};          // from 1: this one alone; absent: all days
  traces::ProfileRequest profile{};  // its start is that of what is read: since the midnight of `day`, or of the first
};

struct TraceProfileResult {
  sim::Profile profile;                    // of users
  std::vector<config::InputFile> files{};  // that it is from
  traces::ReadReport read{};
  bool interrupted = false;  // there is none
};

// Counts bytes. Throws sim::Error where the trace cannot be read, or has no such function, day or stretch.
TraceProfileResult run(const TraceProfileJob& job, const Progress& progress = {});

// Of the profile.
results::Record record_of(const TraceProfileJob& job, const TraceProfileResult& result);

}  // namespace faasconf::experiments::jobs
