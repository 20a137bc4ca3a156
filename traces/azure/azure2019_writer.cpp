#include "traces/azure/azure2019_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>
#include <string_view>

#include "sim/core/error.hpp"

namespace faasconf::traces {
namespace {

constexpr std::uint32_t kMostDays = 400;  // each keeps three files open

template <class Number>
void append_number(std::string& line, Number number) {
  std::array<char, 32> text{};
  line.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

template <class Number>
void append_cell(std::string& line, Number number) {
  line += ',';
  append_number(line, number);
}

constexpr std::array<std::string_view, 3> kKinds = {"invocations_per_function_md", "function_durations_percentiles",
                                                    "app_memory_percentiles"};
constexpr std::string_view kRecord = "record.yaml";

std::string file_name(std::string_view kind, std::uint32_t day) {
  const std::string number = std::to_string(day + 1);
  return std::string(kind) + ".anon.d" + (number.size() < 2 ? "0" : "") + number + ".csv";
}

std::string invocations_header() {
  std::string header = "HashOwner,HashApp,HashFunction,Trigger";
  for (std::size_t minute = 1; minute <= kMinutesPerDay; ++minute) append_cell(header, minute);
  return header + '\n';
}

constexpr std::string_view kDurationsHeader =
    "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,"
    "percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\n";
constexpr std::string_view kMemoryHeader =
    "HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct1,AverageAllocatedMb_pct5,"
    "AverageAllocatedMb_pct25,AverageAllocatedMb_pct50,AverageAllocatedMb_pct75,AverageAllocatedMb_pct95,"
    "AverageAllocatedMb_pct99,AverageAllocatedMb_pct100\n";

void check_name(const std::string& name) {
  if (name.find_first_of(",\"\r\n") == name.npos) return;
  throw sim::Error("expected names without commas, quotes and line ends, got \"" + name + "\"");
}

// ",0,0,0" ... for so many minutes.
std::string_view zeros(std::size_t minutes) {
  static const std::string all = [] {
    std::string text;
    for (std::size_t i = 0; i < kMinutesPerDay; ++i) text += ",0";
    return text;
  }();
  return std::string_view(all).substr(0, 2 * minutes);
}

// The counts of one day, which begins at `midnight`.
void append_minutes(std::string& line, std::span<const MinuteCount> counts, std::uint32_t midnight) {
  std::size_t next = 0;  // minute to be written
  for (const MinuteCount& count : counts) {
    const std::size_t minute = count.minute - midnight;
    line += zeros(minute - next);
    append_cell(line, count.count);
    next = minute + 1;
  }
  line += zeros(kMinutesPerDay - next);
}

void append_duration(std::string& line, const DurationPercentiles& duration, double count) {
  append_cell(line, duration.average_ms);
  append_cell(line, count);
  append_cell(line, duration.minimum_ms);
  append_cell(line, duration.maximum_ms);
  for (const double percentile_ms : duration.percentiles_ms) append_cell(line, percentile_ms);
  line += '\n';
}

void append_memory(std::string& line, const MemoryPercentiles& memory, double samples) {
  append_cell(line, samples);
  append_cell(line, memory.average_mb);
  for (const double percentile_mb : memory.percentiles_mb) append_cell(line, percentile_mb);
  line += '\n';
}

double sum(std::span<const MinuteCount> counts) {
  double calls = 0;
  for (const MinuteCount& count : counts) calls += count.count;
  return calls;
}

// Calls take(day, its counts) for each day with calls.
template <class Take>
void by_day(std::span<const MinuteCount> counts, std::uint32_t days, const Take& take) {
  while (!counts.empty()) {
    const auto day = static_cast<std::uint32_t>(counts.front().minute / kMinutesPerDay);
    if (day >= days) {
      throw sim::Error("expected calls on " + std::to_string(days) + " days, got one on day " +
                       std::to_string(day + 1));
    }
    const auto end = std::find_if(counts.begin(), counts.end(),
                                  [day](const MinuteCount& count) { return count.minute / kMinutesPerDay != day; });
    const auto size = static_cast<std::size_t>(end - counts.begin());
    take(day, counts.first(size));
    counts = counts.subspan(size);
  }
}

std::vector<std::unique_ptr<files::PartFile>> open_files(const std::string& folder, std::string_view kind,
                                                         std::uint32_t days, std::string_view header) {
  std::vector<std::unique_ptr<files::PartFile>> files;
  for (std::uint32_t day = 0; day < days; ++day) {
    files.push_back(std::make_unique<files::PartFile>((std::filesystem::path(folder) / file_name(kind, day)).string()));
    files.back()->append(header);
  }
  return files;
}

std::uint32_t checked_days(std::uint32_t days) {
  if (days >= 1 && days <= kMostDays) return days;
  throw sim::Error("days: expected 1 to " + std::to_string(kMostDays) + ", each with three files, got " +
                   std::to_string(days));
}

std::vector<std::string> file_names(std::uint32_t days) {
  std::vector<std::string> names;
  for (const std::string_view kind : kKinds) {
    for (std::uint32_t day = 0; day < days; ++day) names.push_back(file_name(kind, day));
  }
  return names;
}

std::vector<std::string> with_record(std::vector<std::string> names) {
  names.emplace_back(kRecord);
  return names;
}

}  // namespace

void Azure2019Rows::add(const TraceFunction& function) {
  for (const std::string& name : {function.owner, function.app, function.function}) check_name(name);
  const std::string key = function.owner + ',' + function.app + ',' + function.function;
  const double calls = sum(function.counts);
  by_day(function.counts, static_cast<std::uint32_t>(invocations.size()), [&](std::uint32_t day, auto counts) {
    std::string& row = invocations[day];
    row += key;
    row += ',';
    row += kTriggerNames[static_cast<std::size_t>(function.trigger)];
    append_minutes(row, counts, day * static_cast<std::uint32_t>(kMinutesPerDay));
    row += '\n';
    if (!function.duration) return;
    durations[day] += key;
    append_duration(durations[day], *function.duration, std::round(function.duration->count * (sum(counts) / calls)));
  });
}

Azure2019Writer::Azure2019Writer(const std::string& folder, std::uint32_t days)
    : folder_(folder), days_(checked_days(days)), part_(folder, with_record(file_names(days))) {
  invocations_ = open_files(part_.inside(), kKinds[0], days, invocations_header());
  durations_ = open_files(part_.inside(), kKinds[1], days, kDurationsHeader);
  memory_ = open_files(part_.inside(), kKinds[2], days, kMemoryHeader);
}

void Azure2019Writer::append(const TraceFunction& function) {
  Azure2019Rows rows(days_);
  rows.add(function);
  append(rows);
  note_app(function);
}

void Azure2019Writer::append(const Azure2019Rows& rows) {
  for (std::size_t day = 0; day < days_; ++day) {
    invocations_[day]->append(rows.invocations[day]);
    durations_[day]->append(rows.durations[day]);
  }
}

void Azure2019Writer::note_app(const TraceFunction& function) {
  if (!function.app_memory) return;
  const auto [place, is_new] = apps_.try_emplace({function.owner, function.app});
  AppDays& app = place->second;
  if (is_new) app = {.memory = *function.app_memory, .called = std::vector<bool>(days_)};
  by_day(function.counts, days_, [&](std::uint32_t day, auto) { app.called[day] = true; });
}

// The samples of all days are shared among those on which the app is called.
void Azure2019Writer::write_memory() {
  for (const auto& [key, app] : apps_) {
    auto days_left = static_cast<double>(std::count(app.called.begin(), app.called.end(), true));
    double samples_left = app.memory.samples;
    for (std::uint32_t day = 0; day < days_; ++day) {
      if (!app.called[day]) continue;
      const double samples = days_left > 1 ? std::floor(samples_left / days_left) : samples_left;
      std::string row = key.first + ',' + key.second;
      append_memory(row, app.memory, samples);
      memory_[day]->append(row);
      samples_left -= samples;
      --days_left;
    }
  }
}

void Azure2019Writer::add_record(const std::string& yaml) {
  files::write_aside((std::filesystem::path(part_.inside()) / kRecord).string(), yaml);
  has_record_ = true;
}

void Azure2019Writer::commit() {
  write_memory();
  for (const auto* files : {&invocations_, &durations_, &memory_}) {
    for (const auto& file : *files) file->commit();
  }
  part_.commit();
}

std::vector<std::string> Azure2019Writer::paths() const {
  std::vector<std::string> paths;
  for (const std::string& name : has_record_ ? with_record(file_names(days_)) : file_names(days_)) {
    paths.push_back((std::filesystem::path(folder_) / name).string());
  }
  return paths;
}

}  // namespace faasconf::traces
