#pragma once
// The calls of several functions in order of time, each with its duration.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/core/random.hpp"
#include "sim/core/time.hpp"
#include "traces/core/trace.hpp"
#include "traces/replay/function_arrivals.hpp"
#include "traces/replay/replay_model.hpp"

namespace faasconf::traces {

// A function that is replayed. What it refers to is borrowed.
struct ReplayedFunction {
  const TraceFunction* function = nullptr;
  const FunctionModel* model = nullptr;
  const std::vector<RecordedCall>* recorded = nullptr;  // absent: calls are drawn from counts and model
};

// Of an instance that serves them all.
sim::Mebibytes instance_memory(std::span<const ReplayedFunction> functions);

struct SourceCall {
  sim::Time time;
  sim::Duration duration{};
  std::uint32_t function = 0;  // index of the source's functions
};

// Of one function. Arrivals are keyed by (seed, function, minute), durations by (seed, function).
class FunctionCalls {
 public:
  FunctionCalls(const ReplayedFunction& function, const ArrivalRequest& request);

  bool next(SourceCall& call);

 private:
  FunctionArrivals arrivals_;
  const sim::Distribution* duration_s_;
  std::span<const RecordedCall> recorded_;
  bool is_recorded_;
  std::size_t given_ = 0;  // of those recorded
  sim::Rng rng_;
};

// Of several, merged; at equal times in the order of the functions.
class CallSource {
 public:
  CallSource(std::span<const ReplayedFunction> functions, const ArrivalRequest& request);

  bool next(SourceCall& call) {
    if (functions_.size() != 1) return next_of_several(call);
    return functions_.front().next(call);
  }

 private:
  bool next_of_several(SourceCall& call);
  void advance(std::uint32_t function);

  std::vector<FunctionCalls> functions_;
  std::vector<SourceCall> next_;  // a heap, the earliest in front
};

}  // namespace faasconf::traces
