#include "traces/core/sample.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "sim/core/random.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::traces {
namespace {

constexpr unsigned kFunctionsBetweenQuestions = 64;
constexpr double kGoldenShare = 0.6180339887498949;  // multiples of it, modulo 1, fill every stretch evenly

double execution_ms(const TraceFunction& function) {
  return function.duration ? static_cast<double>(calls_of(function)) * function.duration->average_ms : 0;
}

// Functions side by side that are alike: by trigger, by calls in steps of a quarter of an octave, by execution time.
std::vector<std::size_t> strata(const Trace& trace) {
  std::vector<std::tuple<int, int, double>> keys;
  for (const TraceFunction& function : trace.functions) {
    const std::uint64_t calls = calls_of(function);
    const int step = calls == 0 ? -1 : static_cast<int>(4 * std::log2(static_cast<double>(calls)));
    keys.emplace_back(static_cast<int>(function.trigger), step, execution_ms(function));
  }
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  return order;
}

// Gives each place once: the one asked for or the next free one after it, around the end.
class FreePlaces {
 public:
  explicit FreePlaces(std::size_t count) : next_(count) { std::iota(next_.begin(), next_.end(), std::size_t{0}); }

  std::size_t take(std::size_t place) {
    const std::size_t free = find(place);
    next_[free] = (free + 1) % next_.size();
    return free;
  }

 private:
  // follows taken places to a free one, halving the path
  std::size_t find(std::size_t place) {
    while (next_[place] != place) {
      next_[place] = next_[next_[place]];
      place = next_[place];
    }
    return place;
  }

  std::vector<std::size_t> next_;  // itself where it is free
};

// The place in a sorted sample and the step of both CDFs' difference there: calls visit(width, difference).
template <class Visit>
void walk_cdfs(std::vector<double>& a, std::vector<double>& b, const Visit& visit) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  std::size_t i = 0;
  std::size_t j = 0;
  double last = std::min(a.front(), b.front());
  while (i < a.size() || j < b.size()) {
    const double next = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const double below_a = static_cast<double>(i) / static_cast<double>(a.size());
    const double below_b = static_cast<double>(j) / static_cast<double>(b.size());
    visit(next - last, std::abs(below_a - below_b));
    last = next;
    while (i < a.size() && a[i] == next) ++i;
    while (j < b.size() && b[j] == next) ++j;
  }
}

Distances distances(const std::vector<double>& whole, const std::vector<double>& part) {
  const double mean = std::accumulate(whole.begin(), whole.end(), 0.0) / static_cast<double>(whole.size());
  return {.wasserstein_1 = mean == 0 ? 0 : wasserstein_1(whole, part) / mean,
          .kolmogorov_smirnov = kolmogorov_smirnov(whole, part)};
}

// value(function, trace) is an optional number; those without one are left out.
template <class Value>
std::optional<Distances> compare_values(const Trace& whole, const Trace& part, const Value& value) {
  const auto values = [&](const Trace& trace) {
    std::vector<double> numbers;
    for (const TraceFunction& function : trace.functions) {
      if (const std::optional<double> number = value(function, trace)) numbers.push_back(*number);
    }
    return numbers;
  };
  const std::vector<double> of_whole = values(whole);
  const std::vector<double> of_part = values(part);
  if (of_whole.empty() || of_part.empty()) return std::nullopt;
  return distances(of_whole, of_part);
}

std::array<double, 7> trigger_shares(const Trace& trace) {
  std::array<double, 7> shares{};
  for (const TraceFunction& function : trace.functions) {
    shares[static_cast<std::size_t>(function.trigger)] += 1 / static_cast<double>(trace.functions.size());
  }
  return shares;
}

double mean_of(const std::vector<std::uint64_t>& values) {
  return static_cast<double>(std::accumulate(values.begin(), values.end(), std::uint64_t{0})) /
         static_cast<double>(values.size());
}

double correlation(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  const std::size_t count = std::min(a.size(), b.size());
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double product = 0;
  double square_a = 0;
  double square_b = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = static_cast<double>(a[i]) - mean_a;
    const double y = static_cast<double>(b[i]) - mean_b;
    product += x * y;
    square_a += x * x;
    square_b += y * y;
  }
  return square_a == 0 || square_b == 0 ? 0 : product / std::sqrt(square_a * square_b);
}

}  // namespace

std::vector<std::size_t> sampling_order(const Trace& trace, std::uint64_t seed) {
  const std::vector<std::size_t> alike = strata(trace);
  const auto count = static_cast<double>(alike.size());
  const double shift = sim::RngStreams(seed).stream("sample").uniform();
  std::vector<std::size_t> order;
  FreePlaces places(alike.size());
  for (std::size_t i = 0; i < alike.size(); ++i) {
    const double turns = shift + static_cast<double>(i) * kGoldenShare;
    const auto wanted = static_cast<std::size_t>((turns - std::floor(turns)) * count);
    order.push_back(alike[places.take(std::min(wanted, alike.size() - 1))]);
  }
  return order;
}

Trace sample(const Trace& trace, std::size_t count, std::uint64_t seed, const sim::GoOn& go_on) {
  std::vector<std::size_t> chosen = sampling_order(trace, seed);
  chosen.resize(std::min(count, chosen.size()));
  std::ranges::sort(chosen);
  Trace result{.days = trace.days, .functions = {}, .origin = trace.origin};
  sim::Questions<kFunctionsBetweenQuestions> questions(go_on);
  for (const std::size_t i : chosen) {
    questions.next();
    result.functions.push_back(trace.functions[i]);
  }
  return result;
}

Representativeness compare(const Trace& whole, const Trace& part, const sim::GoOn& go_on) {
  Representativeness result;
  const auto daily_calls = [](const TraceFunction& function, const Trace& trace) {
    return std::optional(static_cast<double>(calls_of(function)) / trace.days);
  };
  result.daily_calls = compare_values(whole, part, daily_calls).value_or(Distances{});
  sim::throw_if_cancelled(go_on);
  result.execution_s = compare_values(whole, part, [](const TraceFunction& function, const Trace& trace) {
    return function.duration ? std::optional(execution_ms(function) / 1000 / trace.days) : std::nullopt;
  });
  sim::throw_if_cancelled(go_on);
  result.memory_mb = compare_values(whole, part, [](const TraceFunction& function, const Trace&) {
    return function.app_memory ? std::optional(function.app_memory->average_mb) : std::nullopt;
  });
  sim::throw_if_cancelled(go_on);
  result.trigger_shares_of_whole = trigger_shares(whole);
  result.trigger_shares_of_part = trigger_shares(part);
  result.correlation = correlation(minute_totals(whole), minute_totals(part));
  return result;
}

double wasserstein_1(std::vector<double> a, std::vector<double> b) {
  double area = 0;
  walk_cdfs(a, b, [&](double width, double difference) { area += difference == 0 ? 0 : width * difference; });
  return area;
}

double kolmogorov_smirnov(std::vector<double> a, std::vector<double> b) {
  double largest = 0;
  walk_cdfs(a, b, [&](double, double difference) { largest = std::max(largest, difference); });
  return largest;
}

}  // namespace faasconf::traces
