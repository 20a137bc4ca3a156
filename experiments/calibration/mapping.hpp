#pragma once
// The mapping file: what the columns of a table of measurements mean, under which protocol they were measured, and
// which values of the workflow are fitted to them. experiments/configs/README.md describes its keys.

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/config/csv_table.hpp"
#include "experiments/prediction/observed.hpp"
#include "experiments/prediction/parameters.hpp"
#include "experiments/prediction/window_sample.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::experiments::calibration {

// How a number follows from a row: (sum of columns) x factor + plus, over the sum of other columns; or a constant. In
// millicores, mebibytes, seconds, per second.
struct Cell {
  std::vector<std::size_t> columns{};  // empty: a constant
  double factor = 1;
  double plus = 0;
  std::vector<std::size_t> over{};
  bool round_down = false;
  bool may_be_unlimited = false;  // the word, which reads as 0

  bool is_constant() const { return columns.empty(); }
  double read(const config::CsvTable& table, std::size_t row) const;  // throws sim::Error
};

struct KnobCells {
  std::string function;
  Cell cpu, memory, replicas, concurrency;
};

struct Target {
  std::string name;  // "latency_p75_s of rgb"
  prediction::Observed what{};
  std::string function;  // empty: end to end
  Cell cell;
  double weight = 1;
  bool relative = false;  // errors in shares of the measured value, not of the spread over rows
};

// Who sent requests, for how long.
struct ProtocolCells {
  std::optional<Cell> users;       // closed loop
  std::optional<Cell> rate_per_s;  // open loop, Poisson
  Cell window_s;
  Cell warm_up_s;
  double spawn_rate_per_s = 10;  // 0: at once
  sim::Distribution think_time{};
  sim::Distribution back_off{};
  sim::Attribution attribution = sim::Attribution::completed;
};

struct Mapping {
  std::vector<std::pair<std::size_t, std::vector<std::string>>> rows;  // columns whose words choose the rows that count
  std::optional<std::size_t> group;  // rows with the same word here are held out together
  ProtocolCells protocol;
  std::vector<KnobCells> knobs;
  std::vector<Target> targets;
  std::vector<prediction::FittedParameter> parameters;
  std::set<std::string> renamed;  // "latency_mean is now latency_mean_s"
};

prediction::Protocol protocol_of(const ProtocolCells& cells);

// Reads a mapping for this table and workflow. Throws sim::Error with file and line.
Mapping read_mapping(const std::string& path, const config::CsvTable& table, const sim::WorkflowSpec& workflow);
Mapping parse_mapping(const std::string& text, const std::string& path, const config::CsvTable& table,
                      const sim::WorkflowSpec& workflow, const results::Metrics& metrics = results::metrics());

}  // namespace faasconf::experiments::calibration
