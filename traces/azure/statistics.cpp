#include "traces/azure/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "traces/core/key_set.hpp"

namespace faasconf::traces {
namespace {

// Of the apps whose times between calls are looked at: cells in all, then apps of large hashes are dropped.
constexpr std::size_t kSampledCells = 500'000;
constexpr double kCvAboutZero = .01;
constexpr std::uint64_t kFewestCallsWithCv = 3;  // two times between them
constexpr std::uint32_t kFewCalls = 10;
constexpr std::uint8_t kManyCalls = 255;

struct Mean {
  double sum = 0;
  double weight = 0;

  void add(double value, double of_weight) {
    sum += value * of_weight;
    weight += of_weight;
  }
};

struct FunctionTotals {
  std::uint64_t calls = 0;
  double squares = 0;                // of the minute counts
  std::uint8_t first_day_calls = 0;  // up to kManyCalls
  Trigger trigger = Trigger::others;
};

// Counts of two series added up, both in order of minutes.
std::vector<MinuteCount> sum_of(const std::vector<MinuteCount>& a, std::span<const MinuteCount> b,
                                std::uint32_t first_minute) {
  std::vector<MinuteCount> sum;
  sum.reserve(a.size() + b.size());
  auto next = a.begin();
  for (const MinuteCount& count : b) {
    const std::uint32_t minute = count.minute + first_minute;
    while (next != a.end() && next->minute < minute) sum.push_back(*next++);
    sum.push_back({.minute = minute, .count = count.count});
    if (next != a.end() && next->minute == minute) sum.back().count += (next++)->count;
  }
  sum.insert(sum.end(), next, a.end());
  return sum;
}

// Of the times between calls, those of a minute spread evenly over it.
std::optional<double> cv_of_gaps(std::span<const MinuteCount> counts) {
  double calls = 0;
  for (const MinuteCount& count : counts) calls += count.count;
  if (calls < kFewestCallsWithCv) return std::nullopt;
  double sum = 0;
  double squares = 0;
  std::optional<double> last;
  for (const MinuteCount& count : counts) {
    const double gap = 1.0 / count.count;
    const double first = count.minute + gap / 2;
    if (last) {
      sum += first - *last;
      squares += (first - *last) * (first - *last);
    }
    sum += 1 - gap;
    squares += (count.count - 1.0) * gap * gap;
    last = count.minute + 1 - gap / 2;
  }
  const double mean = sum / (calls - 1);
  return std::sqrt(std::max(0.0, squares / (calls - 1) - mean * mean)) / mean;
}

// The calls of the apps with the smallest hashes: a fair sample, since a hash knows nothing of calls.
class SampledApps {
 public:
  void add(std::uint64_t app, std::span<const MinuteCount> counts, std::uint32_t first_minute) {
    if (app > largest_) return;
    std::vector<MinuteCount>& sum = apps_[app];
    cells_ -= sum.size();
    sum = sum_of(sum, counts, first_minute);
    cells_ += sum.size();
    while (cells_ > kSampledCells && apps_.size() > 1) {
      const auto last = std::prev(apps_.end());
      cells_ -= last->second.size();
      largest_ = last->first - 1;
      apps_.erase(last);
    }
  }

  std::vector<double> cvs() const {
    std::vector<double> cvs;
    for (const auto& [app, counts] : apps_) {
      if (const auto cv = cv_of_gaps(counts)) cvs.push_back(*cv);
    }
    return cvs;
  }

 private:
  std::map<std::uint64_t, std::vector<MinuteCount>> apps_;
  std::uint64_t largest_ = ~std::uint64_t{0};
  std::size_t cells_ = 0;
};

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

// Share of the calls that the first `share` of the functions have, one at least.
double share_of_top(std::span<const std::uint64_t> falling, double share, double calls) {
  const auto top = static_cast<std::size_t>(std::llround(share * static_cast<double>(falling.size())));
  const auto end =
      falling.begin() + static_cast<std::ptrdiff_t>(std::min(falling.size(), std::max<std::size_t>(1, top)));
  return ratio(static_cast<double>(std::accumulate(falling.begin(), end, std::uint64_t{0})), calls);
}

// A quantile of numbers in rising order, the nearest one; absent where there are none.
std::optional<double> quantile(std::span<const double> rising, double probability) {
  if (rising.empty()) return std::nullopt;
  const auto at = static_cast<std::size_t>(probability * static_cast<double>(rising.size()));
  return rising[std::min(at, rising.size() - 1)];
}

double share_up_to(std::span<const double> rising, double value) {
  const auto above = std::upper_bound(rising.begin(), rising.end(), value);
  return ratio(static_cast<double>(above - rising.begin()), static_cast<double>(rising.size()));
}

}  // namespace

class StatisticsCollector::State {
 public:
  std::optional<Trigger> add(const TraceFunction& function, std::uint32_t first_minute) {
    const std::uint64_t key = key_of(function.owner, function.app, function.function);
    if (function.counts.empty()) return add_idle(key, function.trigger);
    const std::uint64_t app = key_of(function.owner, function.app);
    const auto [place, is_new] = functions_.try_emplace(key);
    FunctionTotals& totals = place->second;
    if (is_new) {
      ++app_sizes_[app];
      totals.trigger = trigger_before(key).value_or(function.trigger);
    }
    const Trigger before = totals.trigger;
    totals.trigger = last_known(before, function.trigger);
    add_minutes(function.counts, first_minute, totals);
    sampled_.add(app, function.counts, first_minute);
    if (function.duration) add_duration(key, *function.duration);
    if (function.app_memory && memories_.find(app) == memories_.end()) add_memory(app, *function.app_memory);
    if (before == function.trigger) return std::nullopt;
    return before;
  }

  bool has_function(std::uint64_t key) const { return functions_.contains(key); }
  bool has_app(std::uint64_t key) const { return app_sizes_.contains(key); }

  void add_duration(std::uint64_t function, const DurationPercentiles& duration) {
    durations_[function].add(duration.average_ms / 1000, std::max(1.0, duration.count));
  }

  void add_memory(std::uint64_t app, const MemoryPercentiles& memory) {
    memories_[app].add(memory.average_mb, std::max(1.0, memory.samples));
  }

  void set_days(std::uint32_t days) {
    if (days * kMinutesPerDay > minute_calls_.size()) minute_calls_.resize(days * kMinutesPerDay);
    rows_.resize(std::max<std::size_t>(rows_.size(), days));
  }

  TraceStatistics statistics(const sim::GoOn& go_on) const {
    TraceStatistics statistics;
    statistics.days = static_cast<std::uint32_t>(rows_.size());
    statistics.functions = functions_.size();
    statistics.apps = app_sizes_.size();
    statistics.cells = cells_;
    for (const auto fill : {&State::fill_triggers, &State::fill_popularity, &State::fill_days, &State::fill_apps,
                            &State::fill_durations, &State::fill_memory}) {
      sim::throw_if_cancelled(go_on);
      (this->*fill)(statistics);
    }
    return statistics;
  }

 private:
  // A row without calls has a trigger, too.
  std::optional<Trigger> add_idle(std::uint64_t key, Trigger trigger) {
    const auto called = functions_.find(key);
    Trigger& kept = called != functions_.end() ? called->second.trigger : idle_.try_emplace(key, trigger).first->second;
    const Trigger before = std::exchange(kept, last_known(kept, trigger));
    if (before == trigger) return std::nullopt;
    return before;
  }

  std::optional<Trigger> trigger_before(std::uint64_t key) const {
    const auto found = idle_.find(key);
    if (found == idle_.end()) return std::nullopt;
    return found->second;
  }

  void add_minutes(std::span<const MinuteCount> counts, std::uint32_t first_minute, FunctionTotals& totals) {
    std::size_t last_day = rows_.size();  // none
    for (const MinuteCount& count : counts) {
      const std::size_t minute = count.minute + first_minute;
      const std::size_t day = minute / kMinutesPerDay;
      if (day >= rows_.size()) set_days(static_cast<std::uint32_t>(day) + 1);
      if (day != last_day || &count == &counts.front()) ++rows_[day];
      last_day = day;
      minute_calls_[minute] += count.count;
      totals.calls += count.count;
      totals.squares += static_cast<double>(count.count) * count.count;
      if (day == 0) {
        totals.first_day_calls = static_cast<std::uint8_t>(
            std::min<std::uint64_t>(kManyCalls, std::uint64_t{totals.first_day_calls} + count.count));
      }
    }
    cells_ += counts.size();
  }

  void fill_triggers(TraceStatistics& statistics) const {
    for (const auto& [key, totals] : functions_) {
      const auto trigger = static_cast<std::size_t>(totals.trigger);
      statistics.calls += totals.calls;
      statistics.function_shares[trigger] += 1;
      statistics.call_shares[trigger] += static_cast<double>(totals.calls);
    }
    for (double& share : statistics.function_shares) share = ratio(share, static_cast<double>(functions_.size()));
    for (double& share : statistics.call_shares) share = ratio(share, static_cast<double>(statistics.calls));
  }

  void fill_popularity(TraceStatistics& statistics) const {
    std::vector<std::uint64_t> falling;
    falling.reserve(functions_.size());
    const FunctionTotals* top = nullptr;
    std::size_t called = 0;
    std::size_t few = 0;
    for (const auto& [key, totals] : functions_) {
      falling.push_back(totals.calls);
      if (top == nullptr || totals.calls > top->calls) top = &totals;
      if (totals.first_day_calls > 0) ++called;
      if (totals.first_day_calls > 0 && totals.first_day_calls < kFewCalls) ++few;
    }
    if (top == nullptr) return;
    std::sort(falling.begin(), falling.end(), std::greater<>());

    const auto calls = static_cast<double>(statistics.calls);
    statistics.top_function_share = share_of_top(falling, 0, calls);
    statistics.top_thousandth_share = share_of_top(falling, .001, calls);
    statistics.top_hundredth_share = share_of_top(falling, .01, calls);
    statistics.fewer_than_10_calls = ratio(static_cast<double>(few), static_cast<double>(called));

    const double days = statistics.days;
    const double mean = static_cast<double>(top->calls) / (days * kMinutesPerDay);
    statistics.top_function_calls = static_cast<double>(top->calls) / days;
    statistics.top_function_cv = std::sqrt(std::max(0.0, top->squares / (days * kMinutesPerDay) - mean * mean)) / mean;

    for (const std::uint64_t of_function : falling)
      statistics.popularity.push_back(static_cast<double>(of_function) / days);
    const std::vector<double> rising(statistics.popularity.rbegin(), statistics.popularity.rend());
    for (std::size_t i = 0; i < published::kDailyCalls.size(); ++i) {
      statistics.daily_calls_shares[i] = share_up_to(rising, published::kDailyCalls[i]);
    }
  }

  void fill_days(TraceStatistics& statistics) const {
    const std::uint64_t rows = std::accumulate(rows_.begin(), rows_.end(), std::uint64_t{0});
    statistics.non_zero_minutes =
        ratio(static_cast<double>(cells_), static_cast<double>(rows) * static_cast<double>(kMinutesPerDay));

    Mean weekday;
    Mean weekend;
    for (std::size_t day = 0; day < rows_.size(); ++day) {
      (day % 7 < 5 ? weekday : weekend).add(static_cast<double>(rows_[day]), 1);
    }
    if (weekend.weight > 0 && weekday.sum > 0) {
      statistics.weekend_rows = weekend.sum / weekend.weight / (weekday.sum / weekday.weight);
    }

    statistics.minute_calls = minute_calls_;
    for (std::size_t minute = 0; minute < minute_calls_.size(); ++minute) {
      statistics.hourly_calls[minute / 60 % 24] += minute_calls_[minute] / statistics.days;
    }
    const auto [quietest, busiest] =
        std::minmax_element(statistics.hourly_calls.begin(), statistics.hourly_calls.end());
    statistics.baseline = ratio(*quietest, *busiest);
  }

  void fill_apps(TraceStatistics& statistics) const {
    for (const auto& [app, size] : app_sizes_) {
      const auto bin = std::lower_bound(published::kAppSizes.begin(), published::kAppSizes.end(), size);
      statistics.app_size_shares[static_cast<std::size_t>(bin - published::kAppSizes.begin())] += 1;
    }
    for (double& share : statistics.app_size_shares) share = ratio(share, static_cast<double>(app_sizes_.size()));

    std::vector<double> cvs = sampled_.cvs();
    std::sort(cvs.begin(), cvs.end());
    statistics.apps_with_cv = cvs.size();
    if (cvs.empty()) return;
    statistics.cv_about_zero = share_up_to(cvs, kCvAboutZero);
    statistics.cv_at_most_one = share_up_to(cvs, 1);
  }

  void fill_durations(TraceStatistics& statistics) const {
    Mean log;
    Mean squares;
    for (const auto& [key, mean] : durations_) {
      statistics.durations_s.push_back(mean.sum / mean.weight);
      if (mean.sum <= 0) continue;
      const double log_s = std::log(mean.sum / mean.weight);
      log.add(log_s, 1);
      squares.add(log_s * log_s, 1);
    }
    std::vector<double>& rising = statistics.durations_s;
    std::sort(rising.begin(), rising.end());
    statistics.durations = rising.size();
    statistics.duration_median_s = quantile(rising, .5);
    if (rising.empty()) return;
    for (std::size_t i = 0; i < published::kDurations_s.size(); ++i) {
      statistics.duration_shares[i] = share_up_to(rising, published::kDurations_s[i]);
    }
    if (log.weight == 0) return;
    statistics.duration_log_mean = log.sum / log.weight;
    statistics.duration_log_deviation =
        std::sqrt(std::max(0.0, squares.sum / log.weight - std::pow(log.sum / log.weight, 2)));
  }

  void fill_memory(TraceStatistics& statistics) const {
    std::vector<double> rising;
    for (const auto& [app, mean] : memories_) rising.push_back(mean.sum / mean.weight);
    std::sort(rising.begin(), rising.end());
    statistics.memories = rising.size();
    statistics.memory_median_mb = quantile(rising, .5);
    statistics.memory_p90_mb = quantile(rising, .9);
  }

  std::unordered_map<std::uint64_t, FunctionTotals> functions_;
  std::unordered_map<std::uint64_t, Trigger> idle_;  // of functions not called so far
  std::unordered_map<std::uint64_t, std::uint32_t> app_sizes_;
  std::unordered_map<std::uint64_t, Mean> durations_;
  std::unordered_map<std::uint64_t, Mean> memories_;
  SampledApps sampled_;
  std::vector<double> minute_calls_;
  std::vector<std::uint64_t> rows_;  // functions called, by day
  std::uint64_t cells_ = 0;
};

StatisticsCollector::StatisticsCollector() : state_(std::make_unique<State>()) {}
StatisticsCollector::~StatisticsCollector() = default;
StatisticsCollector::StatisticsCollector(StatisticsCollector&&) noexcept = default;

std::optional<Trigger> StatisticsCollector::add(const TraceFunction& function, std::uint32_t first_minute) {
  return state_->add(function, first_minute);
}

bool StatisticsCollector::add_duration(std::string_view owner, std::string_view app, std::string_view function,
                                       const DurationPercentiles& duration) {
  const std::uint64_t key = key_of(owner, app, function);
  if (!state_->has_function(key)) return false;
  state_->add_duration(key, duration);
  return true;
}

bool StatisticsCollector::add_memory(std::string_view owner, std::string_view app, const MemoryPercentiles& memory) {
  const std::uint64_t key = key_of(owner, app);
  if (!state_->has_app(key)) return false;
  state_->add_memory(key, memory);
  return true;
}

void StatisticsCollector::set_days(std::uint32_t days) { state_->set_days(days); }

TraceStatistics StatisticsCollector::statistics(const sim::GoOn& go_on) const { return state_->statistics(go_on); }

}  // namespace faasconf::traces
