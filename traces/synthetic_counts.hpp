#pragma once
// When a made-up function is called on a day on which it is called.

#include <cstdint>
#include <vector>

#include "sim/core/random.hpp"
#include "traces/synthetic_population.hpp"
#include "traces/trace.hpp"

namespace faasconf::traces {

// Calls in [minute, minute + 1) of the day, from 0 at its midnight; at least one. The stream is the function's and the
// day's. Reusable buffers, so one object a thread.
class SyntheticCounts {
 public:
  explicit SyntheticCounts(std::uint64_t seed) : seed_(seed), calls_(kMinutesPerDay), rates_(kMinutesPerDay) {}

  // Appends to `counts`, the minutes moved by those of the days before.
  void append(const SyntheticFunction& function, std::uint32_t day, std::vector<MinuteCount>& counts);

 private:
  void add_timer(const SyntheticFunction& function);
  void add_few(const SyntheticFunction& function, double mean, sim::Rng& rng);
  void add_many(const SyntheticFunction& function, double mean, sim::Rng& rng);

  std::uint64_t seed_;
  std::vector<std::uint32_t> calls_;  // by minute
  std::vector<double> rates_;         // by minute
};

}  // namespace faasconf::traces
