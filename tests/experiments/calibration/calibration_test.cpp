// Calibration from end to end: a simulated system is recovered, files hold what was found, fits go on where they
// stopped.

#include "experiments/calibration/calibration.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/calibration/calibration_files.hpp"
#include "experiments/calibration/fit_checkpoint.hpp"
#include "experiments/calibration/next_windows.hpp"
#include "experiments/config/experiment_file.hpp"
#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/calibration/two_functions_files.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::calibration {
namespace {

using testing::HasSubstr;

#ifdef NDEBUG
constexpr std::size_t kRows = 200;
constexpr std::uint64_t kEvaluations = 240;
#else
constexpr std::size_t kRows = 60;  // asserts and sanitizers take their time
constexpr std::uint64_t kEvaluations = 80;
#endif

TEST(Calibration, RecoversASimulatedSystemWithinItsIntervals) {
#ifndef NDEBUG
  GTEST_SKIP() << "takes minutes with asserts and sanitizers; the release build runs it";
#endif
  const TwoFunctionsFiles files("recovery", kRows);
  const CalibrationOptions options{.evaluations = kEvaluations, .windows_per_half = 1, .members = 4, .threads = 2};
  const CalibrationInputs inputs = files.inputs(options);
  const Calibration found = calibrate(inputs, options);
  EXPECT_LT(found.fit.loss, found.start_loss / 4);
  const double truth[] = {0.5, 0.8, 0.1};
  for (std::size_t i = 0; i < 3; ++i) {
    const prediction::Span& interval = found.record.intervals[i];
    EXPECT_LE(interval.low, truth[i]) << inputs.mapping.parameters[i].name;
    EXPECT_GE(interval.high, truth[i]) << inputs.mapping.parameters[i].name;
    // narrow enough to say something: a third of the bounds
    EXPECT_LT(interval.high - interval.low, (inputs.mapping.parameters[i].high - inputs.mapping.parameters[i].low) / 3);
    EXPECT_EQ(found.record.warnings[i], "");
  }
  for (const TargetReport& report : found.reports) {
    if (!report.held_out || report.target != "latency_mean_s") continue;
    EXPECT_GT(report.accuracy.r2, 0.9 * report.ceiling.r2);
  }

  // what was found is in the file, which is a workflow and knows its calibration
  const std::string text = calibrated_yaml(inputs, found);
  const config::YamlNode tree = config::parse_yaml(text, "calibrated.yaml");
  const sim::WorkflowSpec workflow = config::read_workflow({tree, ""});
  EXPECT_EQ(workflow.functions[0].serial_work, sim::Distribution(sim::Deterministic{found.record.values[0]}));
  const prediction::CalibrationRecord record =
      prediction::read_record({*tree.find("calibration"), "calibration"}, workflow);
  EXPECT_EQ(record.values, found.record.values);
  EXPECT_EQ(record.members, found.record.members);
  EXPECT_EQ(record.intervals, found.record.intervals);
  EXPECT_EQ(record.quantities, found.record.quantities);
  EXPECT_EQ(record.ranges, found.record.ranges);
  EXPECT_EQ(record.window, std::chrono::seconds(30));
  EXPECT_NO_THROW(config::parse_experiment(text, "calibrated.yaml"));

  // windows to measure next: inside the workflow's ranges, all different
  const auto next =
      next_windows(tree, record, workflow, {.count = 3, .candidates = 20, .replications = 4, .threads = 2});
  ASSERT_EQ(next.size(), 3U);
  EXPECT_GE(next[0].disagreement, next[2].disagreement);
  EXPECT_NE(next[0].configuration, next[1].configuration);
}

TEST(Calibration, IsTheSameForAnyNumberOfThreads) {
  const TwoFunctionsFiles files("threads", 20);
  const auto text = [&](int threads) {
    const CalibrationOptions options{
        .evaluations = 14, .windows_per_half = 1, .members = 2, .replications = 4, .threads = threads};
    const CalibrationInputs inputs = files.inputs(options);
    return calibrated_yaml(inputs, calibrate(inputs, options));
  };
  EXPECT_EQ(text(1), text(3));
}

TEST(Calibration, GoesOnFromItsCheckpointToTheSameEnd) {
  const TwoFunctionsFiles files("resume", 20);
  CalibrationOptions options{.evaluations = 42, .windows_per_half = 1, .members = 2, .replications = 4};
  const CalibrationInputs inputs = files.inputs(options);
  const std::string whole = calibrated_yaml(inputs, calibrate(inputs, options));

  options.checkpoint = files.path("checkpoint");
  int generations = 0;
  options.go_on = [&] { return generations < 3; };
  EXPECT_THROW(calibrate(inputs, options, [&](const FitProgress&) { ++generations; }), sim::Cancelled);
  EXPECT_EQ(generations, 3);
  options.resume = true;
  options.go_on = {};
  std::uint64_t first = 0;
  const Calibration resumed = calibrate(inputs, options, [&](const FitProgress& now) {
    if (first == 0) first = now.evaluations;
  });
  EXPECT_EQ(first, 28U);  // the fourth generation of 7
  EXPECT_EQ(calibrated_yaml(inputs, resumed), whole);

  // of another split it is refused
  options.seed = 2;
  const CalibrationInputs others = files.inputs(options);
  EXPECT_THAT(complaint([&] { calibrate(others, options); }),
              HasSubstr("expected a checkpoint of this fit, got one of other measurements"));
  write_file(options.checkpoint, "{}");
  EXPECT_THAT(complaint([&] { calibrate(inputs, options); }), HasSubstr("got another file"));
}

}  // namespace
}  // namespace faasconf::experiments::calibration
