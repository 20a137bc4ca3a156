#pragma once
// How the share of cold calls differs between functions.

#include <array>
#include <cstddef>
#include <optional>

#include "traces/replay/replay.hpp"

namespace faasconf::traces {

// Of functions with calls served: quantiles, by the functions' number.
inline constexpr std::array<double, 5> kColdQuantiles = {.25, .50, .75, .90, .99};
struct ColdShares {
  std::size_t functions = 0;  // with calls served
  std::size_t always = 0;     // of these, whose calls were all cold
  std::array<std::optional<double>, kColdQuantiles.size()> quantiles{};
};
ColdShares cold_shares(const TraceReplay& replay);

}  // namespace faasconf::traces
