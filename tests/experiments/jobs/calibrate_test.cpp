#include "experiments/jobs/calibrate.hpp"

#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "experiments/jobs/propose.hpp"
#include "tests/experiments/calibration/two_functions_files.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

CalibrateJob job_of(const TwoFunctionsFiles& files) {
  return {.measurements = files.path("measured.csv"),
          .mapping = files.path("mapping.yaml"),
          .workflow = files.path("workflow.yaml"),
          .options = {.evaluations = 42, .windows_per_half = 1, .members = 3, .replications = 4}};
}

TEST(CalibrateJob, FitsValuesAndJudgesThemOnRowsItHasNotSeen) {
  const TwoFunctionsFiles files("calibrate-job", 20);
  const CalibrateResult result = run(job_of(files));
  ASSERT_FALSE(result.interrupted());
  EXPECT_EQ(result.inputs.workflow.name, "two");
  EXPECT_EQ(result.calibration->record.values.size(), 3U);
  EXPECT_LE(result.calibration->fit.loss, result.calibration->start_loss);
  EXPECT_EQ(result.calibration->predictions.size(), 20U);
  EXPECT_TRUE(result.calibration->reports.back().held_out);
}

TEST(CalibrateJob, ReportsItsEvaluations) {
  const TwoFunctionsFiles files("calibrate-job-steps", 20);
  std::vector<Step> steps;
  run(job_of(files), {.on_step = [&](const Step& step) { steps.push_back(step); }});
  ASSERT_GE(steps.size(), 6U);
  EXPECT_EQ(steps[0].done, 7U);  // a generation
  EXPECT_EQ(steps[0].total, 42U + 42 / 8);
  EXPECT_THAT(steps[0].note, HasSubstr("loss "));
}

TEST(CalibrateJob, CancelledGoesOnFromItsCheckpointToTheSameEnd) {
  const TwoFunctionsFiles files("calibrate-job-resume", 20);
  CalibrateJob job = job_of(files);
  const std::vector<double> whole = run(job).calibration->record.values;

  job.options.checkpoint = files.path("checkpoint");
  std::uint64_t done = 0;
  int asked_after = 0;
  const CalibrateResult cancelled = run(job, {.on_step = [&](const Step& step) { done = step.done; },
                                              .go_on = [&] { return done < 14 || ++asked_after < 3; }});
  EXPECT_TRUE(cancelled.interrupted());
  EXPECT_EQ(done, 14U);  // not to the end of the generation
  const nlohmann::json checkpoint = nlohmann::json::parse(config::read_text_file(job.options.checkpoint));
  EXPECT_EQ(checkpoint.at("record").at("format"), "faasconf-calibration-checkpoint");
  EXPECT_EQ(checkpoint.at("record").at("seed"), 1);
  EXPECT_EQ(checkpoint.at("record").at("inputs").size(), 3U);
  EXPECT_THAT(checkpoint.at("record").at("job").get<std::string>(), HasSubstr("budget: 42"));

  job.options.resume = true;
  std::vector<std::uint64_t> counts;
  const CalibrateResult resumed = run(job, {.on_step = [&](const Step& step) { counts.push_back(step.done); }});
  EXPECT_EQ(counts.at(0), 21U);
  EXPECT_EQ(resumed.calibration->record.values, whole);
  write(files.path("resumed.yaml"), job, resumed);
  EXPECT_FALSE(std::filesystem::exists(job.options.checkpoint)) << "nothing is left to go on from";
}

TEST(CalibrateJob, WritesTheWorkflowAndItsPredictionsWithOneIdentity) {
  const TwoFunctionsFiles files("calibrate-job-files", 20);
  const CalibrateJob job = job_of(files);
  const CalibrateResult result = run(job);
  write(files.path("c.yaml"), job, result);
  write_predictions(files.path("m.csv"), job, result);
  const std::string predictions = config::read_text_file(files.path("m.csv"));
  const config::YamlNode tree = config::parse_yaml(config::read_text_file(files.path("c.yaml")), "c.yaml");
  const config::YamlNode* const record = tree.find("record");
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->find("format")->scalar, "faasconf-workflow");
  EXPECT_NE(tree.find("calibration"), nullptr);
  EXPECT_THAT(predictions, StartsWith("# faasconf: {\"format\":\"faasconf-fit\""));
  EXPECT_THAT(predictions, HasSubstr(record->find("identity")->scalar));
}

// After the search: the polish by NLopt, that by differences, the posterior, the predictions.
TEST(CalibrateJob, IsCancelledInEachOfItsPhases) {
  const TwoFunctionsFiles files("calibrate-job-phases", 20);
  CalibrateJob job = job_of(files);
  job.options.evaluations = 14;
  int all = 0;
  run(job, {.on_step = {}, .go_on = [&] { return ++all > 0; }});
  for (const int share : {2, 5, 8}) {
    int asked = 0;
    const CalibrateResult result = run(job, {.on_step = {}, .go_on = [&] { return ++asked < all * share / 10; }});
    EXPECT_TRUE(result.interrupted()) << share;
    EXPECT_LT(asked, all) << share;
  }
}

TEST(CalibrateJob, RefusesOptionsOutOfTheirRange) {
  const TwoFunctionsFiles files("calibrate-job-options", 20);
  const auto expect = [&](const calibration::CalibrationOptions& options, const std::string& message) {
    CalibrateJob job = job_of(files);
    job.options = options;
    EXPECT_THAT(complaint([&] { run(job); }), HasSubstr(message));
  };
  expect({.holdout = 1}, "expected a held-out share from 0 to below 1");
  expect({.windows_per_half = 0}, "expected at least one window");
  expect({.members = 0}, "expected at least one member");
  expect({.replications = 1}, "expected at least two windows");
}

class Proposals : public testing::Test {
 protected:
  Proposals() : files_("propose-job", 20), calibrated_(run(job_of(files_))) {}
  ProposeJob job() const {
    return {.workflow = {calibrated_.inputs.tree, calibrated_.inputs.workflow, calibrated_.calibration->record},
            .options = {.count = 2, .candidates = 12, .replications = 2}};
  }

 private:
  TwoFunctionsFiles files_;
  CalibrateResult calibrated_;
};

TEST_F(Proposals, AreTheWindowsOnWhichTheEnsembleDisagreesMost) {
  const ProposeResult result = run(job());
  ASSERT_EQ(result.windows.size(), 2U);
  EXPECT_GE(result.windows[0].disagreement, result.windows[1].disagreement);
  EXPECT_NE(result.windows[0].configuration, result.windows[1].configuration);
}

TEST_F(Proposals, AreNoneWhereTheyAreCancelled) {
  int asked = 0;
  const ProposeResult result = run(job(), {.on_step = {}, .go_on = [&] { return ++asked < 5; }});
  EXPECT_TRUE(result.interrupted);
  EXPECT_TRUE(result.windows.empty());
}

TEST_F(Proposals, NeedACalibration) {
  ProposeJob without = job();
  without.workflow.record.reset();
  EXPECT_THAT(complaint([&] { run(without); }), HasSubstr("two: expected a calibrated workflow"));
}

}  // namespace
}  // namespace faasconf::experiments::jobs
