#pragma once
// Every metric once: its name and unit, how it is read, how people see it, and where it appears. Result files,
// summaries, JSON, CSV, Python's columns, criteria of evaluations and targets of calibrations are made from these
// tables. Functions that use them take the tables as parameters, so that a test can add a metric. docs/how-to/metric.md
// adds one.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/model/run.hpp"
#include "sim/stats/quantiles.hpp"

namespace faasconf::experiments::results {

// The topic of a metric, by which tables for people are sorted and divided.
enum class Topic : std::uint8_t {
  load,
  throughput,
  latency,
  success,
  promise,
  losses,
  cpu,
  throttling,
  memory,
  network,
  instances,
  cost,
};

enum class Better : std::uint8_t { neither, more, less };

// How a criterion of an evaluation aggregates the windows of a run.
enum class Aggregate : std::uint8_t {
  pooled,           // that of the windows as one: latencies over all requests
  mean_of_windows,  // over those that have it
};

enum class MetricKind : std::uint8_t {
  value,
  total,     // grows with the span: comparisons show it per hour
  quantile,  // of the successes, by sim::Quantiles
};

// Where a metric appears, if it has a value there.
enum Appearance : std::uint8_t {
  in_windows = 1,          // columns by window of result files and of Python
  in_replications = 2,     // columns of result files and of Python, the windows of a run as one
  in_summary = 4,          // over replications: tables, JSON
  in_criteria = 8,         // of evaluations
  in_targets = 16,         // of calibrations and predictions
  never_omitted = 32,      // from a table, as those may be that are zero throughout
  only_for_programs = 64,  // of a summary: in JSON and files, not in tables
  in_predictions = 128,    // those of the targets that predictions are made of
};

struct Shown {
  std::string_view unit{};  // in tables for people; empty: none
  double scale = 1;         // to this unit
};

// End to end: a window, or the windows of a run after the warm-up as one.
struct EndToEnd {
  const sim::Observation& seen;
  const sim::Run* run = nullptr;  // whose total this is; none where `seen` is a window
};

inline std::int64_t successes_of(const EndToEnd& row) { return row.seen.requests.completions; }
inline std::int64_t successes_of(const sim::FunctionObservation& row) { return row.calls.completions; }

template <class Row>
struct Metric {
  using Whole = std::optional<std::int64_t> (*)(const Row&);
  using Real = std::optional<double> (*)(const Row&);

  std::string_view name;  // ends in the unit where there may be doubt
  std::string_view unit;  // "1" for shares and for the paper's price, "" for flags
  std::variant<Whole, Real> read{};
  std::string_view title{};
  Shown shown{};
  Topic topic{};
  Better better{};
  unsigned appears = in_windows | in_replications | in_summary;
  std::string_view formerly{};  // a name that is still read
  Aggregate aggregate{};
  std::optional<Shown> shown_of_window{};  // where it is the mean of windows, if not as of a run
  MetricKind kind{};

  bool is_whole() const { return read.index() == 0; }
  bool is_share() const { return unit == "1" && shown.unit == "%"; }
  bool has_name(std::string_view other) const { return name == other || (!formerly.empty() && formerly == other); }
  std::optional<double> value(const Row& row) const {
    return std::visit(
        [&row](auto of) -> std::optional<double> {
          const auto found = of(row);
          return found ? std::optional(static_cast<double>(*found)) : std::nullopt;
        },
        read);
  }
  // How far the value may be off, in its unit: quantiles of many values come from a sketch.
  double resolution(const Row& row) const {
    if (kind != MetricKind::quantile) return 0;
    return sim::Quantiles::resolution(value(row).value_or(0), static_cast<std::uint64_t>(successes_of(row)));
  }
};

using EndToEndMetric = Metric<EndToEnd>;
using FunctionMetric = Metric<sim::FunctionObservation>;

struct Metrics {
  std::span<const EndToEndMetric> end_to_end;
  std::span<const FunctionMetric> by_function;
};

// Those that there are, in the order of the columns of result files.
Metrics metrics();

// Those that appear somewhere, in the order of the table.
template <class Row>
std::vector<Metric<Row>> appearing(std::span<const Metric<Row>> all, Appearance where) {
  std::vector<Metric<Row>> chosen;
  std::ranges::copy_if(all, std::back_inserter(chosen),
                       [where](const Metric<Row>& metric) { return (metric.appears & where) != 0; });
  return chosen;
}

// Those of a summary, topic by topic.
template <class Row>
std::vector<Metric<Row>> summarised(std::span<const Metric<Row>> all) {
  std::vector<Metric<Row>> chosen = appearing(all, in_summary);
  std::ranges::stable_sort(chosen, {}, &Metric<Row>::topic);
  return chosen;
}

// Those of them that tables show.
template <class Row>
std::vector<Metric<Row>> shown_in_tables(std::vector<Metric<Row>> summarised) {
  std::erase_if(summarised, [](const Metric<Row>& metric) { return (metric.appears & only_for_programs) != 0; });
  return summarised;
}

// By a name of today or of before; none where there is no such metric.
template <class Row>
const Metric<Row>* find_metric(std::span<const Metric<Row>> all, std::string_view name) {
  const auto found = std::ranges::find_if(all, [name](const Metric<Row>& metric) { return metric.has_name(name); });
  return found == all.end() ? nullptr : &*found;
}

std::string_view name_of(Topic topic);
std::string_view name_of(Better better);
std::string_view name_of(MetricKind kind);

}  // namespace faasconf::experiments::results
