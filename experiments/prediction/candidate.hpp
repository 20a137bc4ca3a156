#pragma once
// A workflow file some of whose entries are parameters: from a point of the unit box to the workflow that has its
// values.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/config/yaml_tree.hpp"
#include "experiments/prediction/parameters.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments::prediction {

// From 0 .. 1 to low .. high on the parameter's scale, and back.
double value_at(const FittedParameter& parameter, double coordinate);
double coordinate_of(const FittedParameter& parameter, double value);

// The file that a path, or the name of a workflow that ships, leads to.
std::string locate_workflow(const std::string& path);

// The tree of a workflow file, given by its path or by the name of one that ships, with what --set overrides
// ("functions.rgb.serial=900ms", or the same behind "workflow."). Throws sim::Error.
config::YamlNode read_workflow_tree(const std::string& path, std::span<const std::string> overrides = {});

// The amount at "functions.rgb.serial" of a workflow file; absent where there is none, or anything but an amount.
std::optional<double> amount_at(const config::YamlNode& tree, const std::string& path);
void set_amount(config::YamlNode& tree, const std::string& path, double value, Dimension dimension);
double as_read(double value, Dimension dimension);  // once it was set: times are whole nanoseconds

class CandidateWorkflow {
 public:
  // Throws sim::Error where a path cannot be set, or where the workflow cannot be read with a parameter at a bound.
  CandidateWorkflow(config::YamlNode tree, std::vector<FittedParameter> parameters);

  const std::vector<FittedParameter>& parameters() const { return parameters_; }
  std::vector<double> values(std::span<const double> point) const;  // of a point of the unit box
  std::vector<double> point(std::span<const double> values) const;
  sim::WorkflowSpec workflow(std::span<const double> values) const;
  config::YamlNode tree(std::span<const double> values) const;  // the file with these values in their places
  // What the file says of each parameter, by its first path; the middle of the bounds where it says nothing, or a
  // random distribution.
  std::vector<double> written_values() const;

 private:
  config::YamlNode tree_;
  std::vector<FittedParameter> parameters_;
};

}  // namespace faasconf::experiments::prediction
