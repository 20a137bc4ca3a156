#include "experiments/calibration/record.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "experiments/config/laws.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments {
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
    if (value < span.low) add(knob, format_amount(span.low - value, dimension), " below ", span.low, dimension);
    if (value > span.high) {
      const std::string far = std::isinf(value) ? "unlimited" : format_amount(value - span.high, dimension);
      add(knob, far, " above ", span.high, dimension);
    }
  }
  std::string text() const { return text_; }

 private:
  void add(const std::string& knob, const std::string& far, const char* where, double end, Dimension dimension) {
    text_ += (text_.empty() ? "" : "; ") + knob + ": " + far + where + format_amount(end, dimension);
  }
  std::string text_;
};

// --- writing

YamlNode amount(double value, Dimension dimension) { return yaml_scalar(format_amount(value, dimension)); }
YamlNode number(double value) { return yaml_scalar(std::isinf(value) ? "unlimited" : format_number(value)); }
YamlNode count(std::size_t value) { return yaml_scalar(std::to_string(value)); }
YamlNode span_yaml(const Span& span, Dimension dimension) {
  if (std::isinf(span.high)) return yaml_list({number(span.low), number(span.high)});
  return yaml_list({amount(span.low, dimension), amount(span.high, dimension)});
}

YamlNode protocol_yaml(const CalibrationRecord& record) {
  const Protocol& protocol = record.protocol;
  return yaml_map(
      {{"window", yaml_scalar(sim::format(record.window))},
       {"warm_up", yaml_scalar(sim::format(record.warm_up))},
       {"spawn_rate",
        yaml_scalar(protocol.spawn_rate_per_s == 0 ? "at_once" : format_number(protocol.spawn_rate_per_s) + "/s")},
       {"think_time", parse_yaml_value(format_distribution(protocol.think_time, LawUnit::seconds), "think_time")},
       {"back_off", parse_yaml_value(format_distribution(protocol.back_off, LawUnit::seconds), "back_off")},
       {"attribution", yaml_scalar(name_of(protocol.attribution))}});
}

YamlNode ranges_yaml(const MeasuredRanges& ranges) {
  std::vector<std::pair<std::string, YamlNode>> entries;
  if (ranges.users) entries.emplace_back("users", span_yaml(*ranges.users, Dimension::count));
  if (ranges.rate_per_s) entries.emplace_back("rate", span_yaml(*ranges.rate_per_s, Dimension::rate));
  std::vector<std::pair<std::string, YamlNode>> functions;
  for (const MeasuredRanges::Knobs& knobs : ranges.functions) {
    functions.emplace_back(knobs.function, yaml_map({{"cpu", span_yaml(knobs.cpu, Dimension::cpu)},
                                                     {"memory", span_yaml(knobs.memory, Dimension::memory)},
                                                     {"replicas", span_yaml(knobs.replicas, Dimension::count)},
                                                     {"concurrency", span_yaml(knobs.concurrency, Dimension::count)}}));
  }
  entries.emplace_back("functions", yaml_map(std::move(functions)));
  return yaml_map(std::move(entries));
}

YamlNode setting_yaml(const Setting& setting, Dimension dimension) {
  if (setting.times == 1 && setting.plus == 0) return yaml_scalar(setting.path);
  return yaml_map({{"path", yaml_scalar(setting.path)},
                   {"times", number(setting.times)},
                   {"plus", amount(setting.plus, dimension)}});
}

YamlNode parameter_yaml(const CalibrationRecord& record, std::size_t i) {
  const FittedParameter& parameter = record.parameters[i];
  const Dimension dimension = parameter.dimension;
  std::vector<YamlNode> sets;
  for (const Setting& setting : parameter.sets) sets.push_back(setting_yaml(setting, dimension));
  YamlNode node = yaml_map({{"value", amount(record.values[i], dimension)},
                            {"interval", span_yaml(record.intervals[i], dimension)},
                            {"sets", yaml_list(std::move(sets))},
                            {"bounds", span_yaml({parameter.low, parameter.high}, dimension)},
                            {"scale", yaml_scalar(parameter.logarithmic ? "log" : "linear")}});
  if (parameter.prior) {
    node.entries.push_back({"prior",
                            {},
                            yaml_map({{"mean", amount(parameter.prior->mean, dimension)},
                                      {"sd", amount(parameter.prior->standard_deviation, dimension)}})});
  }
  if (!record.warnings[i].empty()) node.entries.push_back({"warning", {}, yaml_scalar(record.warnings[i])});
  return node;
}

constexpr auto kObserved = std::to_array<std::pair<std::string_view, Observed>>({
    {"latency_mean", Observed::latency_mean},
    {"latency_p50", Observed::latency_p50},
    {"latency_p75", Observed::latency_p75},
    {"latency_p95", Observed::latency_p95},
    {"latency_p99", Observed::latency_p99},
    {"successes", Observed::successes},
    {"success_ratio", Observed::success_ratio},
});

YamlNode quantity_yaml(const Quantity& quantity) {
  std::vector<std::pair<std::string, YamlNode>> entries;
  for (const auto& [name, what] : kObserved) {
    if (what == quantity.what) entries.emplace_back("observe", yaml_scalar(std::string(name)));
  }
  if (!quantity.function.empty()) entries.emplace_back("function", yaml_scalar(quantity.function));
  entries.emplace_back("low", number(quantity.discrepancy.low));
  entries.emplace_back("high", number(quantity.discrepancy.high));
  entries.emplace_back("floor", number(quantity.discrepancy.floor));
  return yaml_map(std::move(entries));
}

// --- reading

double read_signed(const YamlValue& value) { return read_number(value, -kLargest, kLargest, "a number"); }

Span read_span(const YamlValue& value) {
  const std::vector<YamlValue> ends = value.items("two ends such as [250m, 2000m]");
  if (ends.size() != 2) value.fail("expected two ends, got " + std::to_string(ends.size()));
  const auto read = [](const YamlValue& end) {
    if (end.is_scalar() && end.node().scalar == "unlimited") return std::numeric_limits<double>::infinity();
    return read_amount(end).first;
  };
  return {read(ends[0]), read(ends[1])};
}

MeasuredRanges read_ranges(const YamlValue& value) {
  const YamlMap map(value, {"users", "rate", "functions"});
  MeasuredRanges ranges;
  if (const auto users = map.get("users")) ranges.users = read_span(*users);
  if (const auto rate = map.get("rate")) ranges.rate_per_s = read_span(*rate);
  const YamlValue functions = map.require("functions");
  if (!functions.is_map()) functions.refuse("a map from functions to measured ranges");
  for (const YamlNode::Entry& entry : functions.node().entries) {
    const YamlMap knobs(functions.child(entry), {"cpu", "memory", "replicas", "concurrency"});
    ranges.functions.push_back({.function = entry.key,
                                .cpu = read_span(knobs.require("cpu")),
                                .memory = read_span(knobs.require("memory")),
                                .replicas = read_span(knobs.require("replicas")),
                                .concurrency = read_span(knobs.require("concurrency"))});
  }
  return ranges;
}

void read_protocol(const YamlValue& value, CalibrationRecord& record) {
  const YamlMap map(value, {"window", "warm_up", "spawn_rate", "think_time", "back_off", "attribution"});
  record.window = read_positive_duration(map.require("window"));
  if (const auto warm_up = map.get("warm_up")) record.warm_up = read_duration(*warm_up);
  if (const auto rate = map.get("spawn_rate")) {
    const bool at_once = rate->is_scalar() && rate->node().scalar == "at_once";
    record.protocol.spawn_rate_per_s = at_once ? 0 : read_rate(*rate);
  }
  if (const auto think = map.get("think_time")) {
    record.protocol.think_time = read_distribution(*think, LawUnit::seconds);
  }
  if (const auto wait = map.get("back_off")) record.protocol.back_off = read_distribution(*wait, LawUnit::seconds);
  record.protocol.attribution = read_word<sim::Attribution>(map.require("attribution"), kWords<sim::Attribution>);
}

void read_parameters(const YamlValue& value, CalibrationRecord& record) {
  if (!value.is_map()) value.refuse("a map from names to parameters");
  for (const YamlNode::Entry& entry : value.node().entries) {
    const YamlValue child = value.child(entry);
    record.parameters.push_back(read_parameter(child, entry.key, {"value", "interval", "warning"}));
    const YamlMap map(child, {"value", "interval", "warning", "sets", "bounds", "scale", "prior"});
    record.values.push_back(read_amount(map.require("value")).first);
    record.intervals.push_back(read_span(map.require("interval")));
    const auto warning = map.get("warning");
    record.warnings.push_back(warning ? warning->text("a text") : "");
  }
}

void read_ensemble(const YamlValue& value, CalibrationRecord& record) {
  for (const YamlValue& item : value.items("a list of the parameters' values")) {
    std::vector<double> member;
    for (const YamlValue& one : item.items("a value for each parameter")) member.push_back(read_amount(one).first);
    if (member.size() != record.parameters.size()) {
      item.fail("expected " + std::to_string(record.parameters.size()) + " values, got " +
                std::to_string(member.size()));
    }
    record.members.push_back(std::move(member));
  }
  if (record.members.empty()) value.fail("expected at least one member, got none");
}

Quantity read_quantity(const YamlValue& value, const sim::WorkflowSpec& workflow) {
  const YamlMap map(value, {"observe", "function", "low", "high", "floor"});
  Quantity quantity;
  quantity.what = read_word<Observed>(map.require("observe"), kObserved);
  if (const auto function = map.get("function")) {
    quantity.function = function->text("the name of a function");
    if (!workflow.find(quantity.function)) function->refuse("a function of workflow \"" + workflow.name + "\"");
  }
  quantity.discrepancy = {.low = read_signed(map.require("low")),
                          .high = read_signed(map.require("high")),
                          .floor = read_number(map.require("floor"))};
  return quantity;
}

}  // namespace

MeasuredRanges measured_ranges(const Measurements& measurements, const sim::WorkflowSpec& workflow) {
  MeasuredRanges ranges;
  std::vector<std::size_t> tuned;
  for (std::size_t f = 0; f < workflow.functions.size(); ++f) {
    if (workflow.functions[f].fixed) continue;
    tuned.push_back(f);
    ranges.functions.push_back(
        {.function = workflow.functions[f].name, .cpu = {}, .memory = {}, .replicas = {}, .concurrency = {}});
  }
  bool first = true;
  for (const MeasuredRow& row : measurements.rows) {
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

YamlNode record_yaml(const CalibrationRecord& record) {
  std::vector<std::pair<std::string, YamlNode>> parameters;
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    parameters.emplace_back(record.parameters[i].name, parameter_yaml(record, i));
  }
  std::vector<YamlNode> members;
  for (const std::vector<double>& member : record.members) {
    std::vector<YamlNode> values;
    for (std::size_t i = 0; i < member.size(); ++i) {
      values.push_back(amount(member[i], record.parameters[i].dimension));
    }
    members.push_back(yaml_list(std::move(values)));
  }
  std::vector<YamlNode> quantities;
  for (const Quantity& quantity : record.quantities) quantities.push_back(quantity_yaml(quantity));
  std::vector<YamlNode> notes;
  for (const std::string& note : record.notes) notes.push_back(yaml_scalar(note));
  return yaml_map({{"measurements", yaml_map({{"file", yaml_scalar(record.file)},
                                              {"sha256", yaml_scalar(record.sha256)},
                                              {"rows", count(record.rows)},
                                              {"held_out", count(record.held_out)}})},
                   {"protocol", protocol_yaml(record)},
                   {"ranges", ranges_yaml(record.ranges)},
                   {"parameters", yaml_map(std::move(parameters))},
                   {"notes", yaml_list(std::move(notes))},
                   {"ensemble", yaml_list(std::move(members))},
                   {"intervals", yaml_list(std::move(quantities))}});
}

CalibrationRecord read_record(const YamlValue& value, const sim::WorkflowSpec& workflow) {
  const YamlMap map(value, {"measurements", "protocol", "ranges", "parameters", "notes", "ensemble", "intervals"});
  CalibrationRecord record;
  const YamlMap source(map.require("measurements"), {"file", "sha256", "rows", "held_out"});
  record.file = source.require("file").text("a path");
  record.sha256 = source.require("sha256").text("a digest");
  record.rows = static_cast<std::size_t>(read_count(source.require("rows"), 1, INT64_MAX));
  record.held_out = static_cast<std::size_t>(read_count(source.require("held_out"), 0, INT64_MAX));
  read_protocol(map.require("protocol"), record);
  record.ranges = read_ranges(map.require("ranges"));
  read_parameters(map.require("parameters"), record);
  if (const auto notes = map.get("notes")) {
    for (const YamlValue& note : notes->items("a list of texts")) record.notes.push_back(note.text("a text"));
  }
  read_ensemble(map.require("ensemble"), record);
  for (const YamlValue& item : map.require("intervals").items("a list of intervals")) {
    record.quantities.push_back(read_quantity(item, workflow));
  }
  return record;
}

}  // namespace faasconf::experiments
