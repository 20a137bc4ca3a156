#include "experiments/sweep/sweep_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <ostream>
#include <string_view>
#include <utility>

#include <H5Cpp.h>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/results/hdf5_parts.hpp"
#include "experiments/results/metrics.hpp"
#include "experiments/results/record.hpp"
#include "sim/core/quantity.hpp"
#include "sim/stats/confidence.hpp"
#include "sim/stats/running_moments.hpp"
#include "traces/files/hdf5_part_driver.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::sweep {
namespace {

constexpr results::FileFormat kFormat{"faasconf-sweep", 1};
constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

struct MetricOf {
  std::string unit;
  bool is_share = false;
};

// Of a column such as "rgb/latency_mean_s".
MetricOf metric_of(const std::string& column) {
  const std::size_t slash = column.rfind('/');
  const auto describe = [](const auto* metric) {
    return metric == nullptr ? MetricOf{} : MetricOf{std::string(metric->unit), metric->is_share()};
  };
  if (slash == std::string::npos) return describe(results::find_metric(results::metrics().end_to_end, column));
  return describe(results::find_metric(results::metrics().by_function, std::string_view(column).substr(slash + 1)));
}

Estimate estimate_of(const sim::RunningMoments& moments, bool is_share) {
  Estimate estimate{.mean = moments.mean(), .n = moments.count()};
  if (moments.count() < 2) return estimate;
  if (is_share) {
    if (const auto interval = sim::share_interval(moments)) {
      estimate.low = interval->low;
      estimate.high = interval->high;
    }
  } else if (const auto interval = sim::mean_interval(moments)) {
    estimate.low = interval->low();
    estimate.high = interval->high();
  }
  return estimate;
}

// Builds the table row by row; columns appear as cells bring them.
class TableBuilder {
 public:
  explicit TableBuilder(const std::vector<std::string>& wanted) : wanted_(wanted) {}

  void add(std::size_t cell, const CellState& state, std::uint64_t replications) {
    const std::vector<std::string_view>& cases = state.rows.front().cases;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      table_.cells.push_back(cell);
      table_.cases.emplace_back(cases[i]);
      table_.replications.push_back(replications);
      add_row(state, i, replications);
    }
  }

  SweepTable take() {
    for (SweepColumn& column : table_.columns) column.rows.resize(table_.cells.size());
    return std::move(table_);
  }

 private:
  void add_row(const CellState& state, std::size_t case_index, std::uint64_t replications) {
    const std::vector<std::string>& columns = *state.rows.front().columns;
    std::vector<sim::RunningMoments> moments(columns.size());
    std::uint64_t next = 0;
    for (const RowsView& rows : state.rows) {
      if (*rows.columns != columns) continue;
      for (std::uint64_t i = 0; i < rows.replications && next < replications; ++i) {
        if (rows.first_replication + i != next) continue;
        ++next;
        for (std::size_t c = 0; c < columns.size(); ++c) {
          const double value = rows.value(i, case_index, c);
          if (!std::isnan(value)) moments[c].add(value);
        }
      }
    }
    for (std::size_t c = 0; c < columns.size(); ++c) set(columns[c], moments[c]);
  }

  void set(const std::string& name, const sim::RunningMoments& moments) {
    const auto [at, is_new] = positions_.try_emplace(name, table_.columns.size());
    if (is_new) {
      if (!wanted_.empty() && std::ranges::find(wanted_, name) == wanted_.end()) at->second = kLeftOut;
    }
    if (at->second == kLeftOut) return;
    if (is_new) {
      const MetricOf metric = metric_of(name);
      table_.columns.push_back({.name = name, .unit = metric.unit, .rows = {}});
      shares_.push_back(metric.is_share);
    }
    std::vector<Estimate>& rows = table_.columns[at->second].rows;
    rows.resize(table_.cells.size());
    rows.back() = estimate_of(moments, shares_[at->second]);
  }

  static constexpr std::size_t kLeftOut = ~std::size_t{0};

  const std::vector<std::string>& wanted_;
  SweepTable table_;
  std::map<std::string, std::size_t> positions_;
  std::vector<bool> shares_;  // by column
};

std::vector<double> numbers(const SweepColumn& column, std::optional<double> Estimate::*part) {
  std::vector<double> values;
  values.reserve(column.rows.size());
  for (const Estimate& row : column.rows) values.push_back((row.*part).value_or(kAbsent));
  return values;
}

std::vector<std::int64_t> counts(const SweepColumn& column) {
  std::vector<std::int64_t> values;
  values.reserve(column.rows.size());
  for (const Estimate& row : column.rows) values.push_back(static_cast<std::int64_t>(row.n));
  return values;
}

config::YamlNode axes_yaml(const Plan& plan) {
  std::vector<std::pair<std::string, config::YamlNode>> axes;
  for (const Axis& axis : plan.axes()) axes.emplace_back(axis.key, config::yaml_list(axis.values));
  return config::yaml_map(std::move(axes));
}

results::Record record_of(const Plan& plan, const config::Experiment& first) {
  const Sweep& sweep = plan.sweep();
  std::vector<config::InputFile> inputs = first.inputs;
  inputs.insert(inputs.begin(), sweep.file);
  const std::string wanted = sweep.precision
                                 ? config::format_number(sweep.precision->relative) + " of " + sweep.precision->metric
                                 : std::to_string(sweep.replications);
  return {.format = kFormat,
          .job = {.verb = "sweep",
                  .options = {{"axes", axes_yaml(plan)},
                              {sweep.precision ? "precision" : "replications", config::yaml_scalar(wanted)},
                              {"warm_up", config::yaml_scalar(sim::format(sweep.warm_up))}},
                  .experiment = config::to_yaml(first)},
          .seed = sweep.seed,
          .inputs = std::move(inputs)};
}

void write_axes(const H5::Group& root, const Plan& plan, const SweepTable& table) {
  const H5::Group group = results::create_group(root, "axes");
  for (std::size_t axis = 0; axis < plan.axes().size(); ++axis) {
    std::vector<std::string> values;
    for (const std::size_t cell : table.cells) values.push_back(plan.value_text(axis, plan.cell(cell)[axis]));
    results::write_column(group, plan.axes()[axis].key.c_str(), "", values);
  }
}

void write_cells(const H5::Group& root, const CellMaker& maker, const JournalledCells& cells, const SweepTable& table) {
  std::vector<std::int64_t> indices;
  std::vector<std::string> identities;
  std::vector<std::int64_t> replications;
  for (std::size_t row = 0; row < table.cells.size(); ++row) {
    indices.push_back(static_cast<std::int64_t>(table.cells[row]));
    identities.push_back(to_hex(cells.cell_of(maker.key_of(table.cells[row])).value_or(CellId{})));
    replications.push_back(static_cast<std::int64_t>(table.replications[row]));
  }
  const H5::Group group = results::create_group(root, "cells");
  results::write_column(group, "cell", "", indices);
  results::write_column(group, "case", "", table.cases);
  results::write_column(group, "identity", "", identities);
  results::write_column(group, "replications", "", replications);
}

void write_metrics(const H5::Group& root, const SweepTable& table) {
  const H5::Group metrics = results::create_group(root, "metrics");
  std::map<std::string, H5::Group> functions;
  for (const SweepColumn& column : table.columns) {
    const std::size_t slash = column.name.rfind('/');
    H5::Group parent = metrics;
    if (slash != std::string::npos) {
      const std::string function = column.name.substr(0, slash);
      if (!functions.contains(function)) {
        functions.emplace(function, results::create_group(metrics, ("function." + function).c_str()));
      }
      parent = functions.at(function);
    }
    const std::string name = slash == std::string::npos ? column.name : column.name.substr(slash + 1);
    const H5::Group group = results::create_group(parent, name.c_str());
    results::write_column(group, "mean", column.unit, numbers(column, &Estimate::mean));
    results::write_column(group, "low", column.unit, numbers(column, &Estimate::low));
    results::write_column(group, "high", column.unit, numbers(column, &Estimate::high));
    results::write_column(group, "n", "", counts(column));
  }
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string csv_number(const std::optional<double>& number) { return number ? config::format_number(*number) : ""; }

}  // namespace

SweepTable table_of(const Plan& plan, const CellMaker& maker, const JournalledCells& cells,
                    const std::vector<std::string>& wanted) {
  TableBuilder builder(wanted);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const std::optional<CellId> id = cells.cell_of(maker.key_of(i));
    const CellState* const state = id ? cells.find(*id) : nullptr;
    if (is_finished(plan.sweep(), state)) builder.add(i, *state, replications_wanted(plan.sweep(), state));
  }
  return builder.take();
}

void write_merged(const std::string& path, const Plan& plan, const CellMaker& maker, const JournalledCells& cells) {
  const SweepTable table = table_of(plan, maker, cells);
  const config::Experiment first = maker.make(0).experiment;
  results::translate_hdf5_errors(path, [&] {
    files::PartFile part(path);
    {
      const H5::H5File file = files::create_hdf5(part);
      results::write_origin(file, record_of(plan, first), first.scenario);
      write_cells(file, maker, cells, table);
      write_axes(file, plan, table);
      write_metrics(file, table);
    }
    part.commit();
  });
}

void write_long_csv(std::ostream& out, const Plan& plan, const SweepTable& table) {
  for (const Axis& axis : plan.axes()) out << csv_cell(axis.key) << ",";
  out << "case,metric,unit,mean,low,high,n\n";
  for (std::size_t row = 0; row < table.cells.size(); ++row) {
    std::string head;
    const auto positions = plan.cell(table.cells[row]);
    for (std::size_t axis = 0; axis < positions.size(); ++axis) {
      head += csv_cell(plan.value_text(axis, positions[axis])) + ",";
    }
    head += csv_cell(table.cases[row]) + ",";
    for (const SweepColumn& column : table.columns) {
      const Estimate& estimate = column.rows[row];
      out << head << csv_cell(column.name) << "," << column.unit << "," << csv_number(estimate.mean) << ","
          << csv_number(estimate.low) << "," << csv_number(estimate.high) << "," << estimate.n << "\n";
    }
  }
}

}  // namespace faasconf::experiments::sweep
