#pragma once

#include <cstdint>

#include "sim/core/random.hpp"

namespace faasconf::traces {

// A Poisson number of this mean, exactly: by inversion below a mean of 10, above by transformed rejection with squeeze
// (Hörmann, "The transformed rejection method for generating Poisson random variables", 1993, PTRS). 0 <= mean <= 1e9.
std::uint32_t poisson(double mean, sim::Rng& rng);

}  // namespace faasconf::traces
