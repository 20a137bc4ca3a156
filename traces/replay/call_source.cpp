#include "traces/replay/call_source.hpp"

#include <algorithm>

namespace faasconf::traces {
namespace {

bool is_later(const SourceCall& a, const SourceCall& b) {
  return a.time != b.time ? a.time > b.time : a.function > b.function;
}

}  // namespace

sim::Mebibytes instance_memory(std::span<const ReplayedFunction> functions) {
  sim::Mebibytes memory{0};
  for (const ReplayedFunction& function : functions) memory += function.model->memory;
  return memory;
}

FunctionCalls::FunctionCalls(const ReplayedFunction& function, const ArrivalRequest& request)
    : arrivals_(*function.function, request),
      duration_s_(&function.model->duration_s),
      is_recorded_(function.recorded != nullptr),
      rng_(CellStreams(request.seed, "durations", *function.function).whole()) {
  if (is_recorded_) recorded_ = *function.recorded;
}

bool FunctionCalls::next(SourceCall& call) {
  if (is_recorded_) {
    if (given_ == recorded_.size()) return false;
    call.time = recorded_[given_].start;
    call.duration = recorded_[given_].duration;
    ++given_;
    return true;
  }
  const std::optional<sim::Time> time = arrivals_.next();
  if (!time) return false;
  call.time = *time;
  call.duration = sim::from_seconds(duration_s_->sample(rng_));
  return true;
}

CallSource::CallSource(std::span<const ReplayedFunction> functions, const ArrivalRequest& request) {
  functions_.reserve(functions.size());
  for (const ReplayedFunction& function : functions) {
    sim::throw_if_cancelled(request.go_on);
    functions_.emplace_back(function, request);
  }
  if (functions_.size() == 1) return;
  for (std::uint32_t i = 0; i < functions_.size(); ++i) advance(i);
}

// Its next call takes its place in the heap.
void CallSource::advance(std::uint32_t function) {
  SourceCall call{.time = {}, .function = function};
  if (!functions_[function].next(call)) return;
  next_.push_back(call);
  std::ranges::push_heap(next_, is_later);
}

bool CallSource::next_of_several(SourceCall& call) {
  if (next_.empty()) return false;
  std::ranges::pop_heap(next_, is_later);
  call = next_.back();
  next_.pop_back();
  advance(call.function);
  return true;
}

}  // namespace faasconf::traces
