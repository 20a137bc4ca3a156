#include "experiments/prediction/parameters.hpp"

#include <array>
#include <cstdio>
#include <limits>

#include "experiments/config/distribution_text.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::prediction {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

double read_any_number(const config::YamlValue& value) {
  return config::read_number(value, -kLargest, kLargest, "a number");
}

// "680.1ms" rather than "680ms100us", where that reads back as the same.
std::string format_time(double seconds) {
  const std::string whole = config::format_number(seconds) + "s";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9gms", seconds * 1e3);
  const bool is_short = seconds < 1 && std::string_view(text.data()).find('e') == std::string_view::npos;
  if (is_short && config::parse_seconds(text.data()) == seconds) return text.data();
  return whole.find('e') == std::string::npos && config::parse_seconds(whole) == seconds
             ? whole
             : config::format_seconds(seconds);
}

std::string format_memory(double mebibytes) {
  const std::string whole = config::format_number(mebibytes) + "Mi";
  const bool is_plain = whole.find('e') == std::string::npos;
  return is_plain && sim::parse_memory(whole).value == mebibytes ? whole : sim::format(sim::Mebibytes{mebibytes});
}

}  // namespace

FittedParameter read_parameter(const config::YamlValue& value, const std::string& name,
                               const config::Section& section) {
  const config::YamlMap map(value, section);
  FittedParameter parameter{.name = name, .sets = {}};

  const std::vector<config::YamlValue> bounds = map.require("bounds").items("bounds such as [100ms, 2s]");
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
  const auto amount = [&](const config::YamlValue& one) {
    const auto [number, unit] = read_amount(one);
    if (unit != dimension) one.refuse("an amount in the unit of the bounds");
    return number;
  };
  if (const auto prior = map.get("prior")) {
    const config::YamlMap moments(*prior, config::section("prior"));
    parameter.prior = Prior{amount(moments.require("mean")), amount(moments.require("sd"))};
    if (!(parameter.prior->standard_deviation > 0)) moments.require("sd").refuse("an amount above 0");
  }
  const config::YamlValue sets = map.require("sets");
  const auto add = [&](const config::YamlValue& one) {
    if (one.is_scalar()) {
      parameter.sets.push_back({.path = one.node().scalar});
      return;
    }
    const config::YamlMap setting(one, config::section("setting"));
    parameter.sets.push_back({.path = setting.require("path").text("a path such as functions.rgb.serial")});
    if (const auto times = setting.get("times")) parameter.sets.back().times = read_any_number(*times);
    if (const auto plus = setting.get("plus")) parameter.sets.back().plus = amount(*plus);
  };
  if (sets.is_list()) {
    for (const config::YamlValue& one : sets.items("paths")) add(one);
  } else {
    add(sets);
  }
  if (parameter.sets.empty()) sets.fail("expected at least one path, got none");
  return parameter;
}

std::string format_amount(double value, Dimension dimension) {
  switch (dimension) {
    case Dimension::cpu:
      return sim::format(sim::Millicores{value});
    case Dimension::memory:
      return format_memory(value);
    case Dimension::time:
      return format_time(value);
    case Dimension::rate:
      return config::format_number(value) + "/s";
    case Dimension::count:
    case Dimension::share:
      return config::format_number(value);
  }
  return "";
}

std::pair<double, Dimension> read_amount(const config::YamlValue& value) {
  constexpr std::string_view expected = "an amount such as 860ms, 380Mi, 500m, 5/s or 0.16";
  const std::string& text = value.text(expected);
  const char last = text.empty() ? ' ' : text.back();
  if (text.find('/') != std::string::npos) return {config::read_rate(value, 0), Dimension::rate};
  if (last == 's') return {config::parse_with(value, expected, config::parse_seconds), Dimension::time};
  if (last == 'm') return {config::read_cpu(value).value, Dimension::cpu};
  if (last == 'i' || last == 'M' || last == 'G') return {config::read_memory(value).value, Dimension::memory};
  return {config::read_number(value, -kLargest, kLargest, expected), Dimension::count};
}

}  // namespace faasconf::experiments::prediction
