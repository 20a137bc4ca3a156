#include "experiments/jobs/predict.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/prediction/candidate.hpp"
#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/config/reading.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Of the quantities, in the order of the table of metrics.
constexpr std::size_t kSuccesses = 0, kMean = 1, kSuccessRatio = 3;

prediction::AskedWindow asked(int replicas, double users) {
  return {.configuration = sim::uniform_configuration(
              two_functions(), {.cpu = {1000}, .memory = {1024}, .replicas = replicas, .concurrency = 4}),
          .load = {.users = users}};
}

PredictJob ample_and_lean() {
  return {.workflow = prediction::read_calibrated(two_functions_tree()), .windows = {asked(4, 5), asked(1, 10)}};
}

TEST(PredictJob, PredictsEachWindowInItsOrder) {
  const PredictResult result = run(ample_and_lean());
  EXPECT_FALSE(result.interrupted);
  ASSERT_EQ(result.quantities.size(), 6U);
  EXPECT_EQ(result.quantities[kMean].what, prediction::observed("latency_mean_s"));
  EXPECT_EQ(result.quantities[5].function, "second");
  ASSERT_EQ(result.rows.size(), 2U);
  const prediction::Estimate ample = result.rows[0].outlook.quantities[kMean].value();
  const prediction::Estimate lean = result.rows[1].outlook.quantities[kMean].value();
  EXPECT_LT(ample.low, ample.mean);
  EXPECT_LT(ample.mean, lean.mean);
  EXPECT_DOUBLE_EQ(result.rows[0].outlook.price, 2 * 4 * (1000 * 1.73e-4 + 1024 * 1.2e-5));
  EXPECT_EQ(result.rows[0].extrapolates, "workflow: not measured");
}

// The middle of Parallel's ranges, where its measurements are; one gibibyte does not hold four calls of resnet.
PredictJob parallel(const std::vector<std::string>& overrides = {}) {
  PredictJob job{.workflow = prediction::read_calibrated(prediction::read_workflow_tree("parallel", overrides)),
                 .windows = {},
                 .options = {.replications = 8, .member_replications = 2}};
  job.windows = {{.configuration = sim::uniform_configuration(
                      job.workflow.workflow, {.cpu = {1100}, .memory = {1024}, .replicas = 3, .concurrency = 4}),
                  .load = {.users = 10}}};
  return job;
}

std::vector<double> numbers_of(const PredictJob& job) {
  const PredictResult result = run(job);
  std::vector<double> numbers;
  for (const std::optional<prediction::Estimate>& quantity : result.rows[0].outlook.quantities) {
    if (quantity) numbers.insert(numbers.end(), {quantity->mean, quantity->low, quantity->high});
  }
  return numbers;
}

TEST(PredictJob, OfACalibratedFileCountsEveryValueThatWasEdited) {
  const PredictJob as_calibrated = parallel();
  const std::vector<double> before = numbers_of(as_calibrated);
  const prediction::CalibrationRecord& record = *as_calibrated.workflow.record;
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    const prediction::FittedParameter& parameter = record.parameters[i];
    const double value = parameter.high > record.values[i] ? parameter.high : parameter.low;
    std::vector<std::string> overrides;
    for (const prediction::Setting& setting : parameter.sets) {
      overrides.push_back(setting.path + "=" + prediction::format_amount(value, parameter.dimension));
    }
    const PredictJob edited = parallel(overrides);
    EXPECT_NE(numbers_of(edited), before) << parameter.name;
    for (const prediction::Setting& setting : parameter.sets) {
      EXPECT_THAT(run(edited).rows[0].extrapolates, HasSubstr(setting.path + ": "));
    }
  }
}

TEST(PredictJob, OfAFunctionThatBecameSlowerIsLonger) {
  const auto latency_of = [](const PredictJob& job) { return run(job).rows[0].outlook.quantities[kMean].value(); };
  const double before = latency_of(parallel()).mean;
  const prediction::Estimate after = latency_of(parallel({"functions.starter.serial=3s"}));
  EXPECT_GT(after.mean, before + 2);  // 2.18 core-seconds more, on 1.1 cores
  EXPECT_LT(after.low, after.mean);
  EXPECT_GT(after.high, after.mean);
}

TEST(PredictJob, RecordsWhatWasOverridden) {
  PredictJob job = ample_and_lean();
  job.windows.clear();
  const tests::ScratchFolder scratch;
  const auto record = [&] {
    write(scratch / "predictions.csv", job, run(job));
    const std::string text = tests::read_file(scratch / "predictions.csv");
    return text.substr(0, text.find('\n'));
  };
  const std::string before = record();
  job.overrides = {"gateway.hop=40ms"};
  EXPECT_NE(record(), before);
  EXPECT_THAT(record(), HasSubstr("gateway.hop=40ms"));
}

TEST(PredictJob, KeepsSharesAndTheirIntervalsWithinZeroAndOne) {
  for (const char* const failures : {"0", "0.002", "0.5", "1"}) {
    for (const std::size_t windows : {2U, 16U}) {
      PredictJob job = parallel({"functions.rgb.failure_probability=" + std::string(failures)});
      job.options.replications = windows;
      const prediction::Outlook outlook = run(job).rows[0].outlook;
      for (const prediction::Estimate& share : {outlook.quantities[kSuccessRatio].value(), outlook.qos_probability}) {
        EXPECT_GE(share.low, 0);
        EXPECT_LE(share.low, share.mean);
        EXPECT_LE(share.mean, share.high);
        EXPECT_LE(share.high, 1);
      }
    }
  }
}

TEST(PredictJob, IsTheSameForAnyNumberOfThreads) {
  PredictJob job = ample_and_lean();
  const PredictResult alone = run(job);
  job.threads = 3;
  const PredictResult shared = run(job);
  ASSERT_EQ(shared.rows.size(), alone.rows.size());
  for (std::size_t i = 0; i < alone.rows.size(); ++i) {
    EXPECT_EQ(shared.rows[i].outlook.quantities[kMean]->mean, alone.rows[i].outlook.quantities[kMean]->mean);
    EXPECT_EQ(shared.rows[i].outlook.quantities[kMean]->high, alone.rows[i].outlook.quantities[kMean]->high);
  }
}

TEST(PredictJob, ObservesLongerWindowsWhereItIsAskedTo) {
  PredictJob job = ample_and_lean();
  const double half_a_minute = run(job).rows[0].outlook.quantities[kSuccesses]->mean;
  job.window = std::chrono::seconds(60);
  EXPECT_GT(run(job).rows[0].outlook.quantities[kSuccesses]->mean, 1.5 * half_a_minute);
}

TEST(PredictJob, ReportsRowAfterRow) {
  std::vector<std::uint64_t> done;
  run(ample_and_lean(), {.on_step = [&](const Step& step) {
        EXPECT_EQ(step.total, 2U);
        done.push_back(step.done);
      }});
  EXPECT_EQ(done, (std::vector<std::uint64_t>{0, 1, 2}));
}

TEST(PredictJob, KeepsTheFirstRowsWhereItIsCancelled) {
  PredictJob job = ample_and_lean();
  for (int i = 0; i < 20; ++i) job.windows.push_back(job.windows.front());
  bool enough = false;
  const PredictResult result =
      run(job, {.on_step = [&](const Step& step) { enough = step.done == 2; }, .go_on = [&] { return !enough; }});
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.rows.size(), 2U);
}

TEST(PredictJob, EndsInTheMiddleOfARow) {
  PredictJob job = ample_and_lean();
  job.windows.resize(1);
  job.options.replications = 100'000;
  int asked = 0;
  const PredictResult result = run(job, {.on_step = {}, .go_on = [&] { return ++asked < 20; }});
  EXPECT_TRUE(result.interrupted);
  EXPECT_TRUE(result.rows.empty());
  EXPECT_LE(asked, 30);
}

TEST(PredictJob, WritesTheTableWithItsPredictionsAndARecord) {
  const std::filesystem::path folder = scratch_folder("predict-job-file");
  write_file(folder / "in.csv", "f.cpu,f.memory,f.replicas,f.concurrency,users\n100m,128Mi,1,1,2\n");
  PredictJob job = read_predict_job("openfaas-function", (folder / "in.csv").string());
  job.options.replications = 2;
  const PredictResult result = run(job);
  write((folder / "out.csv").string(), job, result);
  const std::string text = config::read_text_file((folder / "out.csv").string());
  EXPECT_THAT(text, StartsWith("# faasconf: {\"format\":\"faasconf-predictions\""));
  EXPECT_THAT(text, HasSubstr(job.inputs.at(1).sha256));
  EXPECT_THAT(text, HasSubstr("\nf.cpu,f.memory,f.replicas,f.concurrency,users,completions,"));
  EXPECT_THAT(text, HasSubstr("\n100m,128Mi,1,1,2,"));

  job.table.rows.clear();
  EXPECT_THAT(complaint([&] { write((folder / "out.csv").string(), job, result); }),
              HasSubstr("expected a prediction for each of the 0 rows of the table, got 1"));
}

TEST(PredictJob, RefusesWhatCannotBePredicted) {
  PredictJob job = ample_and_lean();
  job.window = sim::Duration::zero();
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("window: expected more than 0s"));
  job.window.reset();
  job.options.replications = 1;
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("replications: expected at least 2"));
}

}  // namespace
}  // namespace faasconf::experiments::jobs
