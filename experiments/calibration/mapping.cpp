#include "experiments/calibration/mapping.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/words.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::calibration {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();
constexpr std::string_view kUnlimited = "unlimited";

struct Unit {
  std::string_view name;
  double factor = 1;
};

std::vector<Unit> units_of(prediction::Dimension dimension) {
  switch (dimension) {
    case prediction::Dimension::cpu:
      return {{"m", 1}, {"cores", 1000}};
    case prediction::Dimension::memory:
      return {{"Mi", 1}, {"Gi", 1024}, {"Ki", 1.0 / 1024}, {"B", 0x1p-20}, {"M", 1e6 / 0x1p20}, {"G", 1e9 / 0x1p20}};
    case prediction::Dimension::time:
      return {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
    case prediction::Dimension::rate:
      return {{"/s", 1}, {"/m", 1.0 / 60}, {"/h", 1.0 / 3600}};
    case prediction::Dimension::share:
      return {{"1", 1}, {"%", 0.01}};
    case prediction::Dimension::count:
      return {{"1", 1}};
  }
  return {};
}

double read_any_number(const config::YamlValue& value) {
  return config::read_number(value, -kLargest, kLargest, "a number");
}

// --- cells

class CellReader {
 public:
  explicit CellReader(const config::CsvTable& table) : table_(table) {}

  // {column: NAME, unit: UNIT, ...}, or a constant with its unit.
  Cell read(const config::YamlValue& value, prediction::Dimension dimension) const {
    if (value.is_scalar()) return {.plus = constant(value, dimension)};
    return read(config::YamlMap(value, config::section("cell")), dimension);
  }

  Cell read(const config::YamlMap& map, prediction::Dimension dimension) const {
    Cell cell{.columns = columns(map)};
    cell.factor = unit(map, dimension);
    if (const auto times = map.get("times")) cell.factor *= read_any_number(*times);
    if (const auto plus = map.get("plus")) cell.plus = read_any_number(*plus);
    if (const auto round = map.get("round")) cell.round_down = read_word<bool>(*round, {{"down", true}});
    if (const auto over = map.get("over")) {
      cell.over = columns(config::YamlMap(*over, config::section("columns")));
    }
    return cell;
  }

  std::size_t column(const config::YamlValue& name) const {
    try {
      return config::column_named(table_, name.text("the name of a column"));
    } catch (const sim::Error& error) {
      name.fail(error.what());
    }
  }

 private:
  static double constant(const config::YamlValue& value, prediction::Dimension dimension) {
    switch (dimension) {
      case prediction::Dimension::cpu:
        return config::read_cpu(value).value;
      case prediction::Dimension::memory:
        return config::read_memory(value).value;
      case prediction::Dimension::time:
        return sim::to_seconds(config::read_duration(value));
      case prediction::Dimension::rate:
        return config::read_rate(value);
      case prediction::Dimension::count:
      case prediction::Dimension::share:
        return config::read_number(value);
    }
    return 0;
  }

  static double unit(const config::YamlMap& map, prediction::Dimension dimension) {
    const std::vector<Unit> units = units_of(dimension);
    const auto written = map.get("unit");
    const bool needs_none = dimension == prediction::Dimension::count || dimension == prediction::Dimension::share;
    if (!written && needs_none) return 1;
    std::vector<std::string_view> names;
    for (const Unit& one : units) {
      if (written && written->is_scalar() && written->node().scalar == one.name) return one.factor;
      names.push_back(one.name);
    }
    const std::string expected = "a unit, one of " + config::join(names);
    if (!written) map.value().fail("expected " + expected + ", got none");
    written->refuse(expected);
  }

  std::size_t position(const config::YamlValue& value) const {
    return static_cast<std::size_t>(config::read_count(value, 1, static_cast<std::int64_t>(table_.header.size()))) - 1;
  }

  std::vector<std::size_t> columns(const config::YamlMap& map) const {
    std::vector<std::size_t> result;
    if (const auto name = map.get("column")) result.push_back(column(*name));
    if (const auto number = map.get("position")) result.push_back(position(*number));
    if (const auto names = map.get("columns")) {
      for (const config::YamlValue& name : names->items("a list of columns")) result.push_back(column(name));
    }
    if (const auto numbers = map.get("positions")) {
      for (const config::YamlValue& number : numbers->items("a list of positions")) result.push_back(position(number));
    }
    if (result.empty()) map.value().fail("expected one of column, columns, position, positions, got none");
    return result;
  }

  const config::CsvTable& table_;
};

// --- parts of the file

ProtocolCells read_protocol(const config::YamlValue& value, const CellReader& cells) {
  const config::YamlMap map(value, config::section("protocol"));
  ProtocolCells protocol;
  if (const auto users = map.get("users")) protocol.users = cells.read(*users, prediction::Dimension::count);
  if (const auto rate = map.get("rate")) protocol.rate_per_s = cells.read(*rate, prediction::Dimension::rate);
  if (protocol.users.has_value() == protocol.rate_per_s.has_value()) {
    value.fail(std::string("expected either users or rate, got ") + (protocol.users ? "both" : "neither"));
  }
  protocol.window_s = cells.read(map.require("window"), prediction::Dimension::time);
  if (const auto warm_up = map.get("warm_up")) protocol.warm_up_s = cells.read(*warm_up, prediction::Dimension::time);
  if (const auto rate = map.get("spawn_rate")) {
    const bool at_once = rate->is_scalar() && rate->node().scalar == "at_once";
    protocol.spawn_rate_per_s = at_once ? 0 : config::read_rate(*rate);
  }
  if (const auto think = map.get("think_time"))
    protocol.think_time = config::read_distribution(*think, config::DistributionUnit::seconds);
  if (const auto wait = map.get("back_off"))
    protocol.back_off = config::read_distribution(*wait, config::DistributionUnit::seconds);
  if (const auto redeploy = map.get("redeploy"); redeploy && !config::read_flag(*redeploy)) {
    redeploy->fail(
        "expected true, got false: every row is simulated by itself, on fresh instances; warm_up says what "
        "came before its window");
  }
  if (const auto attribution = map.get("attribution")) {
    protocol.attribution = read_word<sim::Attribution>(*attribution, config::kWords<sim::Attribution>);
  }
  return protocol;
}

void check_function(const config::YamlValue& value, const std::string& name, const sim::WorkflowSpec& workflow) {
  if (workflow.find(name)) return;
  std::vector<std::string_view> names;
  for (const sim::FunctionSpec& function : workflow.functions) names.push_back(function.name);
  value.fail("expected a function of workflow \"" + workflow.name + "\", got " + config::shown(name) +
             config::meant(name, names));
}

Cell read_concurrency(const config::YamlValue& value, const CellReader& cells) {
  if (value.is_scalar() && value.node().scalar == kUnlimited) return {.plus = 0};
  Cell cell = cells.read(value, prediction::Dimension::count);
  cell.may_be_unlimited = true;
  return cell;
}

std::vector<KnobCells> read_knobs(const config::YamlValue& value, const CellReader& cells,
                                  const sim::WorkflowSpec& workflow) {
  if (!value.is_map()) value.refuse("a map from functions to cpu, memory, replicas and concurrency");
  std::vector<KnobCells> knobs;
  for (const config::YamlNode::Entry& entry : value.node().entries) {
    const config::YamlValue child = value.child(entry);
    check_function(child, entry.key, workflow);
    if (workflow.functions[workflow.find(entry.key)->index].fixed) {
      child.fail("expected a function that is tuned, got one that the workflow fixes");
    }
    const config::YamlMap map(child, config::section("knob cells"));
    knobs.push_back({.function = entry.key,
                     .cpu = cells.read(map.require("cpu"), prediction::Dimension::cpu),
                     .memory = cells.read(map.require("memory"), prediction::Dimension::memory),
                     .replicas = cells.read(map.require("replicas"), prediction::Dimension::count),
                     .concurrency = read_concurrency(map.require("concurrency"), cells)});
  }
  for (const sim::FunctionSpec& function : workflow.functions) {
    const bool known =
        std::any_of(knobs.begin(), knobs.end(), [&](const KnobCells& one) { return one.function == function.name; });
    if (!known && !function.fixed) value.fail("expected knobs of function \"" + function.name + "\", got none");
  }
  return knobs;
}

prediction::Dimension dimension_of(const prediction::Observed& what) {
  if (what.unit() == "s") return prediction::Dimension::time;
  return what.is_share() ? prediction::Dimension::share : prediction::Dimension::count;
}

Target read_target(const config::YamlMap& map, const CellReader& cells, const sim::WorkflowSpec& workflow,
                   const results::Metrics& metrics) {
  Target target;
  const auto function = map.get("function");
  target.what = prediction::read_observed(map.require("observe"), function.has_value(), metrics);
  target.name = target.what.name();
  if (function) {
    target.function = function->text("the name of a function");
    check_function(*function, target.function, workflow);
    target.name += " of " + target.function;
  }
  if (const auto weight = map.get("weight")) target.weight = config::read_number(*weight);
  if (const auto error = map.get("error")) {
    target.relative = read_word<bool>(*error, {{"relative", true}, {"absolute", false}});
  }
  target.cell = cells.read(map, dimension_of(target.what));
  return target;
}

void read_targets(const config::YamlValue& value, const CellReader& cells, const sim::WorkflowSpec& workflow,
                  const results::Metrics& metrics, Mapping& mapping) {
  for (const config::YamlValue& item : value.items("a list of what was observed")) {
    const config::YamlMap map(item, config::section("target"));
    const Target& target = mapping.targets.emplace_back(read_target(map, cells, workflow, metrics));
    const std::string& written = map.require("observe").node().scalar;
    if (written != target.what.name()) mapping.renamed.insert(written + " is now " + std::string(target.what.name()));
  }
  if (mapping.targets.empty()) value.fail("expected at least one target, got none");
}

std::vector<prediction::FittedParameter> read_parameters(const config::YamlValue& value) {
  if (!value.is_map()) value.refuse("a map from names to parameters");
  std::vector<prediction::FittedParameter> parameters;
  std::set<std::string> paths;
  for (const config::YamlNode::Entry& entry : value.node().entries) {
    const config::YamlValue child = value.child(entry);
    const config::YamlNode name{config::YamlNode::Kind::scalar, entry.place, entry.key, {}, {}};
    parameters.push_back(prediction::read_parameter(child, config::read_label({name, value.path()})));
    for (const prediction::Setting& setting : parameters.back().sets) {
      if (!paths.insert(setting.path).second) child.fail("expected one parameter for " + setting.path + ", got two");
    }
  }
  if (parameters.empty()) value.fail("expected at least one parameter, got none");
  return parameters;
}

// Rows of the table by what stands in some columns.
void read_rows(const config::YamlValue& value, const CellReader& cells, Mapping& mapping) {
  if (!value.is_map()) value.refuse("a map from columns to what stands in the rows that count");
  for (const config::YamlNode::Entry& entry : value.node().entries) {
    const config::YamlValue child = value.child(entry);
    const config::YamlNode name{config::YamlNode::Kind::scalar, entry.place, entry.key, {}, {}};
    std::vector<std::string> words;
    if (child.is_list()) {
      for (const config::YamlValue& word : child.items("words")) words.push_back(word.text("a word"));
    } else {
      words.push_back(child.text("a word or a list of words"));
    }
    mapping.rows.emplace_back(cells.column({name, child.path()}), std::move(words));
  }
}

double sum(const config::CsvTable& table, std::size_t row, const std::vector<std::size_t>& columns) {
  double result = 0;
  for (const std::size_t column : columns) result += config::number_at(table, row, column);
  return result;
}

// What shares are made of.
double sum_of_counts(const config::CsvTable& table, std::size_t row, const std::vector<std::size_t>& columns) {
  for (const std::size_t column : columns) {
    if (config::number_at(table, row, column) >= 0) continue;
    throw sim::Error(table.place(row) + ": column " + std::to_string(column + 1) + ", " +
                     config::shown(table.header[column]) + ": expected a count from 0 on, got " +
                     table.rows[row][column]);
  }
  return sum(table, row, columns);
}

}  // namespace

prediction::Protocol protocol_of(const ProtocolCells& cells) {
  return {.spawn_rate_per_s = cells.spawn_rate_per_s,
          .think_time = cells.think_time,
          .back_off = cells.back_off,
          .attribution = cells.attribution};
}

double Cell::read(const config::CsvTable& table, std::size_t row) const {
  if (is_constant()) return plus;
  if (may_be_unlimited && table.rows[row][columns.front()] == kUnlimited) return 0;
  double value = (over.empty() ? sum(table, row, columns) : sum_of_counts(table, row, columns)) * factor;
  if (!over.empty()) {
    const double divisor = sum_of_counts(table, row, over);
    if (divisor == 0) {
      throw sim::Error(table.place(row) + ": column " + std::to_string(over.front() + 1) + ", " +
                       config::shown(table.header[over.front()]) + ": expected a number to divide by, got 0");
    }
    value /= divisor;
  }
  value += plus;
  return round_down ? std::floor(value) : value;
}

Mapping parse_mapping(const std::string& text, const std::string& path, const config::CsvTable& table,
                      const sim::WorkflowSpec& workflow, const results::Metrics& metrics) {
  const config::YamlNode tree = config::parse_yaml(text, path);
  const config::YamlMap map({tree, ""}, config::section("mapping"));
  const CellReader cells(table);
  Mapping mapping;
  if (const auto description = map.get("description")) description->text("a text");
  if (const auto rows = map.get("rows")) read_rows(*rows, cells, mapping);
  if (const auto group = map.get("group")) mapping.group = cells.column(*group);
  mapping.protocol = read_protocol(map.require("protocol"), cells);
  mapping.knobs = read_knobs(map.require("knobs"), cells, workflow);
  read_targets(map.require("targets"), cells, workflow, metrics, mapping);
  mapping.parameters = read_parameters(map.require("parameters"));
  return mapping;
}

Mapping read_mapping(const std::string& path, const config::CsvTable& table, const sim::WorkflowSpec& workflow) {
  return parse_mapping(config::read_text_file(path), path, table, workflow);
}

}  // namespace faasconf::experiments::calibration
