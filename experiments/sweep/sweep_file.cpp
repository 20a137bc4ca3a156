#include "experiments/sweep/sweep_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <system_error>
#include <utility>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/results/metrics.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "traces/files/digest.hpp"

namespace faasconf::experiments::sweep {
namespace {

using config::YamlMap;
using config::YamlNode;
using config::YamlValue;

constexpr std::int64_t kMostValues = 1'000'000;
constexpr std::int64_t kMostReplications = 1'000'000'000;

// "500m": a number and what follows it.
struct NumberWithUnit {
  double number = 0;
  std::string unit;
};

NumberWithUnit number_with_unit(const std::string& text, const YamlValue& whole) {
  NumberWithUnit result;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), result.number);
  if (status != std::errc() || !std::isfinite(result.number)) whole.refuse("a range such as 1..8 or 250m..2000m");
  result.unit.assign(end, text.data() + text.size());
  return result;
}

// {range: 250m..2000m, step: 250m}: both ends belong to it.
std::vector<YamlNode> range_values(const YamlValue& value) {
  const YamlMap map(value, config::section("axis"));
  const YamlValue range = map.require("range");
  const std::string& text = range.text("a range such as 1..8");
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) range.refuse("a range such as 1..8 or 250m..2000m");
  const NumberWithUnit first = number_with_unit(text.substr(0, dots), range);
  const NumberWithUnit last = number_with_unit(text.substr(dots + 2), range);
  NumberWithUnit step{.number = 1, .unit = first.unit};
  if (const auto given = map.get("step")) step = number_with_unit(given->text("a step"), *given);
  if (first.unit != last.unit || first.unit != step.unit) range.fail("expected both ends and the step in one unit");
  if (!(step.number > 0) || last.number < first.number) range.fail("expected a range that rises, with a step above 0");
  const double steps = std::floor((last.number - first.number) / step.number + 1e-9);
  if (steps >= static_cast<double>(kMostValues)) range.fail("expected at most 1,000,000 values");

  std::vector<YamlNode> values;
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(steps); ++i) {
    YamlNode one =
        config::yaml_scalar(config::format_number(first.number + static_cast<double>(i) * step.number) + first.unit);
    one.place = value.node().place;
    values.push_back(std::move(one));
  }
  return values;
}

Axis read_axis(const YamlValue& value, const std::string& key) {
  if (key == "replications") value.fail("expected another key: replications are the sweep's, and add up");
  Axis axis{.key = key, .values = {}};
  if (value.is_map()) {
    axis.values = range_values(value);
  } else {
    for (const YamlValue& item : value.items("a list of values, or {range: 1..8}")) axis.values.push_back(item.node());
  }
  if (axis.values.empty()) value.fail("expected at least one value, got none");
  return axis;
}

std::vector<Axis> read_axes(const YamlValue& value) {
  if (!value.is_map()) value.refuse("a map from keys of the experiment to lists of values");
  std::vector<Axis> axes;
  for (const YamlNode::Entry& entry : value.node().entries) axes.push_back(read_axis(value.child(entry), entry.key));
  return axes;
}

void check_in_step(const YamlValue& zip, const std::vector<Axis>& axes) {
  for (const Axis& axis : axes) {
    if (axis.values.size() == axes.front().values.size()) continue;
    zip.fail("expected lists of one length, got " + std::to_string(axes.front().values.size()) + " values of " +
             axes.front().key + " and " + std::to_string(axis.values.size()) + " of " + axis.key);
  }
}

std::vector<Axis*> all_axes(Sweep& sweep) {
  std::vector<Axis*> all;
  for (Axis& axis : sweep.axes) all.push_back(&axis);
  for (Axis& axis : sweep.zip) all.push_back(&axis);
  return all;
}

void check_keys_differ(const YamlMap& map, Sweep& sweep) {
  std::set<std::string> keys;
  for (const Axis* axis : all_axes(sweep)) {
    if (!keys.insert(axis->key).second) map.value().fail("expected every key once, got " + axis->key + " twice");
  }
  if (keys.empty()) map.value().fail("expected axes or zip with a key that varies, got none");
}

void read_common(const YamlValue& value, Sweep& sweep) {
  const std::vector<Axis*> axes = all_axes(sweep);
  if (value.is_scalar() && value.node().scalar == "all") {
    for (Axis* axis : axes) axis->common = true;
    return;
  }
  std::vector<std::string_view> keys;
  for (const Axis* axis : axes) keys.push_back(axis->key);
  for (const YamlValue& item : value.items("all, or a list of keys of axes")) {
    const std::string& key = item.text("the key of an axis");
    const auto axis = std::ranges::find_if(axes, [&key](const Axis* one) { return one->key == key; });
    if (axis == axes.end()) {
      item.fail("expected one of " + config::join(keys) + ", got " + config::shown(key) + config::meant(key, keys));
    }
    (*axis)->common = true;
  }
}

Sample read_sample(const YamlValue& value) {
  const YamlMap map(value, config::section("sample"));
  if (value.node().entries.size() != 1) value.refuse("one method and a number of cells, such as {random: 200}");
  for (const auto method : {Sample::Method::latin_hypercube, Sample::Method::random, Sample::Method::sobol}) {
    if (const auto count = map.get(name_of(method))) {
      return {.method = method, .cells = static_cast<std::size_t>(config::read_count(*count, 1, kMostValues))};
    }
  }
  value.refuse("latin_hypercube, random or sobol");
}

std::vector<Point> read_points(const YamlValue& value, Sweep& sweep) {
  std::vector<std::string_view> keys;
  for (const Axis* axis : all_axes(sweep)) keys.push_back(axis->key);
  std::vector<Point> points;
  for (const YamlValue& item : value.items("a list of maps from keys of axes to values")) {
    if (!item.is_map() || item.node().entries.empty()) item.refuse("a map from keys of axes to values");
    const YamlMap known(item, keys);
    points.push_back({.values = item.node()});
  }
  return points;
}

// "1% of latency_mean_s"
void read_goal(const YamlValue& value, Precision& precision) {
  constexpr std::string_view expected = "a share of a metric's mean, such as 1% of latency_mean_s";
  const std::string& text = value.text(expected);
  const std::size_t of = text.find(" of ");
  if (of == std::string::npos) value.refuse(expected);
  precision.relative = config::parse_with(value, expected, [of](const std::string& whole) {
    return sim::parse_percentage(std::string_view(whole).substr(0, of));
  });
  if (!(precision.relative > 0)) value.refuse(expected);
  const auto metrics = results::metrics().end_to_end;
  const auto* const found = results::find_metric(metrics, std::string_view(text).substr(of + 4));
  std::vector<std::string_view> names;
  for (const auto& metric : results::summarised(metrics)) names.push_back(metric.name);
  if (found == nullptr || std::ranges::find(names, found->name) == names.end()) {
    const std::string name = text.substr(of + 4);
    value.fail("expected a metric, one of " + config::join(names) + ", got " + config::shown(name) +
               config::meant(name, names));
  }
  precision.metric = std::string(found->name);
}

Precision read_precision(const YamlValue& value) {
  Precision precision;
  if (value.is_scalar()) {
    read_goal(value, precision);
    return precision;
  }
  const YamlMap map(value, config::section("precision"));
  read_goal(map.require("within"), precision);
  if (const auto from = map.get("from")) {
    precision.from = static_cast<std::uint64_t>(config::read_count(*from, 2, kMostReplications));
  }
  if (const auto most = map.get("at_most")) {
    precision.at_most = static_cast<std::uint64_t>(
        config::read_count(*most, static_cast<std::int64_t>(precision.from), kMostReplications));
  }
  return precision;
}

std::vector<config::Override> read_overrides(const YamlValue& value) {
  if (!value.is_map()) value.refuse("a map from keys of the experiment to values");
  std::vector<config::Override> overrides;
  for (const YamlNode::Entry& entry : value.node().entries) {
    overrides.push_back(config::make_override(entry.key, entry.value));
  }
  return overrides;
}

}  // namespace

std::string_view name_of(Sample::Method method) {
  constexpr std::array<std::string_view, 3> kNames = {"latin_hypercube", "random", "sobol"};
  return kNames[static_cast<std::size_t>(method)];
}

Sweep parse_sweep(const std::string& text, const std::string& path) {
  const YamlNode root = config::parse_yaml_file(text, path);
  const YamlMap map({root, ""}, config::section("sweep"));
  const config::InputFiles files(path, text);
  Sweep sweep{.experiment = {}, .overrides = {}, .axes = {}, .zip = {}, .file = {path, files::sha256(text)}};
  if (const auto job = map.get("job")) config::read_word<int>(*job, {{"simulate", 0}});
  sweep.experiment = files.find(map.require("experiment"));
  if (const auto set = map.get("set")) sweep.overrides = read_overrides(*set);
  if (const auto axes = map.get("axes")) sweep.axes = read_axes(*axes);
  if (const auto zip = map.get("zip")) {
    sweep.zip = read_axes(*zip);
    check_in_step(*zip, sweep.zip);
  }
  check_keys_differ(map, sweep);
  if (const auto common = map.get("common")) read_common(*common, sweep);
  if (const auto sample = map.get("sample")) sweep.sample = read_sample(*sample);
  if (const auto include = map.get("include")) sweep.include = read_points(*include, sweep);
  if (const auto exclude = map.get("exclude")) sweep.exclude = read_points(*exclude, sweep);
  const auto replications = map.get("replications");
  if (const auto precision = map.get("precision")) {
    if (replications) replications->fail("expected either replications or precision, got both");
    sweep.precision = read_precision(*precision);
  }
  if (replications) {
    sweep.replications = static_cast<std::uint64_t>(config::read_count(*replications, 1, kMostReplications));
  }
  if (const auto warm_up = map.get("warm_up")) sweep.warm_up = config::read_duration(*warm_up);
  if (const auto by_function = map.get("by_function")) sweep.by_function = config::read_flag(*by_function);
  if (const auto seed = map.get("seed")) sweep.seed = config::read_seed(*seed);
  return sweep;
}

Sweep read_sweep(const std::string& path) {
  const std::string shipped = config::find_shipped_sweep(path);
  const std::string file = shipped.empty() ? path : shipped;
  return parse_sweep(config::read_text_file(file), file);
}

}  // namespace faasconf::experiments::sweep
