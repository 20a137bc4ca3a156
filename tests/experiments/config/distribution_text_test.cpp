#include "experiments/config/distribution_text.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

sim::Distribution read(const std::string& text, DistributionUnit unit = DistributionUnit::seconds) {
  const YamlNode node = parse_yaml_value(text, "test");
  return read_distribution({node, "serial"}, unit);
}

std::string complaint_about(const std::string& text, DistributionUnit unit = DistributionUnit::seconds) {
  return complaint([&] { read(text, unit); });
}

TEST(DistributionText, BareValueIsDeterministic) {
  EXPECT_EQ(read("860ms"), sim::Deterministic{0.86});
  EXPECT_EQ(read("1h30m"), sim::Deterministic{5400});
  EXPECT_EQ(read("380Mi", DistributionUnit::mebibytes), sim::Deterministic{380});
  EXPECT_EQ(read("3", DistributionUnit::number), sim::Deterministic{3});
}

TEST(DistributionText, EveryFamilyHasAName) {
  EXPECT_EQ(read("{law: deterministic, value: 1s}"), sim::Deterministic{1});
  EXPECT_EQ(read("{law: exponential, mean: 2s}"), sim::Exponential{2});
  EXPECT_EQ(read("{law: gamma, mean: 2s, cv: 0.5}"), sim::Gamma::of(2, 0.5));
  EXPECT_EQ(read("{law: gamma, shape: 3, scale: 10ms}"), (sim::Gamma{.shape = 3, .scale = 0.01}));
  EXPECT_EQ(read("{law: lognormal, mean: 2s, cv: 0.5}"), sim::LogNormal::of(2, 0.5));
  EXPECT_EQ(read("{law: lognormal, mu: -1, sigma: 0.5}"), (sim::LogNormal{.mu = -1, .sigma = 0.5}));
  EXPECT_EQ(read("{law: hyperexponential, mean: 2s, cv: 2}"), sim::HyperExponential::of(2, 2));
  EXPECT_EQ(read("{law: hyperexponential, probability: 0.3, means: [1s, 2s]}"),
            (sim::HyperExponential{.probability_1 = 0.3, .mean_1 = 1, .mean_2 = 2}));
  EXPECT_EQ(read("{law: weibull, mean: 2s, shape: 0.7}"), sim::Weibull::of(2, 0.7));
  EXPECT_EQ(read("{law: weibull, scale: 2s, shape: 0.7}"), (sim::Weibull{.shape = 0.7, .scale = 2}));
  const sim::Empirical empirical{.probabilities = {0, 0.5, 1}, .values = {0.001, 0.002, 0.009}};
  EXPECT_EQ(read("{law: empirical, quantiles: {0: 1ms, 0.5: 2ms, 1: 9ms}}"), empirical);
  EXPECT_EQ(read("{law: empirical, quantiles: [[0, 1ms], [0.5, 2ms], [1, 9ms]]}"), empirical);
}

TEST(DistributionText, ImpossibleDistributionsAreErrors) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"0.86", "test: serial: expected a duration such as 860ms, got \"0.86\""},
      {"-1s", "test: serial: expected a duration such as 860ms, got \"-1s\""},
      {"nan", "test: serial: expected a duration such as 860ms, got \"nan\""},
      {"", "test: serial: expected 860ms or a distribution such as {law: gamma, mean: 860ms, cv: 0.2}, got nothing"},
      {"[1s]", "test: serial: expected 860ms or a distribution such as {law: gamma, mean: 860ms, cv: 0.2}, got a list"},
      {"{mean: 1s}", "test: serial: expected a key \"law\", got none"},
      {"{law: normal, mean: 1s}",
       "test: serial.law: expected one of deterministic, exponential, gamma, lognormal, hyperexponential, weibull, "
       "uniform, "
       "empirical, got \"normal\""},
      {"{law: gamma, mean: 1s}", "test: serial: expected a key \"cv\", got none"},
      {"{law: gamma, mean: 1s, vc: 1}", "test: serial: unknown key \"vc\", did you mean \"cv\"?"},
      {"{law: gamma, mean: 1, cv: 1}", "test: serial.mean: expected a duration such as 860ms, got \"1\""},
      {"{law: gamma, mean: 1s, cv: -1}", "test: serial.cv: expected a number >= 0, got \"-1\""},
      {"{law: gamma, mean: 1s, cv: 0}", "test: serial: gamma: cv: expected a finite number > 0, got 0"},
      {"{law: hyperexponential, mean: 1s, cv: 0.5}",
       "test: serial: hyper-exponential: cv: expected a finite number >= 1, got 0.5"},
      {"{law: uniform, from: 2s, to: 1s}", "test: serial.to: expected a value not below from, 2s, got \"1s\""},
      {"{law: empirical, quantiles: {0: 2ms, 1: 1ms}}",
       "test: serial.quantiles: empirical: value: expected one not below the last, got 0.001"},
      {"{law: empirical, quantiles: {0.1: 1ms, 1: 2ms}}",
       "test: serial.quantiles: empirical: first probability: expected 0, got 0.1"},
      {"{law: empirical, quantiles: {0: 1ms, 2: 2ms}}",
       "test: serial.quantiles: expected a probability from 0 to 1, or a percentage such as 5%, got \"2\""},
      {"{law: empirical, quantiles: [[0, 1ms], [1]]}",
       "test: serial.quantiles.1: expected a pair of a probability and a value, got a list of 1"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(complaint_about(text), message) << text;
  EXPECT_EQ(complaint_about("380", DistributionUnit::mebibytes),
            "test: serial: expected a memory quantity such as 256Mi, got \"380\"");
}

TEST(DistributionText, AreWrittenAsAUserWouldWriteThem) {
  EXPECT_EQ(format_distribution(read("860ms"), DistributionUnit::seconds), "860ms");
  for (const std::string text : {"{law: gamma, mean: 860ms, cv: 0.2}", "{law: lognormal, mean: 1s500ms, cv: 0.35}",
                                 "{law: weibull, mean: 2s, shape: 0.7}"}) {
    EXPECT_EQ(format_distribution(read(text), DistributionUnit::seconds), text);
  }
}

TEST(DistributionText, SecondsAreNotRoundedToNanoseconds) {
  EXPECT_EQ(parse_seconds("860ms"), 0.86);
  EXPECT_EQ(parse_seconds("0.0000000001s"), 1e-10);
  EXPECT_EQ(format_seconds(1e-10), "0.0000000001s");
  EXPECT_EQ(format_seconds(0.86), "860ms");
  EXPECT_EQ(format_seconds(0), "0s");
}

// Oracle: equality of every bit, over random distributions.
TEST(DistributionText, WhatIsWrittenReadsBackExactly) {
  sim::Rng rng(7);
  const auto amount = [&rng] { return std::exp(10 * rng.normal()); };
  for (int i = 0; i < 300; ++i) {
    const double mean = amount();
    const double cv = 0.1 + 2 * rng.uniform();
    const sim::Distribution distributions[] = {
        sim::Deterministic{mean},
        sim::Exponential{mean},
        sim::LogNormal::of(mean, cv),
        sim::Gamma::of(mean, cv),
        sim::HyperExponential::of(mean, 1 + cv),
        sim::HyperExponential{.probability_1 = rng.uniform(), .mean_1 = mean, .mean_2 = amount()},
        sim::Weibull::of(mean, 0.3 + 3 * rng.uniform()),
        sim::Empirical{.probabilities = {0, 0.25, 0.25, 1}, .values = {0, mean, 2 * mean, 3 * mean}},
    };
    for (const sim::Distribution& written : distributions) {
      for (const DistributionUnit unit :
           {DistributionUnit::seconds, DistributionUnit::mebibytes, DistributionUnit::number}) {
        const std::string text = format_distribution(written, unit);
        EXPECT_EQ(read(text, unit), written) << text;
      }
    }
  }
}

}  // namespace
}  // namespace faasconf::experiments::config
