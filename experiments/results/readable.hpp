#pragma once
// Numbers and times in text for people. Files keep the spelling that parsers read back.

#include <cstdint>
#include <string>

#include "sim/core/time.hpp"

namespace faasconf::experiments::results {

std::string readable(std::uint64_t number);    // "20,480"; up to four digits stay together
std::string readable(sim::Duration duration);  // "1 h 25 min", "3.5 s", "860 ms"

// Commas between the thousands of a number with five digits or more before its point.
std::string with_thousands(std::string number);

}  // namespace faasconf::experiments::results
