#pragma once
// How far a sweep is, and its table, from what its folder holds.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "experiments/sweep/run_sweep.hpp"

namespace faasconf::experiments::sweep {

// A cell that has been begun and lacks replications: at work, or left by a process that ended.
struct StartedCell {
  std::string label;
  std::uint64_t replications = 0;  // that it has
  std::string worker;              // "host pid"
  std::int64_t since_unix_s = 0;
};

struct SweepStatus {
  std::size_t cells = 0;
  std::size_t finished = 0;
  std::vector<StartedCell> started;
  std::vector<FailedCell> failed;
};

// Throws sim::Error where the folder holds no sweep.
SweepStatus status_of(const std::string& folder);

// The finished cells as CSV (sweep_table.hpp). `metrics`: only these; empty: all. Throws sim::Error: no sweep, no such
// metric.
void export_csv(const std::string& folder, const std::vector<std::string>& metrics, std::ostream& out);

// Writes the merged file of the cells that are finished; its path.
std::string merge(const std::string& folder);

// One cell as a text: what it is, its identity, what is known of it, and the resolved experiment.
std::string explain(const std::string& folder, std::size_t cell);

}  // namespace faasconf::experiments::sweep
