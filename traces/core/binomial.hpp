#pragma once

#include <cstdint>

#include "sim/core/random.hpp"

namespace faasconf::traces {

// Successes among `trials`, each with the probability; exact for any number of trials. 0 <= probability <= 1.
// Inversion where few are expected, else BTRS (Hoermann, "The generation of binomial random variates", 1993).
std::uint64_t binomial(sim::Rng& rng, std::uint64_t trials, double probability);

}  // namespace faasconf::traces
