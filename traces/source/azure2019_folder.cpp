#include "traces/source/azure2019_folder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/files/left_over.hpp"

namespace faasconf::traces {
namespace {

namespace fs = std::filesystem;

using sim::Error;
using Days = std::map<int, std::string>;  // paths by day

constexpr std::string_view kInvocations = "invocations_per_function_md";
constexpr std::string_view kDurations = "function_durations_percentiles";
constexpr std::string_view kMemory = "app_memory_percentiles";
constexpr std::array<std::string_view, 4> kEndings = {".csv", ".csv.gz", ".csv.zst", ".csv.xz"};
constexpr int kLastDay = 9999;

// The day of "KIND.anon.d07.csv.gz"; absent where the name is another.
std::optional<int> day_of(std::string_view name, std::string_view kind) {
  const std::string beginning = std::string(kind) + ".anon.d";
  if (!name.starts_with(beginning)) return std::nullopt;
  name.remove_prefix(beginning.size());
  int day = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), day);
  const auto digits = static_cast<std::size_t>(end - name.data());
  if (error != std::errc() || day < 1 || day > kLastDay || name.front() == '-') return std::nullopt;
  if (std::ranges::find(kEndings, name.substr(digits)) == kEndings.end()) return std::nullopt;
  return day;
}

// Whether it is of this kind, or looks like it. Hidden files are other programs' own; what a faasconf at work has not
// finished has .part- in its name.
bool concerns(const std::string& name, std::string_view kind) {
  return name.find(kind) != name.npos && !name.starts_with('.') && !files::is_part_name(name);
}

void add_file(Days& days, const fs::directory_entry& entry, std::string_view kind) {
  const std::string name = entry.path().filename().string();
  if (!concerns(name, kind)) return;
  const std::string folder = entry.path().parent_path().string();
  const std::optional<int> day = day_of(name, kind);
  if (!day || entry.is_directory()) {
    throw Error(folder + ": expected names such as " + std::string(kind) + ".anon.d01.csv (or .gz, .zst, .xz), got \"" +
                name + "\": a copy or a part of a day's file would be counted as a day; rename it or take it away");
  }
  const auto [other, is_new] = days.try_emplace(*day, entry.path().string());
  if (is_new) return;
  throw Error(folder + ": expected one file of day " + std::to_string(*day) + ", got \"" +
              std::min(name, fs::path(other->second).filename().string()) + "\" and \"" +
              std::max(name, fs::path(other->second).filename().string()) + "\"; take one away");
}

Days days_of(const std::string& folder, std::string_view kind) {
  Days days;
  for (const auto& entry : fs::directory_iterator(folder)) add_file(days, entry, kind);
  return days;
}

void check_no_gap(const std::string& folder, const Days& days) {
  int expected = days.begin()->first;
  for (const auto& [day, path] : days) {
    if (day != expected) {
      throw Error(folder + ": expected invocations of every day from " + std::to_string(days.begin()->first) + " to " +
                  std::to_string(days.rbegin()->first) + ", got none of day " + std::to_string(expected) +
                  "; put its file there, or read the days before and after it as two folders");
    }
    ++expected;
  }
}

std::string listed(const std::vector<int>& days) {
  std::string text = days.size() == 1 ? "day " : "days ";
  for (std::size_t i = 0; i < days.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(days[i]);
  return text;
}

// Of durations or memory: only for days with invocations. Says for which there are none, where there are some.
void check_belongs(const std::string& folder, const Days& days, const Days& invocations, Azure2019Folder& found,
                   const char* what) {
  for (const auto& [day, path] : days) {
    if (invocations.contains(day)) continue;
    throw Error(folder + ": \"" + fs::path(path).filename().string() + "\": expected " + what +
                " of a day with invocations, got day " + std::to_string(day) +
                "; put that day's invocations there, or " + "take the file away");
  }
  std::vector<int> lacking;
  for (const auto& [day, path] : invocations) {
    if (!days.contains(day)) lacking.push_back(day);
  }
  if (days.empty() || lacking.empty()) return;
  found.notes.push_back("no file of " + std::string(what) + " for " + listed(lacking) +
                        ": they are those of the other days");
}

std::vector<std::string> paths_of(const Days& days) {
  std::vector<std::string> paths;
  for (const auto& [day, path] : days) paths.push_back(path);
  return paths;
}

}  // namespace

Azure2019Folder azure2019_folder(const std::string& folder) {
  const Days invocations = days_of(folder, kInvocations);
  const Days durations = days_of(folder, kDurations);
  const Days memory = days_of(folder, kMemory);
  if (invocations.empty()) {
    throw Error(folder + ": expected files invocations_per_function_md.anon.dNN.csv in the folder, got none");
  }
  check_no_gap(folder, invocations);
  Azure2019Folder found{
      .files = {.invocations = paths_of(invocations), .durations = paths_of(durations), .memory = paths_of(memory)}};
  const int first = invocations.begin()->first;
  if (first != 1) {
    found.notes.push_back("the files begin with day " + std::to_string(first) +
                          " of the data set, which is day 1 of the trace");
  }
  check_belongs(folder, durations, invocations, found, "durations");
  check_belongs(folder, memory, invocations, found, "memory");
  return found;
}

}  // namespace faasconf::traces
