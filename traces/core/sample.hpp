#pragma once
// Smaller traces that stay representative.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/core/go_on.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

// An order of all functions in which every prefix is spread evenly over triggers, within these over popularity, and
// within that over durations. So the sample of n functions is part of the sample of any m > n.
std::vector<std::size_t> sampling_order(const Trace& trace, std::uint64_t seed);

// The first `count` of that order, in the order of the trace; all where there are fewer.
Trace sample(const Trace& trace, std::size_t count, std::uint64_t seed, const sim::GoOn& go_on = {});

// Distances of the sample's distribution of a quantity from that of the whole trace.
struct Distances {
  double wasserstein_1 = 0;       // over the whole's mean
  double kolmogorov_smirnov = 0;  // 0..1
};

struct Representativeness {
  Distances daily_calls;
  std::optional<Distances> execution_s;  // daily calls x average duration: core-seconds where all of it is CPU; absent
  std::optional<Distances> memory_mb;    // where none of either trace has it
  std::array<double, 7> trigger_shares_of_whole{};  // of functions
  std::array<double, 7> trigger_shares_of_part{};
  double correlation = 0;  // of the two traces' calls per minute (Pearson); 0 where one is constant
};
Representativeness compare(const Trace& whole, const Trace& part, const sim::GoOn& go_on = {});

// Of samples that need not be sorted nor of the same size, none empty.
double wasserstein_1(std::vector<double> a, std::vector<double> b);
double kolmogorov_smirnov(std::vector<double> a, std::vector<double> b);

}  // namespace faasconf::traces
