#pragma once
// Distributions as a user writes them: 860ms, or {law: gamma, mean: 860ms, cv: 0.2}.

#include <string>
#include <string_view>

#include "experiments/config/yaml_reader.hpp"
#include "sim/core/distribution.hpp"

namespace faasconf::experiments::config {

// The unit in which a distribution is written; the model has seconds and mebibytes.
enum class DistributionUnit { seconds, mebibytes, number };

sim::Distribution read_distribution(const YamlValue& value, DistributionUnit unit);

// Text that read_distribution() reads back as the same distribution, to the last bit.
std::string format_distribution(const sim::Distribution& distribution, DistributionUnit unit);

// Seconds as a double, not rounded to nanoseconds: "860ms" is 0.86, "0.0000000001s" is 1e-10.
double parse_seconds(std::string_view text);
std::string format_seconds(double seconds);

std::string format_number(double number);  // the shortest that reads back as the same

}  // namespace faasconf::experiments::config
