#include "experiments/sweep/sweep_file.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::experiments::sweep {
namespace {

std::vector<std::string> texts(const Axis& axis) {
  std::vector<std::string> values;
  for (const config::YamlNode& value : axis.values) values.push_back(value.scalar);
  return values;
}

Sweep parse(const std::string& text) { return parse_sweep("experiment: concurrency-matters\n" + text, "s.yaml"); }

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse(text));
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "none";
}

TEST(SweepFile, ReadsListsAndRangesWithTheirUnits) {
  const Sweep sweep = parse(
      "axes:\n  workload.closed_loop.users: [10, 20]\n  configuration.cpu: {range: 250m..1000m, step: 250m}\n"
      "  configuration.concurrency: {range: 1..4}\n");
  ASSERT_EQ(sweep.axes.size(), 3u);
  EXPECT_EQ(sweep.axes[0].key, "workload.closed_loop.users");
  EXPECT_EQ(texts(sweep.axes[0]), (std::vector<std::string>{"10", "20"}));
  EXPECT_EQ(texts(sweep.axes[1]), (std::vector<std::string>{"250m", "500m", "750m", "1000m"}));
  EXPECT_EQ(texts(sweep.axes[2]), (std::vector<std::string>{"1", "2", "3", "4"}));
}

TEST(SweepFile, ReadsAPrecisionWithItsMetric) {
  const Sweep sweep = parse("axes: {seed: [1]}\nprecision: {within: 1% of latency_mean_s, from: 5, at_most: 50}\n");
  ASSERT_TRUE(sweep.precision);
  EXPECT_DOUBLE_EQ(sweep.precision->relative, 0.01);
  EXPECT_EQ(sweep.precision->metric, "latency_mean_s");
  EXPECT_EQ(sweep.precision->from, 5u);
  EXPECT_EQ(sweep.most_replications(), 50u);
}

TEST(SweepFile, MarksCommonAxes) {
  const Sweep some = parse("axes: {a: [1], b: [2]}\nzip: {c: [3]}\ncommon: [b, c]\n");
  EXPECT_FALSE(some.axes[0].common);
  EXPECT_TRUE(some.axes[1].common);
  EXPECT_TRUE(some.zip[0].common);
  EXPECT_TRUE(parse("axes: {a: [1]}\ncommon: all\n").axes[0].common);
}

TEST(SweepFile, RefusesWhatItCannotUseWithFileAndLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"replications: 3\n", "s.yaml:1: expected axes or zip with a key that varies, got none"},
      {"axes: {a: []}\n", "s.yaml:2: axes.a: expected at least one value, got none"},
      {"axes: {a: [1]}\nzip: {a: [2]}\n", "s.yaml:1: expected every key once, got a twice"},
      {"zip: {a: [1, 2], b: [1]}\n", "s.yaml:2: zip: expected lists of one length, got 2 values of a and 1 of b"},
      {"axes: {a: {range: 1..5m}}\n", "s.yaml:2: axes.a.range: expected both ends and the step in one unit"},
      {"axes: {a: {range: 5..1}}\n", "s.yaml:2: axes.a.range: expected a range that rises, with a step above 0"},
      {"axes: {a: [1]}\nreplications: 3\nprecision: 1% of latency_mean_s\n",
       "s.yaml:3: replications: expected either replications or precision, got both"},
      {"axes: {a: [1]}\ncommon: [b]\n", "s.yaml:3: common.0: expected one of a, got \"b\""},
      {"axes: {a: [1]}\nsample: {random: 3, sobol: 2}\n",
       "s.yaml:3: sample: expected one method and a number of cells, such as {random: 200}"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_TRUE(refusal(text).starts_with(message)) << text << refusal(text);
  }
  EXPECT_NE(refusal("axes: {a: [1]}\nprecision: 1% of latency_meen_s\n").find("did you mean"), std::string::npos);
}

}  // namespace
}  // namespace faasconf::experiments::sweep
