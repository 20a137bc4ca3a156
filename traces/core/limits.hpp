#pragma once
// How much of a trace fits the memory (docs/reference/limits.md).

#include <cstddef>

namespace faasconf::traces {

inline constexpr std::size_t kMostFunctions = 20'000'000;

}  // namespace faasconf::traces
