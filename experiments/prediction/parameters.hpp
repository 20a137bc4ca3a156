#pragma once
// Uncertain values of a workflow file: their places in the file, their bounds, and amounts with units.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/config/yaml_reader.hpp"

namespace faasconf::experiments::prediction {

// What a number is: decides its units.
enum class Dimension { cpu, memory, time, rate, count, share };

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

// {sets, bounds, scale, prior}; a section with more keys is for those who read these.
FittedParameter read_parameter(const config::YamlValue& value, const std::string& name,
                               const config::Section& section = config::section("fitted"));

std::string format_amount(double value, Dimension dimension);  // "860ms", "380Mi", "0.16"; what YAML reads back exactly

// The dimension of what this prints, and its value.
std::pair<double, Dimension> read_amount(const config::YamlValue& value);

}  // namespace faasconf::experiments::prediction
