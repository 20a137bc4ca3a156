#pragma once
// Loads over time, from CSV.

#include <optional>
#include <string>
#include <vector>

#include "sim/model/workload.hpp"

namespace faasconf::experiments::config {

inline constexpr double kMostUsers = 1'000'000;

// A profile file: CSV with header start_s,users or start_s,rate_per_s, before it comment lines "# origin: ...".
struct ProfileFile {
  sim::Profile profile;
  bool users = true;  // false: requests per second
};
ProfileFile read_profile(const std::string& path);
// Written aside and renamed; `comments`: lines above the others, each beginning with #.
void write_profile(const std::string& path, const ProfileFile& profile, const std::string& comments = {});

// As read_profile, from text; `path` is for messages, and the origin when the text names none.
ProfileFile parse_profile(const std::string& text, const std::string& path);

// The end of a profile: its last level lasts as long as the shortest of the others. Absent for a single level, which
// has no end.
std::optional<sim::Duration> length_of(const sim::Profile& profile);

// The mean level in each whole window of this time.
std::vector<double> levels_by_window(const sim::Profile& profile, sim::Duration window, sim::Duration duration);

// The same up to the end of the profile, as a load of environments; `path` is for messages. Throws sim::Error for a
// profile that is shorter than a window.
std::vector<double> rates_by_window(const ProfileFile& file, sim::Duration window, const std::string& path);

// A profile of users: their mean number in each whole window of this time, rounded.
std::vector<int> users_by_window(const sim::Profile& profile, sim::Duration window, sim::Duration duration);

// The same up to the end of the profile, as a load of environments; `path` is for messages. Throws
// sim::Error for rates, and for a profile that is shorter than a window.
std::vector<int> users_by_window(const ProfileFile& file, sim::Duration window, const std::string& path);

// Times of requests: CSV with header arrival_s, in order.
sim::ArrivalList parse_arrivals(const std::string& text, const std::string& path);

}  // namespace faasconf::experiments::config
