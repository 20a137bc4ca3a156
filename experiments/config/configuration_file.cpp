#include "experiments/config/configuration_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/config/input_files.hpp"

namespace faasconf::experiments::config {
namespace {

constexpr std::int64_t kMostReplicas = 100'000;
constexpr std::int64_t kMostConcurrency = 1'000'000'000;

// A knob, and where it is written.
template <class T>
struct Knob {
  T value;
  YamlValue written;
};

struct Knobs {
  std::optional<Knob<sim::Millicores>> cpu;
  std::optional<Knob<sim::Mebibytes>> memory;
  std::optional<Knob<int>> replicas;
  std::optional<Knob<int>> concurrency;
};

// The knobs that a map sets; the others stay as they are.
Knobs read_knobs(const YamlMap& map, Knobs knobs) {
  if (const auto cpu = map.get("cpu")) knobs.cpu = {read_cpu(*cpu), *cpu};
  if (const auto memory = map.get("memory")) knobs.memory = {read_memory_limit(*memory), *memory};
  // none only where the range of the function begins at 0
  if (const auto replicas = map.get("replicas")) knobs.replicas = {read_replicas(*replicas, 0), *replicas};
  if (const auto concurrency = map.get("concurrency")) {
    knobs.concurrency = {read_concurrency(*concurrency), *concurrency};
  }
  return knobs;
}

std::string format(int count) { return std::to_string(count); }  // beside those of the quantities

template <class T>
T checked(const std::optional<Knob<T>>& knob, const char* name, T least, T most, const std::string& function,
          const YamlValue& configuration) {
  if (!knob) configuration.fail("expected " + std::string(name) + " for function \"" + function + "\", got none");
  if (knob->value < least || knob->value > most) {
    knob->written.refuse("what function \"" + function + "\" allows, " + format(least) + " to " + format(most));
  }
  return knob->value;
}

sim::FunctionConfiguration checked(const Knobs& knobs, const sim::FunctionSpec& function,
                                   const YamlValue& configuration) {
  const sim::KnobRanges& ranges = function.ranges;
  const std::string& name = function.name;
  // without a limit of its own, a function needs none here
  const bool unlimited = function.overflow == sim::Overflow::none && knobs.concurrency && knobs.concurrency->value == 0;
  return {
      .cpu = checked(knobs.cpu, "cpu", ranges.cpu_min, ranges.cpu_max, name, configuration),
      .memory = checked(knobs.memory, "memory", ranges.memory_min, ranges.memory_max, name, configuration),
      .replicas = checked(knobs.replicas, "replicas", ranges.replicas_min, ranges.replicas_max, name, configuration),
      .concurrency = unlimited ? 0
                               : checked(knobs.concurrency, "concurrency", ranges.concurrency_min,
                                         ranges.concurrency_max, name, configuration)};
}

template <class T>
void check_within(T value, T least, T most, const std::string& knob) {
  if (value >= least && value <= most) return;
  throw sim::Error(knob + ": expected what the workflow allows, " + format(least) + " to " + format(most) + ", got " +
                   format(value));
}

void check_knobs(const sim::FunctionConfiguration& knobs, const sim::FunctionSpec& function) {
  const std::string name = "function \"" + function.name + "\": ";
  if (function.fixed && knobs == *function.fixed) return;
  if (function.fixed) {
    throw sim::Error(name + "expected what the workflow fixes, " + format_knobs(*function.fixed) + ", got " +
                     format_knobs(knobs));
  }
  const sim::KnobRanges& ranges = function.ranges;
  check_within(knobs.cpu, ranges.cpu_min, ranges.cpu_max, name + "cpu");
  check_within(knobs.memory, ranges.memory_min, ranges.memory_max, name + "memory");
  check_within(knobs.replicas, ranges.replicas_min, ranges.replicas_max, name + "replicas");
  if (knobs.concurrency == 0 && function.overflow == sim::Overflow::none) return;
  check_within(knobs.concurrency, ranges.concurrency_min, ranges.concurrency_max, name + "concurrency");
}

}  // namespace

void check_configuration(const sim::Configuration& configuration, const sim::WorkflowSpec& workflow) {
  const std::size_t count = workflow.functions.size();
  if (configuration.functions.size() != count) {
    throw sim::Error("configuration: expected knobs of the " + std::to_string(count) + " functions of workflow \"" +
                     workflow.name + "\", got those of " + std::to_string(configuration.functions.size()));
  }
  for (std::size_t i = 0; i < count; ++i) check_knobs(configuration.functions[i], workflow.functions[i]);
}

sim::Mebibytes read_memory_limit(const YamlValue& value) {
  const sim::Mebibytes memory = read_memory(value);
  if (!(memory.value > 0)) value.refuse("a memory quantity above 0");
  return memory;
}

int read_replicas(const YamlValue& value, int least) {
  return static_cast<int>(read_count(value, least, kMostReplicas));
}

int read_concurrency(const YamlValue& value) {
  if (value.is_scalar() && value.node().scalar == "unlimited") return 0;
  return static_cast<int>(read_count(value, 0, kMostConcurrency));
}

sim::FunctionConfiguration read_all_knobs(const YamlValue& value) {
  const YamlMap map(value, section("all knobs"));
  return {.cpu = read_cpu(map.require("cpu")),
          .memory = read_memory_limit(map.require("memory")),
          .replicas = read_replicas(map.require("replicas"), 1),
          .concurrency = read_concurrency(map.require("concurrency"))};
}

sim::Configuration read_configuration_value(const YamlValue& value, const sim::WorkflowSpec& workflow) {
  const YamlMap map(value, section("configuration"));
  Knobs common = read_knobs(map, {});
  if (const auto shared = map.get("default")) {
    if (common.cpu || common.memory || common.replicas || common.concurrency) {
      shared->fail("expected no other knobs beside it, got both");
    }
    common = read_knobs(YamlMap(*shared, section("knobs")), {});
  }

  // functions that differ
  std::vector<Knobs> knobs(workflow.functions.size(), common);
  if (const auto functions = map.get("functions")) {
    std::vector<std::string_view> tuned;
    for (const sim::FunctionSpec& function : workflow.functions) {
      if (!function.fixed) tuned.push_back(function.name);
    }
    if (!functions->is_map()) functions->refuse("a map from functions to knobs");
    for (const YamlNode::Entry& entry : functions->node().entries) {
      const YamlValue child = functions->child(entry);
      const std::optional<sim::FunctionId> id = workflow.find(entry.key);
      if (!id)
        child.fail("expected a function of workflow \"" + workflow.name + "\", got " + shown(entry.key) +
                   meant(entry.key, tuned));
      if (workflow.functions[id->index].fixed)
        child.fail("expected a function that is tuned, got one that the workflow fixes");
      knobs[id->index] = read_knobs(YamlMap(child, section("knobs")), common);
    }
  }

  sim::Configuration configuration;
  for (std::size_t i = 0; i < knobs.size(); ++i) {
    const sim::FunctionSpec& function = workflow.functions[i];
    configuration.functions.push_back(function.fixed ? *function.fixed : checked(knobs[i], function, value));
  }
  return configuration;
}

sim::Configuration read_configuration(const std::string& path, const sim::WorkflowSpec& workflow) {
  const YamlNode tree = parse_yaml_file(read_text_file(path), path);
  return read_configuration_value({tree, ""}, workflow);
}

sim::Configuration middle_of_ranges(const sim::WorkflowSpec& workflow) {
  sim::Configuration configuration;
  for (const sim::FunctionSpec& function : workflow.functions) {
    const sim::KnobRanges& ranges = function.ranges;
    const auto middle = [](auto least, auto most) { return least + (most - least) / 2; };
    configuration.functions.push_back(function.fixed.value_or(
        sim::FunctionConfiguration{.cpu = {middle(ranges.cpu_min.value, ranges.cpu_max.value)},
                                   .memory = {middle(ranges.memory_min.value, ranges.memory_max.value)},
                                   .replicas = middle(ranges.replicas_min, ranges.replicas_max),
                                   .concurrency = middle(ranges.concurrency_min, ranges.concurrency_max)}));
  }
  return configuration;
}

}  // namespace faasconf::experiments::config
