#pragma once
// When a made-up function is called on a day on which it is called.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/random.hpp"
#include "traces/core/trace.hpp"
#include "traces/synthetic/synthetic_population.hpp"

namespace faasconf::traces {

// Of any function and day, whose streams are their own. Holds buffers only.
class SyntheticCounts {
 public:
  explicit SyntheticCounts(std::uint64_t seed) : seed_(seed) {}

  // Appends the day's calls, at least one; minutes count from the start of day 0.
  void append(const SyntheticFunction& function, std::uint32_t day, std::vector<MinuteCount>& counts);

 private:
  void add_timer(const SyntheticFunction& function);
  void add_few(const SyntheticFunction& function, double mean, sim::Rng& rng);
  void add_many(const SyntheticFunction& function, double mean, sim::Rng& rng);

  std::uint64_t seed_;
  std::array<std::uint32_t, kMinutesPerDay> calls_{};  // by minute
  std::array<double, kMinutesPerDay> rates_{};         // by minute
};

}  // namespace faasconf::traces
