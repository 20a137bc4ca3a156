#include "traces/azure/azure2019.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/azure/azure2019_invocations.hpp"
#include "traces/azure/azure2019_percentiles.hpp"
#include "traces/core/limits.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;

constexpr std::uint64_t kRowsBetweenProgress = 128;
constexpr unsigned kFunctionsBetweenQuestions = 1024;
constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

std::string joined(const std::string& first, const std::string& second) { return first + "," + second; }

// Adds counts of later or the same minutes; both in order. Returns how many sums went beyond their type.
std::uint64_t add_counts(std::vector<MinuteCount>& counts, const std::vector<MinuteCount>& more, std::uint32_t offset) {
  std::uint64_t overflows = 0;
  const auto old_end = static_cast<std::ptrdiff_t>(counts.size());
  std::ptrdiff_t old = 0;
  for (const MinuteCount& added : more) {
    const std::uint32_t minute = added.minute + offset;
    while (old < old_end && counts[static_cast<std::size_t>(old)].minute < minute) ++old;
    if (old == old_end || counts[static_cast<std::size_t>(old)].minute != minute) {
      counts.push_back({.minute = minute, .count = added.count});
      continue;
    }
    std::uint32_t& count = counts[static_cast<std::size_t>(old)].count;
    const std::uint64_t sum = std::uint64_t{count} + added.count;
    if (sum > std::numeric_limits<std::uint32_t>::max()) ++overflows;
    count = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max()));
  }
  std::inplace_merge(counts.begin(), counts.begin() + old_end, counts.end(),
                     [](const MinuteCount& a, const MinuteCount& b) { return a.minute < b.minute; });
  return overflows;
}

// Means of percentiles over days and duplicates, weighted; extremes of extremes. One row alone stays as it is, to the
// last bit.
class DurationMean {
 public:
  void add(const DurationPercentiles& day) {
    if (rows_++ == 0) only_ = day;
    const double weight = std::max(day.count, 1.0);
    sum_.minimum_ms = rows_ == 1 ? day.minimum_ms : std::min(sum_.minimum_ms, day.minimum_ms);
    sum_.maximum_ms = std::max(sum_.maximum_ms, day.maximum_ms);
    sum_.count += day.count;
    sum_.average_ms += weight * day.average_ms;
    for (std::size_t i = 0; i < sum_.percentiles_ms.size(); ++i) {
      sum_.percentiles_ms[i] += weight * day.percentiles_ms[i];
    }
    weight_ += weight;
  }
  DurationPercentiles mean() const {
    if (rows_ == 1) return only_;
    DurationPercentiles result = sum_;
    result.average_ms /= weight_;
    for (double& percentile : result.percentiles_ms) percentile /= weight_;
    return result;
  }

 private:
  DurationPercentiles sum_;
  DurationPercentiles only_;
  double weight_ = 0;
  std::size_t rows_ = 0;
};

class MemoryMean {
 public:
  void add(const MemoryPercentiles& day) {
    if (rows_++ == 0) only_ = day;
    const double weight = std::max(day.samples, 1.0);
    sum_.samples += day.samples;
    sum_.average_mb += weight * day.average_mb;
    for (std::size_t i = 0; i < sum_.percentiles_mb.size(); ++i) {
      sum_.percentiles_mb[i] += weight * day.percentiles_mb[i];
    }
    weight_ += weight;
  }
  MemoryPercentiles mean() const {
    if (rows_ == 1) return only_;
    MemoryPercentiles result = sum_;
    result.average_mb /= weight_;
    for (double& percentile : result.percentiles_mb) percentile /= weight_;
    return result;
  }

 private:
  MemoryPercentiles sum_;
  MemoryPercentiles only_;
  double weight_ = 0;
  std::size_t rows_ = 0;
};

// Percentiles by key, and in which file each was met last.
template <class Mean>
struct MeanByKey {
  Mean mean;
  std::uint32_t last_file = kNever;
  bool used = false;
  std::string where{};
};

class Join {
 public:
  Join(const Azure2019Files& files, const ReadPolicy& policy) : files_(files), policy_(policy) {}

  Azure2019Trace run() {
    check_files();
    for (std::uint32_t file = 0; file < files_.invocations.size(); ++file) read_invocations(file);
    for (std::uint32_t file = 0; file < files_.durations.size(); ++file) read_durations(file);
    for (std::uint32_t file = 0; file < files_.memory.size(); ++file) read_memory(file);
    if (!files_.durations.empty()) attach_durations();
    if (!files_.memory.empty()) attach_memory();
    result_.trace.origin = origin();
    return std::move(result_);
  }

 private:
  void check_files() const {
    if (files_.invocations.empty()) throw Error("invocations: expected at least one file, got none");
    const auto check = [&](const char* kind, const std::vector<std::string>& paths) {
      if (paths.size() <= files_.invocations.size()) return;
      throw Error(std::string(kind) + ": expected at most " + std::to_string(files_.invocations.size()) +
                  " files, one for each of invocations, got " + std::to_string(paths.size()));
    };
    check("durations", files_.durations);
    check("memory", files_.memory);
  }

  // Calls take(row) for each, and reports progress.
  template <class Reader, class Row, class Take>
  void read_all(Reader& reader, Row row, const Take& take) {
    for (std::uint64_t rows = 1; reader.next(row); ++rows) {
      take(row);
      if (rows % kRowsBetweenProgress == 0) report_bytes(bytes_before_ + reader.bytes_consumed());
    }
    bytes_before_ += reader.bytes_consumed();
    report_bytes(bytes_before_);
    result_.report += reader.report();
  }

  void report_bytes(std::uint64_t bytes) const {
    sim::throw_if_cancelled(policy_.go_on);
    if (policy_.progress) policy_.progress(bytes);
  }

  void read_invocations(std::uint32_t file) {
    const std::string& path = files_.invocations[file];
    Azure2019InvocationsReader reader(path, policy_.on_bad_row);
    if (reader.is_series() && files_.invocations.size() > 1) {
      throw Error(path + ": expected a file of one day, since there are several, got a series extract");
    }
    read_all(reader, TraceFunction(), [&](const TraceFunction& row) {
      const std::uint32_t day = reader.is_series() ? static_cast<std::uint32_t>(*reader.day() - 1) : file;
      add_row(row, day, path + ":" + std::to_string(reader.line()) + ": ");
    });
    const auto days = static_cast<std::uint32_t>(files_.invocations.size());
    result_.trace.days = std::max(result_.trace.days, days);
  }

  void add_row(const TraceFunction& row, std::uint32_t day, const std::string& where) {
    const auto offset = day * static_cast<std::uint32_t>(kMinutesPerDay);
    const std::string key = joined(joined(row.owner, row.app), row.function);
    const auto [found, is_new] = numbers_.try_emplace(key, result_.trace.functions.size());
    if (is_new) {
      if (result_.trace.functions.size() == kMostFunctions) {
        throw Error(where + "expected at most " + std::to_string(kMostFunctions) + " functions, got more");
      }
      result_.trace.functions.push_back(
          {.owner = row.owner, .app = row.app, .function = row.function, .trigger = row.trigger});
      days_.emplace_back();
    }
    result_.trace.days = std::max(result_.trace.days, day + 1);
    const std::size_t number = found->second;
    if (std::ranges::find(days_[number], day) != days_[number].end()) {
      if (!take_duplicate(key, where)) return;
    } else {
      days_[number].push_back(day);
    }
    take_trigger(result_.trace.functions[number], row, where);
    const std::uint64_t overflows = add_counts(result_.trace.functions[number].counts, row.counts, offset);
    if (overflows > 0) result_.report.note(Fault::overflow, where + "sum with the rows of the same key", overflows);
  }

  void take_trigger(TraceFunction& function, const TraceFunction& row, const std::string& where) {
    if (row.trigger == function.trigger) return;
    note_other_trigger(result_.report, where, row, function.trigger);
    function.trigger = last_known(function.trigger, row.trigger);
  }

  // Whether it is to be added.
  bool take_duplicate(const std::string& key, const std::string& where) {
    if (policy_.on_duplicate == OnDuplicate::error) {
      throw Error(where + "expected each key once, got \"" + key + "\" again");
    }
    result_.report.note(Fault::duplicate_key, where + key);
    if (policy_.on_duplicate == OnDuplicate::sum) return true;
    ++result_.report.dropped;
    return false;
  }

  template <class Mean, class Percentiles>
  void add_percentiles(std::unordered_map<std::string, MeanByKey<Mean>>& means, std::uint32_t file,
                       const std::string& key, const Percentiles& percentiles, const std::string& where) {
    MeanByKey<Mean>& mean = means[key];
    if (mean.last_file == file && !take_duplicate(key, where)) return;
    if (mean.last_file == kNever) mean.where = where;
    mean.last_file = file;
    mean.mean.add(percentiles);
  }

  void read_durations(std::uint32_t file) {
    const std::string& path = files_.durations[file];
    Azure2019DurationsReader reader(path, policy_.on_bad_row);
    read_all(reader, FunctionDuration(), [&](const FunctionDuration& row) {
      add_percentiles(durations_, file, joined(joined(row.owner, row.app), row.function), row.duration,
                      path + ":" + std::to_string(reader.line()) + ": ");
    });
  }

  void read_memory(std::uint32_t file) {
    const std::string& path = files_.memory[file];
    Azure2019MemoryReader reader(path, policy_.on_bad_row);
    read_all(reader, AppMemory(), [&](const AppMemory& row) {
      add_percentiles(memory_, file, joined(row.owner, row.app), row.memory,
                      path + ":" + std::to_string(reader.line()) + ": ");
    });
  }

  void attach_durations() {
    sim::Questions<kFunctionsBetweenQuestions> questions(policy_.go_on);
    for (TraceFunction& function : result_.trace.functions) {
      questions.next();
      const std::string key = joined(joined(function.owner, function.app), function.function);
      const auto found = durations_.find(key);
      if (found == durations_.end()) {
        result_.report.note(Fault::no_duration, key);
        continue;
      }
      found->second.used = true;
      function.duration = found->second.mean.mean();
      // a day without a file of durations has no Count to compare with
      if (files_.durations.size() == files_.invocations.size()) compare_counts(function, key);
    }
    note_unused(durations_, Fault::unknown_function);
  }

  void compare_counts(const TraceFunction& function, const std::string& key) {
    std::uint64_t calls = 0;
    for (const MinuteCount& minute : function.counts) calls += minute.count;
    if (static_cast<double>(calls) == function.duration->count) return;
    result_.report.note(Fault::count_differs, key + ": " + std::to_string(calls) + " calls, Count " +
                                                  std::to_string(function.duration->count));
  }

  void attach_memory() {
    std::unordered_map<std::string, bool> lacking;
    sim::Questions<kFunctionsBetweenQuestions> questions(policy_.go_on);
    for (TraceFunction& function : result_.trace.functions) {
      questions.next();
      const std::string key = joined(function.owner, function.app);
      const auto found = memory_.find(key);
      if (found == memory_.end()) {
        if (lacking.try_emplace(key, true).second) result_.report.note(Fault::no_memory, key);
        continue;
      }
      found->second.used = true;
      function.app_memory = found->second.mean.mean();
    }
    note_unused(memory_, Fault::unknown_app);
  }

  template <class Means>
  void note_unused(const Means& means, Fault fault) {
    std::uint64_t unused = 0;
    std::optional<std::string> first;  // of the alphabet, since hash order is arbitrary
    for (const auto& [key, mean] : means) {
      if (mean.used) continue;
      ++unused;
      if (!first || mean.where + key < *first) first = mean.where + key;
    }
    if (unused > 0) result_.report.note(fault, *first, unused);
  }

  std::string origin() const {
    std::string text = "Azure Functions 2019:";
    for (const auto* paths : {&files_.invocations, &files_.durations, &files_.memory}) {
      for (const std::string& path : *paths) text += " " + path;
    }
    return text;
  }

  const Azure2019Files& files_;
  const ReadPolicy& policy_;
  Azure2019Trace result_;
  std::unordered_map<std::string, std::size_t> numbers_;  // of functions, by key
  std::vector<std::vector<std::uint32_t>> days_;          // that each function has rows of
  std::unordered_map<std::string, MeanByKey<DurationMean>> durations_;
  std::unordered_map<std::string, MeanByKey<MemoryMean>> memory_;
  std::uint64_t bytes_before_ = 0;
};

}  // namespace

void note_other_trigger(ReadReport& report, const std::string& where, const TraceFunction& row, Trigger before) {
  report.note(Fault::trigger_differs, where + joined(joined(row.owner, row.app), row.function) + ": " +
                                          std::string(name_of(row.trigger)) + " after " + std::string(name_of(before)) +
                                          "; the last that is not others is kept");
}

Azure2019Trace read_azure2019(const Azure2019Files& files, const ReadPolicy& policy) {
  return Join(files, policy).run();
}

}  // namespace faasconf::traces
