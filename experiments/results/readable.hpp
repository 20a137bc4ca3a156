#pragma once
// Numbers and times in text for people. Files keep the spelling that parsers read back.

#include <cstdint>
#include <string>

#include "sim/core/time.hpp"

namespace faasconf::experiments::results {

std::string readable(std::uint64_t number);    // "1,024", "20,480"
std::string readable(sim::Duration duration);  // "1 h 25 min", "3.5 s", "860 ms"

// Commas between the thousands before a number's point.
std::string with_thousands(std::string number);

}  // namespace faasconf::experiments::results
