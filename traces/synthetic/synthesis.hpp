#pragma once
// Made-up traces with the statistics of the Azure Functions 2019 data set, of any size: popularity, triggers, daily and
// weekly cycle, timers, bursts, durations, memory and apps, as traces/azure/published.hpp has them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/go_on.hpp"
#include "traces/core/trace.hpp"
#include "traces/synthetic/synthetic_population.hpp"

namespace faasconf::traces {

struct SynthesisSpec {
  std::uint64_t seed = 1;
  std::uint32_t functions = 46'412;  // that are called on a weekday: rows of its file, 1 to 10 million
  std::uint32_t days = 1;            // the first is a Monday; 1 to 366
  sim::GoOn go_on{};                 // no: making and writing the trace end with sim::Cancelled
};

// Functions are made when asked for, from random streams of their own: in any order, on any thread, always the same.
//
//   const SyntheticTrace trace({.seed = 1});
//   for (std::size_t i = 0; i < trace.size(); ++i) replay(trace.function(i));
class SyntheticTrace {
 public:
  explicit SyntheticTrace(const SynthesisSpec& spec);  // throws sim::Error

  // Functions that are called at all in these days; an app's stand together. On several days they are more than on one.
  std::size_t size() const { return population_.functions.size(); }
  std::size_t apps() const { return population_.owners.size(); }
  const SynthesisSpec& spec() const { return spec_; }
  std::string origin() const;  // "synthetic: seed 1, ..."

  TraceFunction function(std::size_t index) const;

  // Its minute counts alone; `counts` is reused.
  void counts(std::size_t index, std::vector<MinuteCount>& counts) const;

  Trace trace() const;  // all of it

 private:
  SynthesisSpec spec_;
  Population population_;
};

}  // namespace faasconf::traces
