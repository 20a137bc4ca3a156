#include "experiments/calibration/measurements.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "sim/model/scenario.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::calibration {
namespace {

constexpr std::size_t kLeastRowsPerParameter = 3;

std::string format(int count) { return std::to_string(count); }  // beside those of the quantities

// A knob within what the workflow allows.
template <class T>
T checked(T value, T least, T most, const char* knob, const std::string& function, const std::string& place) {
  if (value >= least && value <= most) return value;
  throw sim::Error(place + ": " + function + "." + knob + ": expected " + format(least) + " to " + format(most) +
                   " as the workflow's ranges say, got " + format(value) + "; is the unit or the column another one?");
}

int whole(double value, const char* knob, const std::string& function, const std::string& place) {
  if (value == std::floor(value) && std::abs(value) < 1e9) return static_cast<int>(value);
  throw sim::Error(place + ": " + function + "." + knob + ": expected a whole number, got " + std::to_string(value));
}

sim::FunctionConfiguration knobs_of(const KnobCells& cells, const sim::FunctionSpec& function,
                                    const config::CsvTable& table, std::size_t row) {
  const std::string place = table.place(row);
  const sim::KnobRanges& ranges = function.ranges;
  const std::string& name = function.name;
  sim::FunctionConfiguration knobs;
  knobs.cpu = checked(sim::Millicores{cells.cpu.read(table, row)}, ranges.cpu_min, ranges.cpu_max, "cpu", name, place);
  knobs.memory = checked(sim::Mebibytes{cells.memory.read(table, row)}, ranges.memory_min, ranges.memory_max, "memory",
                         name, place);
  knobs.replicas = checked(whole(cells.replicas.read(table, row), "replicas", name, place), ranges.replicas_min,
                           ranges.replicas_max, "replicas", name, place);
  knobs.concurrency = whole(cells.concurrency.read(table, row), "concurrency", name, place);
  if (knobs.concurrency != 0) {  // 0: no limit
    checked(knobs.concurrency, ranges.concurrency_min, ranges.concurrency_max, "concurrency", name, place);
  }
  return knobs;
}

prediction::Load load_of(const ProtocolCells& cells, const config::CsvTable& table, std::size_t row) {
  prediction::Load load;
  const auto fail = [&](const std::string& what) { throw sim::Error(table.place(row) + ": protocol: " + what); };
  if (cells.users) {
    load.users = cells.users->read(table, row);
    if (!(load.users >= 1) || load.users != std::floor(load.users)) {
      fail("expected a whole number of users from 1 on, got " + std::to_string(load.users));
    }
  }
  if (cells.rate_per_s) {
    load.rate_per_s = cells.rate_per_s->read(table, row);
    if (!(load.rate_per_s > 0)) fail("expected a rate above 0, got " + std::to_string(load.rate_per_s));
  }
  const double window_s = cells.window_s.read(table, row);
  const double warm_up_s = cells.warm_up_s.read(table, row);
  if (!(window_s > 0 && window_s < 1e6)) fail("expected a window above 0s, got " + std::to_string(window_s) + "s");
  if (!(warm_up_s >= 0 && warm_up_s < 1e6)) fail("expected a warm-up from 0s on, got " + std::to_string(warm_up_s));
  load.window = sim::from_seconds(window_s);
  load.warm_up = sim::from_seconds(warm_up_s);
  return load;
}

bool counts(const config::CsvTable& table, std::size_t row, const Mapping& mapping) {
  return std::all_of(mapping.rows.begin(), mapping.rows.end(), [&](const auto& condition) {
    const auto& [column, words] = condition;
    return std::find(words.begin(), words.end(), table.rows[row][column]) != words.end();
  });
}

// A column that never changes is a mistake in the mapping, or a constant that it should name.
void check_varies(const Cell& cell, const std::string& what, const config::CsvTable& table,
                  const std::vector<std::size_t>& rows) {
  if (cell.is_constant() || rows.size() < 2) return;
  const double first = cell.read(table, rows.front());
  const bool varies =
      std::any_of(rows.begin(), rows.end(), [&](std::size_t row) { return cell.read(table, row) != first; });
  if (varies) return;
  throw sim::Error(table.path + ": column " + std::to_string(cell.columns.front() + 1) + ", " + "\"" +
                   table.header[cell.columns.front()] + "\", for " + what + ": expected a column that varies, got " +
                   table.rows[rows.front()][cell.columns.front()] + " in all " + std::to_string(rows.size()) + " rows");
}

void check_columns(const config::CsvTable& table, const Mapping& mapping, const std::vector<std::size_t>& rows) {
  for (const KnobCells& knobs : mapping.knobs) {
    for (const auto& [name, cell] : {std::pair{"cpu", &knobs.cpu},
                                     {"memory", &knobs.memory},
                                     {"replicas", &knobs.replicas},
                                     {"concurrency", &knobs.concurrency}}) {
      check_varies(*cell, knobs.function + "." + name + "; write a constant into the mapping where it is one", table,
                   rows);
    }
  }
  for (const Target& target : mapping.targets) check_varies(target.cell, "target " + target.name, table, rows);
}

double observed(const Target& target, const config::CsvTable& table, std::size_t row) {
  const double value = target.cell.read(table, row);
  const bool is_ratio = target.what.is_share();
  const bool possible = value >= 0 && (!is_ratio || value <= 1) && (!target.relative || value > 0);
  if (possible) return value;
  throw sim::Error(table.place(row) + ": target " + target.name + ": expected " +
                   (is_ratio          ? "a share from 0 to 1"
                    : target.relative ? "a value above 0"
                                      : "a value from 0 on") +
                   ", got " + std::to_string(value));
}

}  // namespace

Measurements read_measurements(const config::CsvTable& table, const Mapping& mapping,
                               const sim::WorkflowSpec& workflow) {
  std::vector<std::size_t> chosen;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (counts(table, row, mapping)) chosen.push_back(row);
  }
  if (chosen.empty()) {
    throw sim::Error(table.path + ": expected rows as the mapping's key `rows` chooses them, got none of " +
                     std::to_string(table.rows.size()));
  }
  Measurements measurements{.targets = mapping.targets, .rows = {}, .spread = {}};
  std::vector<sim::RunningMoments> moments(mapping.targets.size());
  for (const std::size_t row : chosen) {
    MeasuredRow measured;
    measured.line = table.lines[row];
    if (mapping.group) measured.group = table.rows[row][*mapping.group];
    measured.configuration = sim::uniform_configuration(workflow, {});
    for (const KnobCells& cells : mapping.knobs) {
      const std::size_t function = workflow.find(cells.function)->index;
      measured.configuration.functions[function] = knobs_of(cells, workflow.functions[function], table, row);
    }
    measured.load = load_of(mapping.protocol, table, row);
    for (std::size_t i = 0; i < mapping.targets.size(); ++i) {
      measured.observed.push_back(observed(mapping.targets[i], table, row));
      moments[i].add(measured.observed.back());
    }
    measurements.rows.push_back(std::move(measured));
  }
  check_columns(table, mapping, chosen);
  for (const sim::RunningMoments& one : moments) {
    measurements.spread.push_back(one.standard_deviation().value_or(1));
  }
  return measurements;
}

std::vector<prediction::AskedWindow> windows_of(const Measurements& measurements) {
  std::vector<prediction::AskedWindow> windows;
  for (const MeasuredRow& row : measurements.rows) windows.push_back({row.configuration, row.load});
  return windows;
}

Split split_rows(const Measurements& measurements, double holdout, std::size_t parameters, std::uint64_t seed) {
  // groups in order of their first row
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::string, std::size_t> known;
  for (std::size_t row = 0; row < measurements.rows.size(); ++row) {
    const std::string& name = measurements.rows[row].group;
    const auto [group, is_new] = known.try_emplace(name, groups.size());
    if (name.empty() || is_new) {
      if (!name.empty()) group->second = groups.size();
      groups.push_back({row});
    } else {
      groups[group->second].push_back(row);
    }
  }

  // Fisher and Yates
  sim::Rng rng = sim::RngStreams(seed).stream("holdout");
  for (std::size_t i = groups.size(); i > 1; --i) {
    std::swap(groups[i - 1], groups[rng.below(static_cast<std::uint32_t>(i))]);
  }
  const auto count = static_cast<double>(groups.size());
  auto left_out = static_cast<std::size_t>(std::lround(holdout * count));
  if (holdout > 0 && groups.size() > 1) left_out = std::clamp<std::size_t>(left_out, 1, groups.size() - 1);
  Split split;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    auto& side = i < left_out ? split.held_out : split.training;
    side.insert(side.end(), groups[i].begin(), groups[i].end());
  }
  std::sort(split.training.begin(), split.training.end());
  std::sort(split.held_out.begin(), split.held_out.end());
  if (split.training.size() < kLeastRowsPerParameter * parameters) {
    throw sim::Error("expected at least " + std::to_string(kLeastRowsPerParameter * parameters) + " rows to fit " +
                     std::to_string(parameters) + " parameters (3 per parameter), got " +
                     std::to_string(split.training.size()) + " of " + std::to_string(measurements.rows.size()) +
                     (holdout > 0 ? ", the others held out" : ""));
  }
  return split;
}

}  // namespace faasconf::experiments::calibration
