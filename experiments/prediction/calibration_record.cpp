#include "experiments/prediction/calibration_record.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::prediction {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

// --- ranges

void widen(Span& span, double value, bool first) {
  span.low = first ? value : std::min(span.low, value);
  span.high = first ? value : std::max(span.high, value);
}

// 0: no limit, which is more than any
double limit_of(int concurrency) {
  return concurrency == 0 ? std::numeric_limits<double>::infinity() : static_cast<double>(concurrency);
}

class Beyond {
 public:
  void add(const std::string& knob, double value, const Span& span, Dimension dimension) {
    if (std::isinf(span.low) && value < span.low) return add(knob + ": measured unlimited only");
    if (value < span.low) add(knob, format_amount(span.low - value, dimension), " below ", span.low, dimension);
    if (value > span.high) {
      const std::string far = std::isinf(value) ? "unlimited" : format_amount(value - span.high, dimension);
      add(knob, far, " above ", span.high, dimension);
    }
  }
  std::string text() const { return text_; }

 private:
  void add(const std::string& knob, const std::string& far, const char* where, double end, Dimension dimension) {
    add(knob + ": " + far + where + format_amount(end, dimension));
  }
  void add(const std::string& part) { text_ += (text_.empty() ? "" : "; ") + part; }
  std::string text_;
};

// --- writing

config::YamlNode amount(double value, Dimension dimension) {
  return config::yaml_scalar(format_amount(value, dimension));
}
config::YamlNode number(double value) {
  return config::yaml_scalar(std::isinf(value) ? "unlimited" : config::format_number(value));
}
config::YamlNode count(std::size_t value) { return config::yaml_scalar(std::to_string(value)); }
config::YamlNode span_yaml(const Span& span, Dimension dimension) {
  if (std::isinf(span.high)) return config::yaml_list({number(span.low), number(span.high)});
  return config::yaml_list({amount(span.low, dimension), amount(span.high, dimension)});
}

config::YamlNode protocol_yaml(const CalibrationRecord& record) {
  const Protocol& protocol = record.protocol;
  return config::yaml_map(
      {{"window", config::yaml_scalar(sim::format(record.window))},
       {"warm_up", config::yaml_scalar(sim::format(record.warm_up))},
       {"spawn_rate",
        config::yaml_scalar(protocol.spawn_rate_per_s == 0 ? "at_once"
                                                           : config::format_number(protocol.spawn_rate_per_s) + "/s")},
       {"think_time",
        config::parse_yaml_value(config::format_distribution(protocol.think_time, config::DistributionUnit::seconds),
                                 "think_time")},
       {"back_off", config::parse_yaml_value(
                        config::format_distribution(protocol.back_off, config::DistributionUnit::seconds), "back_off")},
       {"attribution", config::yaml_scalar(config::name_of(protocol.attribution))}});
}

config::YamlNode ranges_yaml(const MeasuredRanges& ranges) {
  std::vector<std::pair<std::string, config::YamlNode>> entries;
  if (ranges.users) entries.emplace_back("users", span_yaml(*ranges.users, Dimension::count));
  if (ranges.rate_per_s) entries.emplace_back("rate", span_yaml(*ranges.rate_per_s, Dimension::rate));
  std::vector<std::pair<std::string, config::YamlNode>> functions;
  for (const MeasuredRanges::Knobs& knobs : ranges.functions) {
    functions.emplace_back(knobs.function,
                           config::yaml_map({{"cpu", span_yaml(knobs.cpu, Dimension::cpu)},
                                             {"memory", span_yaml(knobs.memory, Dimension::memory)},
                                             {"replicas", span_yaml(knobs.replicas, Dimension::count)},
                                             {"concurrency", span_yaml(knobs.concurrency, Dimension::count)}}));
  }
  entries.emplace_back("functions", config::yaml_map(std::move(functions)));
  return config::yaml_map(std::move(entries));
}

config::YamlNode setting_yaml(const Setting& setting, Dimension dimension) {
  if (setting.times == 1 && setting.plus == 0) return config::yaml_scalar(setting.path);
  return config::yaml_map({{"path", config::yaml_scalar(setting.path)},
                           {"times", number(setting.times)},
                           {"plus", amount(setting.plus, dimension)}});
}

config::YamlNode parameter_yaml(const CalibrationRecord& record, std::size_t i) {
  const FittedParameter& parameter = record.parameters[i];
  const Dimension dimension = parameter.dimension;
  std::vector<config::YamlNode> sets;
  for (const Setting& setting : parameter.sets) sets.push_back(setting_yaml(setting, dimension));
  config::YamlNode node = config::yaml_map({{"value", amount(record.values[i], dimension)},
                                            {"interval", span_yaml(record.intervals[i], dimension)},
                                            {"sets", config::yaml_list(std::move(sets))},
                                            {"bounds", span_yaml({parameter.low, parameter.high}, dimension)},
                                            {"scale", config::yaml_scalar(parameter.logarithmic ? "log" : "linear")}});
  if (parameter.prior) {
    node.entries.push_back({"prior",
                            {},
                            config::yaml_map({{"mean", amount(parameter.prior->mean, dimension)},
                                              {"sd", amount(parameter.prior->standard_deviation, dimension)}})});
  }
  if (!record.warnings[i].empty()) node.entries.push_back({"warning", {}, config::yaml_scalar(record.warnings[i])});
  return node;
}

config::YamlNode quantity_yaml(const Quantity& quantity) {
  std::vector<std::pair<std::string, config::YamlNode>> entries;
  entries.emplace_back("observe", config::yaml_scalar(std::string(quantity.what.name())));
  if (!quantity.function.empty()) entries.emplace_back("function", config::yaml_scalar(quantity.function));
  entries.emplace_back("low", number(quantity.discrepancy.low));
  entries.emplace_back("high", number(quantity.discrepancy.high));
  entries.emplace_back("floor", number(quantity.discrepancy.floor));
  if (quantity.discrepancy.relative != 0) entries.emplace_back("relative", number(quantity.discrepancy.relative));
  return config::yaml_map(std::move(entries));
}

// --- reading

double read_signed(const config::YamlValue& value) {
  return config::read_number(value, -kLargest, kLargest, "a number");
}

Span read_span(const config::YamlValue& value) {
  const std::vector<config::YamlValue> ends = value.items("two ends such as [250m, 2000m]");
  if (ends.size() != 2) value.fail("expected two ends, got " + std::to_string(ends.size()));
  const auto read = [](const config::YamlValue& end) {
    if (end.is_scalar() && end.node().scalar == "unlimited") return std::numeric_limits<double>::infinity();
    return read_amount(end).first;
  };
  return {read(ends[0]), read(ends[1])};
}

MeasuredRanges read_ranges(const config::YamlValue& value) {
  const config::YamlMap map(value, config::section("measured ranges"));
  MeasuredRanges ranges;
  if (const auto users = map.get("users")) ranges.users = read_span(*users);
  if (const auto rate = map.get("rate")) ranges.rate_per_s = read_span(*rate);
  const config::YamlValue functions = map.require("functions");
  if (!functions.is_map()) functions.refuse("a map from functions to measured ranges");
  for (const config::YamlNode::Entry& entry : functions.node().entries) {
    const config::YamlMap knobs(functions.child(entry), config::section("measured knobs"));
    ranges.functions.push_back({.function = entry.key,
                                .cpu = read_span(knobs.require("cpu")),
                                .memory = read_span(knobs.require("memory")),
                                .replicas = read_span(knobs.require("replicas")),
                                .concurrency = read_span(knobs.require("concurrency"))});
  }
  return ranges;
}

void read_protocol(const config::YamlValue& value, CalibrationRecord& record) {
  const config::YamlMap map(value, config::section("measured protocol"));
  record.window = config::read_positive_duration(map.require("window"));
  if (const auto warm_up = map.get("warm_up")) record.warm_up = config::read_duration(*warm_up);
  if (const auto rate = map.get("spawn_rate")) {
    const bool at_once = rate->is_scalar() && rate->node().scalar == "at_once";
    record.protocol.spawn_rate_per_s = at_once ? 0 : config::read_rate(*rate);
  }
  if (const auto think = map.get("think_time")) {
    record.protocol.think_time = config::read_distribution(*think, config::DistributionUnit::seconds);
  }
  if (const auto wait = map.get("back_off"))
    record.protocol.back_off = config::read_distribution(*wait, config::DistributionUnit::seconds);
  record.protocol.attribution =
      read_word<sim::Attribution>(map.require("attribution"), config::kWords<sim::Attribution>);
}

void read_parameters(const config::YamlValue& value, CalibrationRecord& record) {
  if (!value.is_map()) value.refuse("a map from names to parameters");
  for (const config::YamlNode::Entry& entry : value.node().entries) {
    const config::YamlValue child = value.child(entry);
    record.parameters.push_back(read_parameter(child, entry.key, config::section("calibrated")));
    const config::YamlMap map(child, config::section("calibrated"));
    record.values.push_back(read_amount(map.require("value")).first);
    record.intervals.push_back(read_span(map.require("interval")));
    const auto warning = map.get("warning");
    record.warnings.push_back(warning ? warning->text("a text") : "");
  }
}

// What a member deviates by is known by the first one.
void check_first(const config::YamlValue& value, const CalibrationRecord& record) {
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    if (record.members.front()[i] == record.values[i]) continue;
    const FittedParameter& parameter = record.parameters[i];
    value.fail("expected the calibrated values first, got " +
               format_amount(record.members.front()[i], parameter.dimension) + " for " + parameter.name +
               ", whose value is " + format_amount(record.values[i], parameter.dimension));
  }
}

void read_ensemble(const config::YamlValue& value, CalibrationRecord& record) {
  for (const config::YamlValue& item : value.items("a list of the parameters' values")) {
    std::vector<double> member;
    for (const config::YamlValue& one : item.items("a value for each parameter"))
      member.push_back(read_amount(one).first);
    if (member.size() != record.parameters.size()) {
      item.fail("expected " + std::to_string(record.parameters.size()) + " values, got " +
                std::to_string(member.size()));
    }
    record.members.push_back(std::move(member));
  }
  if (record.members.empty()) value.fail("expected at least one member, got none");
  check_first(value, record);
}

Quantity read_quantity(const config::YamlValue& value, const sim::WorkflowSpec& workflow) {
  const config::YamlMap map(value, config::section("interval"));
  Quantity quantity;
  const auto function = map.get("function");
  quantity.what = read_observed(map.require("observe"), function.has_value());
  if (function) {
    quantity.function = function->text("the name of a function");
    if (!workflow.find(quantity.function)) function->refuse("a function of workflow \"" + workflow.name + "\"");
  }
  quantity.discrepancy = {.low = read_signed(map.require("low")),
                          .high = read_signed(map.require("high")),
                          .floor = config::read_number(map.require("floor"))};
  if (const auto relative = map.get("relative")) quantity.discrepancy.relative = config::read_number(*relative);
  return quantity;
}

}  // namespace

MeasuredRanges measured_ranges(std::span<const AskedWindow> measured, const sim::WorkflowSpec& workflow) {
  MeasuredRanges ranges;
  std::vector<std::size_t> tuned;
  for (std::size_t f = 0; f < workflow.functions.size(); ++f) {
    if (workflow.functions[f].fixed) continue;
    tuned.push_back(f);
    ranges.functions.push_back(
        {.function = workflow.functions[f].name, .cpu = {}, .memory = {}, .replicas = {}, .concurrency = {}});
  }
  bool first = true;
  for (const AskedWindow& row : measured) {
    for (std::size_t i = 0; i < tuned.size(); ++i) {
      const sim::FunctionConfiguration& knobs = row.configuration.functions[tuned[i]];
      widen(ranges.functions[i].cpu, knobs.cpu.value, first);
      widen(ranges.functions[i].memory, knobs.memory.value, first);
      widen(ranges.functions[i].replicas, knobs.replicas, first);
      widen(ranges.functions[i].concurrency, limit_of(knobs.concurrency), first);
    }
    std::optional<Span>& load = row.load.rate_per_s > 0 ? ranges.rate_per_s : ranges.users;
    const bool first_load = !load;
    if (first_load) load = Span{};
    widen(*load, row.load.rate_per_s > 0 ? row.load.rate_per_s : row.load.users, first_load);
    first = false;
  }
  return ranges;
}

std::string extrapolation(const MeasuredRanges& ranges, const sim::WorkflowSpec& workflow,
                          const sim::Configuration& configuration, const Load& load) {
  Beyond beyond;
  for (const MeasuredRanges::Knobs& knobs : ranges.functions) {
    const auto function = workflow.find(knobs.function);
    if (!function) continue;
    const sim::FunctionConfiguration& set = configuration.functions[function->index];
    beyond.add(knobs.function + ".cpu", set.cpu.value, knobs.cpu, Dimension::cpu);
    beyond.add(knobs.function + ".memory", set.memory.value, knobs.memory, Dimension::memory);
    beyond.add(knobs.function + ".replicas", set.replicas, knobs.replicas, Dimension::count);
    beyond.add(knobs.function + ".concurrency", limit_of(set.concurrency), knobs.concurrency, Dimension::count);
  }
  if (load.rate_per_s > 0) {
    beyond.add("rate", load.rate_per_s, ranges.rate_per_s.value_or(Span{}), Dimension::rate);
  } else {
    beyond.add("users", load.users, ranges.users.value_or(Span{}), Dimension::count);
  }
  return beyond.text();
}

config::YamlNode record_yaml(const CalibrationRecord& record) {
  std::vector<std::pair<std::string, config::YamlNode>> parameters;
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    parameters.emplace_back(record.parameters[i].name, parameter_yaml(record, i));
  }
  std::vector<config::YamlNode> members;
  for (const std::vector<double>& member : record.members) {
    std::vector<config::YamlNode> values;
    for (std::size_t i = 0; i < member.size(); ++i) {
      values.push_back(amount(member[i], record.parameters[i].dimension));
    }
    members.push_back(config::yaml_list(std::move(values)));
  }
  std::vector<config::YamlNode> quantities;
  for (const Quantity& quantity : record.quantities) quantities.push_back(quantity_yaml(quantity));
  std::vector<config::YamlNode> notes;
  for (const std::string& note : record.notes) notes.push_back(config::yaml_scalar(note));
  return config::yaml_map({{"measurements", config::yaml_map({{"file", config::yaml_scalar(record.file)},
                                                              {"sha256", config::yaml_scalar(record.sha256)},
                                                              {"rows", count(record.rows)},
                                                              {"held_out", count(record.held_out)}})},
                           {"protocol", protocol_yaml(record)},
                           {"ranges", ranges_yaml(record.ranges)},
                           {"parameters", config::yaml_map(std::move(parameters))},
                           {"notes", config::yaml_list(std::move(notes))},
                           {"ensemble", config::yaml_list(std::move(members))},
                           {"intervals", config::yaml_list(std::move(quantities))}});
}

CalibrationRecord read_record(const config::YamlValue& value, const sim::WorkflowSpec& workflow) {
  const config::YamlMap map(value, config::section("calibration"));
  CalibrationRecord record;
  const config::YamlMap source(map.require("measurements"), config::section("measurements"));
  record.file = source.require("file").text("a path");
  record.sha256 = source.require("sha256").text("a digest");
  record.rows = static_cast<std::size_t>(config::read_count(source.require("rows"), 1, INT64_MAX));
  record.held_out = static_cast<std::size_t>(config::read_count(source.require("held_out"), 0, INT64_MAX));
  read_protocol(map.require("protocol"), record);
  record.ranges = read_ranges(map.require("ranges"));
  read_parameters(map.require("parameters"), record);
  if (const auto notes = map.get("notes")) {
    for (const config::YamlValue& note : notes->items("a list of texts")) record.notes.push_back(note.text("a text"));
  }
  if (const auto ensemble = map.get("ensemble")) read_ensemble(*ensemble, record);
  for (const config::YamlValue& item : map.require("intervals").items("a list of intervals")) {
    record.quantities.push_back(read_quantity(item, workflow));
  }
  return record;
}

}  // namespace faasconf::experiments::prediction
