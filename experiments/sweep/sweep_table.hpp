#pragma once
// What comes out of a sweep: a row a cell and case, with a column for every axis and metric.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "experiments/sweep/cell.hpp"
#include "experiments/sweep/cell_state.hpp"
#include "experiments/sweep/plan.hpp"

namespace faasconf::experiments::sweep {

// Over the replications that have the metric.
struct Estimate {
  std::optional<double> mean{}, low{}, high{};  // 95 %, as results/summary.hpp makes it; absent below two
  std::uint64_t n = 0;
};

struct SweepColumn {
  std::string name;  // "latency_mean_s", "rgb/latency_mean_s"
  std::string unit;
  std::vector<Estimate> rows;
};

// The finished cells of a plan in its order, a row a case.
struct SweepTable {
  std::vector<std::size_t> cells;  // by row
  std::vector<std::string> cases;
  std::vector<std::uint64_t> replications;
  std::vector<SweepColumn> columns;
};

// Of so many replications as the plan wants. `wanted`: names of metrics; empty: all that any cell has.
SweepTable table_of(const Plan& plan, const CellMaker& maker, const JournalledCells& cells,
                    const std::vector<std::string>& wanted = {});

// HDF5, with its record; the same bytes whoever computed the cells. Written aside and renamed.
void write_merged(const std::string& path, const Plan& plan, const CellMaker& maker, const JournalledCells& cells);

// A line a cell, case and metric: the axes, case, metric, unit, mean, low, high, n; empty where there is none.
void write_long_csv(std::ostream& out, const Plan& plan, const SweepTable& table);

}  // namespace faasconf::experiments::sweep
