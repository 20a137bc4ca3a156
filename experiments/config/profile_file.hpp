#pragma once
// Loads over time, from CSV.

#include <string>

#include "experiments/config/files.hpp"

namespace faasconf::experiments {

inline constexpr double kMostUsers = 1'000'000;

// As read_profile, from text; `path` is for messages, and the origin when the text names none.
ProfileFile parse_profile(const std::string& text, const std::string& path);

// Times of requests: CSV with header arrival_s, in order.
sim::ArrivalList parse_arrivals(const std::string& text, const std::string& path);

}  // namespace faasconf::experiments
