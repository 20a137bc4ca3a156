#include "experiments/config/distribution_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

using sim::Distribution;

double read_amount(const YamlValue& value, DistributionUnit unit) {
  if (unit == DistributionUnit::seconds) return parse_with(value, "a duration such as 860ms", parse_seconds);
  if (unit == DistributionUnit::mebibytes) return read_memory(value).value;
  return read_number(value);
}

std::string format_amount(double amount, DistributionUnit unit) {
  if (unit == DistributionUnit::seconds) return format_seconds(amount);
  if (unit == DistributionUnit::mebibytes) return sim::format(sim::Mebibytes{amount});
  return format_number(amount);
}

// Distributions check their parameters but do not know where those are written.
template <class Make>
Distribution make_distribution(const YamlValue& value, Make make) {
  try {
    return Distribution(make());
  } catch (const sim::Error& error) {
    value.fail(error.what());
  }
}

Distribution read_deterministic(const YamlValue& value, DistributionUnit unit) {
  const YamlMap map(value, section("law"), {"law", "value"});
  return sim::Deterministic{read_amount(map.require("value"), unit)};
}

Distribution read_exponential(const YamlValue& value, DistributionUnit unit) {
  const YamlMap map(value, section("law"), {"law", "mean"});
  return sim::Exponential{read_amount(map.require("mean"), unit)};
}

Distribution read_gamma(const YamlValue& value, DistributionUnit unit) {
  if (value.node().find("shape") != nullptr) {
    const YamlMap map(value, section("law"), {"law", "shape", "scale"});
    const double shape = read_number(map.require("shape"));
    const double scale = read_amount(map.require("scale"), unit);
    return make_distribution(value, [&] { return sim::Gamma{.shape = shape, .scale = scale}; });
  }
  const YamlMap map(value, section("law"), {"law", "mean", "cv"});
  const double mean = read_amount(map.require("mean"), unit);
  const double cv = read_number(map.require("cv"));
  return make_distribution(value, [&] { return sim::Gamma::of(mean, cv); });
}

Distribution read_lognormal(const YamlValue& value, DistributionUnit unit) {
  if (value.node().find("mu") != nullptr) {
    constexpr double most = std::numeric_limits<double>::max();
    const YamlMap map(value, section("law"), {"law", "mu", "sigma"});
    const double mu = read_number(map.require("mu"), -most, most, "a number");
    const double sigma = read_number(map.require("sigma"));
    return make_distribution(value, [&] { return sim::LogNormal{.mu = mu, .sigma = sigma}; });
  }
  const YamlMap map(value, section("law"), {"law", "mean", "cv"});
  const double mean = read_amount(map.require("mean"), unit);
  const double cv = read_number(map.require("cv"));
  return make_distribution(value, [&] { return sim::LogNormal::of(mean, cv); });
}

Distribution read_hyperexponential(const YamlValue& value, DistributionUnit unit) {
  if (value.node().find("probability") != nullptr) {
    const YamlMap map(value, section("law"), {"law", "probability", "means"});
    const double probability = read_probability(map.require("probability"));
    const YamlValue means = map.require("means");
    const std::vector<YamlValue> two = means.items("a list of two means");
    if (two.size() != 2) means.fail("expected a list of two means, got " + std::to_string(two.size()));
    const double mean_1 = read_amount(two[0], unit);
    const double mean_2 = read_amount(two[1], unit);
    return make_distribution(
        value, [&] { return sim::HyperExponential{.probability_1 = probability, .mean_1 = mean_1, .mean_2 = mean_2}; });
  }
  const YamlMap map(value, section("law"), {"law", "mean", "cv"});
  const double mean = read_amount(map.require("mean"), unit);
  const double cv = read_number(map.require("cv"));
  return make_distribution(value, [&] { return sim::HyperExponential::of(mean, cv); });
}

Distribution read_weibull(const YamlValue& value, DistributionUnit unit) {
  if (value.node().find("scale") != nullptr) {
    const YamlMap map(value, section("law"), {"law", "shape", "scale"});
    const double shape = read_number(map.require("shape"));
    const double scale = read_amount(map.require("scale"), unit);
    return make_distribution(value, [&] { return sim::Weibull{.shape = shape, .scale = scale}; });
  }
  const YamlMap map(value, section("law"), {"law", "mean", "shape"});
  const double mean = read_amount(map.require("mean"), unit);
  const double shape = read_number(map.require("shape"));
  return make_distribution(value, [&] { return sim::Weibull::of(mean, shape); });
}

// An empirical one with two quantiles, and written as that.
Distribution read_uniform(const YamlValue& value, DistributionUnit unit) {
  const YamlMap map(value, section("law"), {"law", "from", "to"});
  const double from = read_amount(map.require("from"), unit);
  const double to = read_amount(map.require("to"), unit);
  if (to < from) map.require("to").refuse("a value not below from, " + format_amount(from, unit));
  return make_distribution(value, [&] { return sim::Empirical{.probabilities = {0, 1}, .values = {from, to}}; });
}

Distribution read_empirical(const YamlValue& value, DistributionUnit unit) {
  constexpr std::string_view expected =
      "quantiles such as {0: 1ms, 0.5: 2ms, 1: 9ms} or [[0, 1ms], [0.5, 2ms], [1, 9ms]]";
  const YamlMap map(value, section("law"), {"law", "quantiles"});
  const YamlValue quantiles = map.require("quantiles");
  sim::Empirical family;
  if (quantiles.is_map()) {
    for (const YamlNode::Entry& entry : quantiles.node().entries) {
      const YamlNode key{YamlNode::Kind::scalar, entry.place, entry.key, {}, {}};
      family.probabilities.push_back(read_probability({key, quantiles.path()}));
      family.values.push_back(read_amount(quantiles.child(entry), unit));
    }
  } else {
    for (const YamlValue& item : quantiles.items(expected)) {
      const std::vector<YamlValue> pair = item.items("a pair of a probability and a value");
      if (pair.size() != 2)
        item.fail("expected a pair of a probability and a value, got a list of " + std::to_string(pair.size()));
      family.probabilities.push_back(read_probability(pair[0]));
      family.values.push_back(read_amount(pair[1], unit));
    }
  }
  return make_distribution(quantiles, [&] { return family; });
}

// "mean: 860ms, cv: 0.2" when that gives the distribution back exactly, else nothing.
template <class Family, class Second>
std::optional<std::string> by_mean(const Family& family, double mean, Second second, std::string_view second_name,
                                   double second_value, DistributionUnit unit) {
  // mean and cv come with rounding errors; what a user wrote has fewer digits
  const auto rounded = [](double value) {
    std::array<char, 40> buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 14).ptr;
    double result = value;
    std::from_chars(buffer.data(), end, result);
    return result;
  };
  const double short_mean = rounded(mean);
  const double short_second = rounded(second_value);
  try {
    if (!(second(short_mean, short_second) == family)) return std::nullopt;
  } catch (const sim::Error&) {
    return std::nullopt;
  }
  return "mean: " + format_amount(short_mean, unit) + ", " + std::string(second_name) + ": " +
         format_number(short_second);
}

std::string text_of(const sim::Deterministic& family, const Distribution&, DistributionUnit unit) {
  return format_amount(family.value, unit);
}
std::string text_of(const sim::Exponential& family, const Distribution&, DistributionUnit unit) {
  return "{law: exponential, mean: " + format_amount(family.mean, unit) + "}";
}
std::string text_of(const sim::LogNormal& family, const Distribution& distribution, DistributionUnit unit) {
  const auto parameters =
      by_mean(family, distribution.mean(), sim::LogNormal::of, "cv", std::sqrt(distribution.squared_cv()), unit);
  return "{law: lognormal, " +
         parameters.value_or("mu: " + format_number(family.mu) + ", sigma: " + format_number(family.sigma)) + "}";
}
std::string text_of(const sim::Gamma& family, const Distribution& distribution, DistributionUnit unit) {
  const auto parameters =
      by_mean(family, distribution.mean(), sim::Gamma::of, "cv", std::sqrt(distribution.squared_cv()), unit);
  return "{law: gamma, " +
         parameters.value_or("shape: " + format_number(family.shape) +
                             ", scale: " + format_amount(family.scale, unit)) +
         "}";
}
std::string text_of(const sim::HyperExponential& family, const Distribution& distribution, DistributionUnit unit) {
  const auto parameters =
      by_mean(family, distribution.mean(), sim::HyperExponential::of, "cv", std::sqrt(distribution.squared_cv()), unit);
  return "{law: hyperexponential, " +
         parameters.value_or("probability: " + format_number(family.probability_1) + ", means: [" +
                             format_amount(family.mean_1, unit) + ", " + format_amount(family.mean_2, unit) + "]") +
         "}";
}
std::string text_of(const sim::Weibull& family, const Distribution& distribution, DistributionUnit unit) {
  const auto parameters = by_mean(family, distribution.mean(), sim::Weibull::of, "shape", family.shape, unit);
  return "{law: weibull, " +
         parameters.value_or("shape: " + format_number(family.shape) +
                             ", scale: " + format_amount(family.scale, unit)) +
         "}";
}
std::string text_of(const sim::Empirical& family, const Distribution&, DistributionUnit unit) {
  std::string quantiles;
  for (std::size_t i = 0; i < family.values.size(); ++i) {
    quantiles += (i == 0 ? "[" : ", [") + format_number(family.probabilities[i]) + ", " +
                 format_amount(family.values[i], unit) + "]";
  }
  return "{law: empirical, quantiles: [" + quantiles + "]}";
}

}  // namespace

Distribution read_distribution(const YamlValue& value, DistributionUnit unit) {
  if (value.is_scalar()) return sim::Deterministic{read_amount(value, unit)};
  const std::string_view sample = unit == DistributionUnit::seconds     ? "860ms"
                                  : unit == DistributionUnit::mebibytes ? "380Mi"
                                                                        : "3";
  if (!value.is_map()) {
    value.refuse(std::string(sample) + " or a distribution such as {law: gamma, mean: " + std::string(sample) +
                 ", cv: 0.2}");
  }
  const YamlNode* const node = value.node().find("law");
  if (node == nullptr) value.fail("expected a key \"law\", got none");

  using Read = Distribution (*)(const YamlValue&, DistributionUnit);
  const Read read = read_word<Read>({*node, value.path() + ".law"}, {{"deterministic", read_deterministic},
                                                                     {"exponential", read_exponential},
                                                                     {"gamma", read_gamma},
                                                                     {"lognormal", read_lognormal},
                                                                     {"hyperexponential", read_hyperexponential},
                                                                     {"weibull", read_weibull},
                                                                     {"uniform", read_uniform},
                                                                     {"empirical", read_empirical}});
  return read(value, unit);
}

std::string format_distribution(const Distribution& distribution, DistributionUnit unit) {
  return std::visit([&](const auto& family) { return text_of(family, distribution, unit); }, distribution.family());
}

double parse_seconds(std::string_view text) {
  // a number of seconds, whatever its size; everything else is exact to the nanosecond
  if (text.size() > 1 && text.ends_with('s')) {
    const std::string_view digits = text.substr(0, text.size() - 1);
    const bool decimal = digits.find_first_not_of("0123456789.") == std::string_view::npos;
    double seconds = 0;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    const bool whole = status == std::errc() && end == digits.data() + digits.size();
    if (decimal && whole && digits.front() != '.' && digits.back() != '.') return seconds;
  }
  return sim::to_seconds(sim::parse_duration(text));
}

std::string format_seconds(double seconds) {
  const sim::Duration duration = sim::from_seconds(seconds);
  return sim::to_seconds(duration) == seconds ? sim::format(duration) : format_number(seconds) + "s";
}

std::string format_number(double number) {
  std::array<char, 1100> buffer;  // the smallest double takes 1077 characters
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed).ptr;
  return std::string(buffer.data(), end);
}

}  // namespace faasconf::experiments::config
