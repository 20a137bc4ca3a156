#pragma once
// The key `calibration` of a workflow file: the measurements it was fitted to, the intervals of its values, an ensemble
// that fits as well, and the ranges that were measured.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiments/config/yaml_tree.hpp"
#include "experiments/prediction/parameters.hpp"
#include "experiments/prediction/predictor.hpp"
#include "experiments/prediction/window_sample.hpp"

namespace faasconf::experiments::prediction {

struct Span {
  double low = 0;
  double high = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// The measured range of each knob and of the load.
struct MeasuredRanges {
  struct Knobs {
    std::string function;
    Span cpu, memory, replicas, concurrency;  // millicores, MiB
    friend bool operator==(const Knobs&, const Knobs&) = default;
  };
  std::vector<Knobs> functions;  // those that are tuned
  std::optional<Span> users;
  std::optional<Span> rate_per_s;

  friend bool operator==(const MeasuredRanges&, const MeasuredRanges&) = default;
};

MeasuredRanges measured_ranges(std::span<const AskedWindow> measured, const sim::WorkflowSpec& workflow);

// "starter.cpu: 350m below 600m; users: 10 above 10"; empty inside the ranges.
std::string extrapolation(const MeasuredRanges& ranges, const sim::WorkflowSpec& workflow,
                          const sim::Configuration& configuration, const Load& load);

struct CalibrationRecord {
  std::string file;  // of the measurements
  std::string sha256;
  std::size_t rows = 0;
  std::size_t held_out = 0;
  Protocol protocol;
  sim::Duration window{};
  sim::Duration warm_up{};
  MeasuredRanges ranges;
  std::vector<FittedParameter> parameters;
  std::vector<double> values;                // of the parameters
  std::vector<Span> intervals;               // 90 %
  std::vector<std::string> warnings;         // by parameter; empty: none
  std::vector<std::string> notes;            // about several of them
  std::vector<std::vector<double>> members;  // values; the first are `values`; empty: no ensemble
  std::vector<Quantity> quantities;          // what was observed, with how far off predictions were
};

config::YamlNode record_yaml(const CalibrationRecord& record);
CalibrationRecord read_record(const config::YamlValue& value, const sim::WorkflowSpec& workflow);  // throws sim::Error

}  // namespace faasconf::experiments::prediction
