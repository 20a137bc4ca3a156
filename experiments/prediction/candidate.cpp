#include "experiments/prediction/candidate.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>

#include "experiments/config/experiment_file.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::prediction {
namespace {

std::vector<std::string> keys_of(const std::string& path) {
  std::vector<std::string> keys(1);
  for (const char character : path) {
    if (character == '.') {
      keys.emplace_back();
    } else {
      keys.back() += character;
    }
  }
  return keys;
}

// Times are whole nanoseconds, since some entries take no others.
std::string text_of(double value, Dimension dimension) {
  if (dimension != Dimension::time) return format_amount(value, dimension);
  const std::string nanoseconds = std::to_string(std::llround(value * 1e9)) + "ns";
  const std::string readable = format_amount(value, dimension);
  return readable.size() < nanoseconds.size() ? readable : nanoseconds;
}

const config::YamlNode* find(const config::YamlNode& tree, const std::string& path) {
  const config::YamlNode* node = &tree;
  for (const std::string& key : keys_of(path)) {
    if (node != nullptr) node = node->find(key);
  }
  return node;
}

std::optional<double> written_value(const config::YamlNode& tree, const FittedParameter& parameter) {
  const Setting& setting = parameter.sets.front();
  const std::optional<double> amount = amount_at(tree, setting.path);
  if (!amount || setting.times == 0) return std::nullopt;
  return (*amount - setting.plus) / setting.times;
}

// What is missing on the way would be made; a function must be there.
void check_path(const config::YamlNode& tree, const FittedParameter& parameter) {
  for (const Setting& setting : parameter.sets) {
    const std::vector<std::string> keys = keys_of(setting.path);
    const bool is_function = keys.size() > 1 && keys[0] == "functions";
    if (!is_function || find(tree, keys[0] + "." + keys[1]) != nullptr) continue;
    throw sim::Error("parameter \"" + parameter.name + "\": expected a path into the workflow, got \"" + setting.path +
                     "\", but it has no function \"" + keys[1] + "\"");
  }
}

void apply(config::YamlNode& tree, const FittedParameter& parameter, double value) {
  for (const Setting& setting : parameter.sets) {
    set_amount(tree, setting.path, setting.times * value + setting.plus, parameter.dimension);
  }
}

// Throws where the workflow cannot be read with this parameter at its bound, whatever the others do.
void check_alone(config::YamlNode tree, const FittedParameter& parameter) {
  try {
    apply(tree, parameter, parameter.low);
    static_cast<void>(config::read_workflow({tree, ""}));
  } catch (const sim::Error&) {
    std::throw_with_nested(sim::Error("parameter \"" + parameter.name + "\" at its bound " +
                                      format_amount(parameter.low, parameter.dimension)));
  }
}

}  // namespace

double value_at(const FittedParameter& parameter, double coordinate) {
  if (parameter.logarithmic) return parameter.low * std::pow(parameter.high / parameter.low, coordinate);
  return parameter.low + (parameter.high - parameter.low) * coordinate;
}

double coordinate_of(const FittedParameter& parameter, double value) {
  const double inside = std::clamp(value, parameter.low, parameter.high);
  if (parameter.logarithmic) return std::log(inside / parameter.low) / std::log(parameter.high / parameter.low);
  return (inside - parameter.low) / (parameter.high - parameter.low);
}

std::string locate_workflow(const std::string& path) {
  std::error_code unreadable;
  if (std::filesystem::is_regular_file(path, unreadable)) return path;
  const std::string shipped = config::find_shipped(path);
  return shipped.empty() ? path : shipped;
}

config::YamlNode read_workflow_tree(const std::string& path, std::span<const std::string> overrides) {
  const std::string file = locate_workflow(path);
  config::YamlNode tree = config::parse_yaml_file(config::read_text_file(file), file);
  if (!config::is_workflow_tree(tree)) {
    config::YamlValue(tree, "").fail(
        "expected a workflow file, which has the keys name, functions and entry, got another");
  }
  for (const std::string& text : overrides) {
    const config::Override change = config::parse_override(text);
    const bool is_prefixed = change.keys.size() > 1 && change.keys.front() == "workflow";
    config::apply_override(tree, std::span(change.keys).subspan(is_prefixed ? 1 : 0), change);
  }
  return tree;
}

std::optional<double> amount_at(const config::YamlNode& tree, const std::string& path) {
  const config::YamlNode* const node = find(tree, path);
  if (node == nullptr || node->kind != config::YamlNode::Kind::scalar) return std::nullopt;
  try {
    return read_amount({*node, path}).first;
  } catch (const sim::Error&) {
    return std::nullopt;
  }
}

void set_amount(config::YamlNode& tree, const std::string& path, double value, Dimension dimension) {
  const std::string text = text_of(value, dimension);
  const config::Override change{.keys = keys_of(path), .value = config::parse_yaml_value(text, path + "=" + text)};
  config::apply_override(tree, change.keys, change);
}

double as_read(double value, Dimension dimension) {
  return read_amount({config::yaml_scalar(text_of(value, dimension)), ""}).first;
}

CandidateWorkflow::CandidateWorkflow(config::YamlNode tree, std::vector<FittedParameter> parameters)
    : tree_(std::move(tree)), parameters_(std::move(parameters)) {
  for (const FittedParameter& parameter : parameters_) check_path(tree_, parameter);
  std::vector<double> values = written_values();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const double before = values[i];
    for (const double bound : {parameters_[i].low, parameters_[i].high}) {
      values[i] = bound;
      try {
        static_cast<void>(workflow(values));
      } catch (const sim::Error&) {
        for (const FittedParameter& parameter : parameters_) check_alone(tree_, parameter);
        std::throw_with_nested(sim::Error("parameter \"" + parameters_[i].name + "\" at its bound " +
                                          format_amount(bound, parameters_[i].dimension)));
      }
    }
    values[i] = before;
  }
}

std::vector<double> CandidateWorkflow::values(std::span<const double> point) const {
  std::vector<double> result;
  for (std::size_t i = 0; i < parameters_.size(); ++i) result.push_back(value_at(parameters_[i], point[i]));
  return result;
}

std::vector<double> CandidateWorkflow::point(std::span<const double> values) const {
  std::vector<double> result;
  for (std::size_t i = 0; i < parameters_.size(); ++i) result.push_back(coordinate_of(parameters_[i], values[i]));
  return result;
}

config::YamlNode CandidateWorkflow::tree(std::span<const double> values) const {
  config::YamlNode changed = tree_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) apply(changed, parameters_[i], values[i]);
  return changed;
}

sim::WorkflowSpec CandidateWorkflow::workflow(std::span<const double> values) const {
  const config::YamlNode changed = tree(values);
  return config::read_workflow({changed, ""});
}

std::vector<double> CandidateWorkflow::written_values() const {
  std::vector<double> values;
  for (const FittedParameter& parameter : parameters_) {
    const double middle = value_at(parameter, 0.5);
    values.push_back(std::clamp(written_value(tree_, parameter).value_or(middle), parameter.low, parameter.high));
  }
  return values;
}

}  // namespace faasconf::experiments::prediction
