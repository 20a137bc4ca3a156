#pragma once
// The quantities that are measured and predicted: a metric that appears among targets, end to end or of a function.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "experiments/config/yaml_reader.hpp"
#include "experiments/results/metrics.hpp"

namespace faasconf::experiments::prediction {

// The tables outlive it.
struct Observed {
  const results::EndToEndMetric* end_to_end = nullptr;  // none: of functions only
  const results::FunctionMetric* of_function = nullptr;

  std::string_view name() const { return end_to_end != nullptr ? end_to_end->name : of_function->name; }
  std::string_view unit() const { return end_to_end != nullptr ? end_to_end->unit : of_function->unit; }
  bool is_share() const { return end_to_end != nullptr ? end_to_end->is_share() : of_function->is_share(); }
  friend bool operator==(const Observed&, const Observed&) = default;
};

// By its name of today or of before; absent where no target has it.
std::optional<Observed> find_observed(std::string_view name, const results::Metrics& metrics = results::metrics());
Observed observed(std::string_view name);  // of a name that there is

// What predictions are made of, in the tables' order.
std::vector<Observed> predicted(bool of_function, const results::Metrics& metrics = results::metrics());

// Of a function, or end to end. Throws sim::Error.
Observed read_observed(const config::YamlValue& value, bool of_function,
                       const results::Metrics& metrics = results::metrics());

// Absent where the window has none: no success, nothing finished. `function`: its index; end to end without.
std::optional<double> observe(const sim::Observation& window, const Observed& what,
                              std::optional<std::size_t> function);

}  // namespace faasconf::experiments::prediction
