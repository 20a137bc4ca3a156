#pragma once
// The mapping file: what the columns of a table of measurements mean, under which protocol they were measured, and
// which values of the workflow are fitted to them. experiments/configs/README.md describes its keys.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/calibration/table.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::experiments {

// What a number is: decides its units.
enum class Dimension { cpu, memory, time, rate, count, share };

// How a number follows from a row: (sum of columns) x factor + plus, over the sum of other columns; or a constant. In
// millicores, mebibytes, seconds, per second.
struct Cell {
  std::vector<std::size_t> columns{};  // empty: a constant
  double factor = 1;
  double plus = 0;
  std::vector<std::size_t> over{};
  bool round_down = false;

  bool is_constant() const { return columns.empty(); }
  double read(const Table& table, std::size_t row) const;  // throws sim::Error
};

struct KnobCells {
  std::string function;
  Cell cpu, memory, replicas, concurrency;
};

enum class Observed { latency_mean, latency_p50, latency_p75, latency_p95, latency_p99, successes, success_ratio };

struct Target {
  std::string name;  // "latency_p75 of rgb"
  Observed what{};
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

// Where a parameter goes: the entry of the workflow file at `path` becomes times x value + plus.
struct Setting {
  std::string path;
  double times = 1;
  double plus = 0;
};

struct Prior {
  double mean = 0;
  double standard_deviation = 0;
};

struct FittedParameter {
  std::string name;
  std::vector<Setting> sets;  // one value may serve several functions
  Dimension dimension = Dimension::count;
  double low = 0;
  double high = 0;
  bool logarithmic = false;
  std::optional<Prior> prior{};  // absent: uniform over the bounds, on the scale
};

struct Mapping {
  std::vector<std::pair<std::size_t, std::vector<std::string>>> rows;  // columns whose words choose the rows that count
  std::optional<std::size_t> group;  // rows with the same word here are held out together
  ProtocolCells protocol;
  std::vector<KnobCells> knobs;
  std::vector<Target> targets;
  std::vector<FittedParameter> parameters;
};

// Reads a mapping for this table and workflow. Throws sim::Error with file and line.
Mapping read_mapping(const std::string& path, const Table& table, const sim::WorkflowSpec& workflow);
Mapping parse_mapping(const std::string& text, const std::string& path, const Table& table,
                      const sim::WorkflowSpec& workflow);

// {sets, bounds, scale, prior}; `more`: keys besides, which others read.
FittedParameter read_parameter(const YamlValue& value, const std::string& name,
                               const std::vector<std::string_view>& more = {});

std::string format_amount(double value, Dimension dimension);  // "860ms", "380Mi", "0.16"; what YAML reads back exactly

// The dimension of what this prints, and its value.
std::pair<double, Dimension> read_amount(const YamlValue& value);

}  // namespace faasconf::experiments
