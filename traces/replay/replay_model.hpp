#pragma once
// The model of a trace's functions in a replay: durations, start-ups, memory.

#include <cstddef>
#include <vector>

#include "sim/core/distribution.hpp"
#include "sim/core/go_on.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/time.hpp"
#include "traces/core/trace.hpp"
#include "traces/replay/fitted_distributions.hpp"

namespace faasconf::traces {

struct FunctionModel {
  sim::Distribution duration_s{};
  sim::Distribution start_up_s{};
  sim::Mebibytes memory{0};  // of an instance, from the beginning of its start-up
};

// The data sets have no start-ups: their durations leave cold starts out.
struct ModelRequest {
  DistributionKind durations = DistributionKind::percentiles;
  sim::Distribution start_up_s{};
  // for functions and apps without data in the trace: the medians of the 2019 data set's averages (Shahrad et
  // al., 2020: some 0.95 s, 140 MB)
  double duration_s = .95;
  sim::Mebibytes app_memory{140e6 / 1048576};
  sim::GoOn go_on{};  // no: sim::Cancelled
};

struct ReplayModels {
  std::vector<FunctionModel> functions;  // in the order of the trace
  std::size_t without_duration = 0;      // functions that got the request's
  std::size_t without_memory = 0;
};
// An app's average memory is its functions' in equal parts, of those that the trace holds.
ReplayModels replay_models(const Trace& trace, const ModelRequest& request = {});

// A call as the 2021 data set records it.
struct RecordedCall {
  sim::Time start;
  sim::Duration duration{};
};
// By function, in order of start.
std::vector<std::vector<RecordedCall>> recorded_calls(std::size_t functions, const std::vector<TraceInvocation>& calls,
                                                      const sim::GoOn& go_on = {});

}  // namespace faasconf::traces
