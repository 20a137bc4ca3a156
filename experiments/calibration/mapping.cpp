#include "experiments/calibration/mapping.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>
#include <string_view>

#include "experiments/config/input_files.hpp"
#include "experiments/config/laws.hpp"
#include "experiments/config/words.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();
const std::vector<std::string_view> kCellKeys = {"column", "columns", "position", "positions", "unit",
                                                 "times",  "plus",    "round",    "over"};

struct Unit {
  std::string_view name;
  double factor = 1;
};

std::vector<Unit> units_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::cpu:
      return {{"m", 1}, {"cores", 1000}};
    case Dimension::memory:
      return {{"Mi", 1}, {"Gi", 1024}, {"Ki", 1.0 / 1024}, {"B", 0x1p-20}, {"M", 1e6 / 0x1p20}, {"G", 1e9 / 0x1p20}};
    case Dimension::time:
      return {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
    case Dimension::rate:
      return {{"/s", 1}, {"/m", 1.0 / 60}, {"/h", 1.0 / 3600}};
    case Dimension::share:
      return {{"1", 1}, {"%", 0.01}};
    case Dimension::count:
      return {{"1", 1}};
  }
  return {};
}

double read_any_number(const YamlValue& value) { return read_number(value, -kLargest, kLargest, "a number"); }

// --- cells

class CellReader {
 public:
  explicit CellReader(const Table& table) : table_(table) {}

  // {column: NAME, unit: UNIT, ...}, or a constant with its unit.
  Cell read(const YamlValue& value, Dimension dimension) const {
    if (value.is_scalar()) return {.plus = constant(value, dimension)};
    return read(YamlMap(value, kCellKeys), dimension);
  }

  Cell read(const YamlMap& map, Dimension dimension) const {
    Cell cell{.columns = columns(map)};
    cell.factor = unit(map, dimension);
    if (const auto times = map.get("times")) cell.factor *= read_any_number(*times);
    if (const auto plus = map.get("plus")) cell.plus = read_any_number(*plus);
    if (const auto round = map.get("round")) cell.round_down = read_word<bool>(*round, {{"down", true}});
    if (const auto over = map.get("over")) {
      cell.over = columns(YamlMap(*over, {"column", "columns", "position", "positions"}));
    }
    return cell;
  }

  std::size_t column(const YamlValue& name) const {
    try {
      return column_named(table_, name.text("the name of a column"));
    } catch (const sim::Error& error) {
      name.fail(error.what());
    }
  }

 private:
  static double constant(const YamlValue& value, Dimension dimension) {
    switch (dimension) {
      case Dimension::cpu:
        return read_cpu(value).value;
      case Dimension::memory:
        return read_memory(value).value;
      case Dimension::time:
        return sim::to_seconds(read_duration(value));
      case Dimension::rate:
        return read_rate(value);
      case Dimension::count:
      case Dimension::share:
        return read_number(value);
    }
    return 0;
  }

  static double unit(const YamlMap& map, Dimension dimension) {
    const std::vector<Unit> units = units_of(dimension);
    const auto written = map.get("unit");
    const bool needs_none = dimension == Dimension::count || dimension == Dimension::share;
    if (!written && needs_none) return 1;
    std::vector<std::string_view> names;
    for (const Unit& one : units) {
      if (written && written->is_scalar() && written->node().scalar == one.name) return one.factor;
      names.push_back(one.name);
    }
    const std::string expected = "a unit, one of " + join(names);
    if (!written) map.value().fail("expected " + expected + ", got none");
    written->refuse(expected);
  }

  std::size_t position(const YamlValue& value) const {
    return static_cast<std::size_t>(read_count(value, 1, static_cast<std::int64_t>(table_.header.size()))) - 1;
  }

  std::vector<std::size_t> columns(const YamlMap& map) const {
    std::vector<std::size_t> result;
    if (const auto name = map.get("column")) result.push_back(column(*name));
    if (const auto number = map.get("position")) result.push_back(position(*number));
    if (const auto names = map.get("columns")) {
      for (const YamlValue& name : names->items("a list of columns")) result.push_back(column(name));
    }
    if (const auto numbers = map.get("positions")) {
      for (const YamlValue& number : numbers->items("a list of positions")) result.push_back(position(number));
    }
    if (result.empty()) map.value().fail("expected one of column, columns, position, positions, got none");
    return result;
  }

  const Table& table_;
};

// --- parts of the file

ProtocolCells read_protocol(const YamlValue& value, const CellReader& cells) {
  const YamlMap map(
      value, {"users", "rate", "window", "warm_up", "spawn_rate", "think_time", "back_off", "redeploy", "attribution"});
  ProtocolCells protocol;
  if (const auto users = map.get("users")) protocol.users = cells.read(*users, Dimension::count);
  if (const auto rate = map.get("rate")) protocol.rate_per_s = cells.read(*rate, Dimension::rate);
  if (protocol.users.has_value() == protocol.rate_per_s.has_value()) {
    value.fail(std::string("expected either users or rate, got ") + (protocol.users ? "both" : "neither"));
  }
  protocol.window_s = cells.read(map.require("window"), Dimension::time);
  if (const auto warm_up = map.get("warm_up")) protocol.warm_up_s = cells.read(*warm_up, Dimension::time);
  if (const auto rate = map.get("spawn_rate")) {
    const bool at_once = rate->is_scalar() && rate->node().scalar == "at_once";
    protocol.spawn_rate_per_s = at_once ? 0 : read_rate(*rate);
  }
  if (const auto think = map.get("think_time")) protocol.think_time = read_distribution(*think, LawUnit::seconds);
  if (const auto wait = map.get("back_off")) protocol.back_off = read_distribution(*wait, LawUnit::seconds);
  if (const auto redeploy = map.get("redeploy"); redeploy && !read_flag(*redeploy)) {
    redeploy->fail(
        "expected true, got false: every row is simulated by itself, on fresh instances; warm_up says what "
        "came before its window");
  }
  if (const auto attribution = map.get("attribution")) {
    protocol.attribution = read_word<sim::Attribution>(*attribution, kWords<sim::Attribution>);
  }
  return protocol;
}

void check_function(const YamlValue& value, const std::string& name, const sim::WorkflowSpec& workflow) {
  if (workflow.find(name)) return;
  std::vector<std::string_view> names;
  for (const sim::FunctionSpec& function : workflow.functions) names.push_back(function.name);
  value.fail("expected a function of workflow \"" + workflow.name + "\", got " + shown(name) + meant(name, names));
}

std::vector<KnobCells> read_knobs(const YamlValue& value, const CellReader& cells, const sim::WorkflowSpec& workflow) {
  if (!value.is_map()) value.refuse("a map from functions to cpu, memory, replicas and concurrency");
  std::vector<KnobCells> knobs;
  for (const YamlNode::Entry& entry : value.node().entries) {
    const YamlValue child = value.child(entry);
    check_function(child, entry.key, workflow);
    if (workflow.functions[workflow.find(entry.key)->index].fixed) {
      child.fail("expected a function that is tuned, got one that the workflow fixes");
    }
    const YamlMap map(child, {"cpu", "memory", "replicas", "concurrency"});
    knobs.push_back({.function = entry.key,
                     .cpu = cells.read(map.require("cpu"), Dimension::cpu),
                     .memory = cells.read(map.require("memory"), Dimension::memory),
                     .replicas = cells.read(map.require("replicas"), Dimension::count),
                     .concurrency = cells.read(map.require("concurrency"), Dimension::count)});
  }
  for (const sim::FunctionSpec& function : workflow.functions) {
    const bool known =
        std::any_of(knobs.begin(), knobs.end(), [&](const KnobCells& one) { return one.function == function.name; });
    if (!known && !function.fixed) value.fail("expected knobs of function \"" + function.name + "\", got none");
  }
  return knobs;
}

Target read_target(const YamlValue& value, const CellReader& cells, const sim::WorkflowSpec& workflow) {
  std::vector<std::string_view> keys = kCellKeys;
  keys.insert(keys.end(), {"observe", "function", "weight", "error"});
  const YamlMap map(value, keys);
  using enum Observed;
  Target target;
  const YamlValue observe = map.require("observe");
  target.what = read_word<Observed>(observe, {{"latency_mean", latency_mean},
                                              {"latency_p50", latency_p50},
                                              {"latency_p75", latency_p75},
                                              {"latency_p95", latency_p95},
                                              {"latency_p99", latency_p99},
                                              {"successes", successes},
                                              {"success_ratio", success_ratio}});
  target.name = observe.node().scalar;
  if (const auto function = map.get("function")) {
    target.function = function->text("the name of a function");
    check_function(*function, target.function, workflow);
    target.name += " of " + target.function;
  }
  if (const auto weight = map.get("weight")) target.weight = read_number(*weight);
  if (const auto error = map.get("error")) {
    target.relative = read_word<bool>(*error, {{"relative", true}, {"absolute", false}});
  }
  const bool is_count = target.what == successes;
  const bool is_ratio = target.what == success_ratio;
  target.cell = cells.read(map, is_count ? Dimension::count : is_ratio ? Dimension::share : Dimension::time);
  return target;
}

std::vector<FittedParameter> read_parameters(const YamlValue& value) {
  if (!value.is_map()) value.refuse("a map from names to parameters");
  std::vector<FittedParameter> parameters;
  std::set<std::string> paths;
  for (const YamlNode::Entry& entry : value.node().entries) {
    const YamlValue child = value.child(entry);
    const YamlNode name{YamlNode::Kind::scalar, entry.place, entry.key, {}, {}};
    parameters.push_back(read_parameter(child, read_label({name, value.path()})));
    for (const Setting& setting : parameters.back().sets) {
      if (!paths.insert(setting.path).second) child.fail("expected one parameter for " + setting.path + ", got two");
    }
  }
  if (parameters.empty()) value.fail("expected at least one parameter, got none");
  return parameters;
}

// Rows of the table by what stands in some columns.
void read_rows(const YamlValue& value, const CellReader& cells, Mapping& mapping) {
  if (!value.is_map()) value.refuse("a map from columns to what stands in the rows that count");
  for (const YamlNode::Entry& entry : value.node().entries) {
    const YamlValue child = value.child(entry);
    const YamlNode name{YamlNode::Kind::scalar, entry.place, entry.key, {}, {}};
    std::vector<std::string> words;
    if (child.is_list()) {
      for (const YamlValue& word : child.items("words")) words.push_back(word.text("a word"));
    } else {
      words.push_back(child.text("a word or a list of words"));
    }
    mapping.rows.emplace_back(cells.column({name, child.path()}), std::move(words));
  }
}

double sum(const Table& table, std::size_t row, const std::vector<std::size_t>& columns) {
  double result = 0;
  for (const std::size_t column : columns) result += number_at(table, row, column);
  return result;
}

// What shares are made of.
double sum_of_counts(const Table& table, std::size_t row, const std::vector<std::size_t>& columns) {
  for (const std::size_t column : columns) {
    if (number_at(table, row, column) >= 0) continue;
    throw sim::Error(table.place(row) + ": column " + std::to_string(column + 1) + ", " + shown(table.header[column]) +
                     ": expected a count from 0 on, got " + table.rows[row][column]);
  }
  return sum(table, row, columns);
}

}  // namespace

FittedParameter read_parameter(const YamlValue& value, const std::string& name,
                               const std::vector<std::string_view>& more) {
  std::vector<std::string_view> keys = {"sets", "bounds", "scale", "prior"};
  keys.insert(keys.end(), more.begin(), more.end());
  const YamlMap map(value, keys);
  FittedParameter parameter{.name = name, .sets = {}};

  const std::vector<YamlValue> bounds = map.require("bounds").items("bounds such as [100ms, 2s]");
  if (bounds.size() != 2) map.require("bounds").fail("expected two bounds, got " + std::to_string(bounds.size()));
  const auto [low, dimension] = read_amount(bounds[0]);
  const auto [high, other] = read_amount(bounds[1]);
  if (dimension != other) map.require("bounds").fail("expected bounds of one unit, got two");
  if (!(low < high)) map.require("bounds").fail("expected bounds that rise");
  parameter.dimension = dimension;
  parameter.low = low;
  parameter.high = high;
  if (const auto scale = map.get("scale")) {
    parameter.logarithmic = read_word<bool>(*scale, {{"linear", false}, {"log", true}});
    if (parameter.logarithmic && low <= 0) scale->fail("expected bounds above 0 beside it");
  }
  const auto amount = [&](const YamlValue& one) {
    const auto [number, unit] = read_amount(one);
    if (unit != dimension) one.refuse("an amount in the unit of the bounds");
    return number;
  };
  if (const auto prior = map.get("prior")) {
    const YamlMap law(*prior, {"mean", "sd"});
    parameter.prior = Prior{amount(law.require("mean")), amount(law.require("sd"))};
    if (!(parameter.prior->standard_deviation > 0)) law.require("sd").refuse("an amount above 0");
  }
  const YamlValue sets = map.require("sets");
  const auto add = [&](const YamlValue& one) {
    if (one.is_scalar()) {
      parameter.sets.push_back({.path = one.node().scalar});
      return;
    }
    const YamlMap setting(one, {"path", "times", "plus"});
    parameter.sets.push_back({.path = setting.require("path").text("a path such as functions.rgb.serial")});
    if (const auto times = setting.get("times")) parameter.sets.back().times = read_any_number(*times);
    if (const auto plus = setting.get("plus")) parameter.sets.back().plus = amount(*plus);
  };
  if (sets.is_list()) {
    for (const YamlValue& one : sets.items("paths")) add(one);
  } else {
    add(sets);
  }
  if (parameter.sets.empty()) sets.fail("expected at least one path, got none");
  return parameter;
}

double Cell::read(const Table& table, std::size_t row) const {
  if (is_constant()) return plus;
  double value = (over.empty() ? sum(table, row, columns) : sum_of_counts(table, row, columns)) * factor;
  if (!over.empty()) {
    const double divisor = sum_of_counts(table, row, over);
    if (divisor == 0) {
      throw sim::Error(table.place(row) + ": column " + std::to_string(over.front() + 1) + ", " +
                       shown(table.header[over.front()]) + ": expected a number to divide by, got 0");
    }
    value /= divisor;
  }
  value += plus;
  return round_down ? std::floor(value) : value;
}

Mapping parse_mapping(const std::string& text, const std::string& path, const Table& table,
                      const sim::WorkflowSpec& workflow) {
  const YamlNode tree = parse_yaml(text, path);
  const YamlMap map({tree, ""}, {"description", "rows", "group", "protocol", "knobs", "targets", "parameters"});
  const CellReader cells(table);
  Mapping mapping;
  if (const auto description = map.get("description")) description->text("a text");
  if (const auto rows = map.get("rows")) read_rows(*rows, cells, mapping);
  if (const auto group = map.get("group")) mapping.group = cells.column(*group);
  mapping.protocol = read_protocol(map.require("protocol"), cells);
  mapping.knobs = read_knobs(map.require("knobs"), cells, workflow);
  const YamlValue targets = map.require("targets");
  for (const YamlValue& target : targets.items("a list of what was observed")) {
    mapping.targets.push_back(read_target(target, cells, workflow));
  }
  if (mapping.targets.empty()) targets.fail("expected at least one target, got none");
  mapping.parameters = read_parameters(map.require("parameters"));
  return mapping;
}

Mapping read_mapping(const std::string& path, const Table& table, const sim::WorkflowSpec& workflow) {
  return parse_mapping(read_text_file(path), path, table, workflow);
}

namespace {

// "680.1ms" rather than "680ms100us", where that reads back as the same.
std::string format_time(double seconds) {
  const std::string whole = format_number(seconds) + "s";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9gms", seconds * 1e3);
  const bool is_short = seconds < 1 && std::string_view(text.data()).find('e') == std::string_view::npos;
  if (is_short && parse_seconds(text.data()) == seconds) return text.data();
  return whole.find('e') == std::string::npos && parse_seconds(whole) == seconds ? whole : format_seconds(seconds);
}

std::string format_memory(double mebibytes) {
  const std::string whole = format_number(mebibytes) + "Mi";
  const bool is_plain = whole.find('e') == std::string::npos;
  return is_plain && sim::parse_memory(whole).value == mebibytes ? whole : sim::format(sim::Mebibytes{mebibytes});
}

}  // namespace

std::string format_amount(double value, Dimension dimension) {
  switch (dimension) {
    case Dimension::cpu:
      return sim::format(sim::Millicores{value});
    case Dimension::memory:
      return format_memory(value);
    case Dimension::time:
      return format_time(value);
    case Dimension::rate:
      return format_number(value) + "/s";
    case Dimension::count:
    case Dimension::share:
      return format_number(value);
  }
  return "";
}

std::pair<double, Dimension> read_amount(const YamlValue& value) {
  constexpr std::string_view expected = "an amount such as 860ms, 380Mi, 500m, 5/s or 0.16";
  const std::string& text = value.text(expected);
  const char last = text.empty() ? ' ' : text.back();
  if (text.find('/') != std::string::npos) return {read_rate(value, 0), Dimension::rate};
  if (last == 's') return {parse_with(value, expected, parse_seconds), Dimension::time};
  if (last == 'm') return {read_cpu(value).value, Dimension::cpu};
  if (last == 'i' || last == 'M' || last == 'G') return {read_memory(value).value, Dimension::memory};
  return {read_number(value, -kLargest, kLargest, expected), Dimension::count};
}

}  // namespace faasconf::experiments
