#pragma once
// Whether a promise was kept, in one word and in a sentence.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::results {

struct BrokenBy {
  std::string cause;  // "latency"
  std::uint64_t times = 0;

  friend bool operator==(const BrokenBy&, const BrokenBy&) = default;
};

// How often a promise was kept.
struct PromiseOutcome {
  std::string_view judged_by = "windows";
  std::uint64_t kept = 0;                          // of them
  std::uint64_t judged = 0;                        // in all replications
  std::optional<sim::AsymmetricInterval> share{};  // that kept it, over replications; absent where there are too few
  double level = 0.95;                             // the share that is to keep it
  std::vector<BrokenBy> broken_by{};               // a window may be broken by several
  std::uint64_t empty = 0;                         // periods in which nothing became due: left out
  std::uint64_t open_windows = 0;                  // at the ends of replications, too short for a period: left out
};

enum class Verdict : std::uint8_t {
  kept,
  broken,
  undecided,  // the interval holds the level
  unjudged,   // there was nothing to judge
};

Verdict verdict_on(const PromiseOutcome& outcome);
std::string_view name_of(Verdict verdict);
// "promise kept: 5,012 of 5,100 windows kept it, 98.3 % (95 % interval 97.9 to 98.6 %), at least 95 % wanted; broken by
// latency in 60, by too few successes in 28"
std::string describe(const PromiseOutcome& outcome);
std::string describe(const std::optional<PromiseOutcome>& outcome);  // the same, or that nothing is promised

}  // namespace faasconf::experiments::results
