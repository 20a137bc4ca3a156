#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::HasSubstr;

const std::string kJudge =
    "calibrate --measurements measured.csv --mapping mapping.yaml --workflow workflow.yaml --out out.yaml "
    "--windows 1 --members 3 --replications 4 ";
const std::string kCommand = kJudge + "--budget 14 ";

// Measurements, mapping and workflow in a directory of their own.
class CalibrateCommand : public testing::Test {
 protected:
  CalibrateCommand() {
    write("measured.csv", simulated_rows(two_functions(), 20, 7));
    write("mapping.yaml", kTwoFunctionsMapping);
    write("workflow.yaml", kTwoFunctions);
  }
  Elsewhere elsewhere_;
};

TEST_F(CalibrateCommand, WritesTheWorkflowAndSaysHowWellItPredicts) {
  const Ran ran = faasconf(kCommand + "--predictions rows.csv --next 2");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("two fitted to 14 of 20 rows"));
  EXPECT_THAT(ran.out, HasSubstr("held-out rows, never seen by the fit"));
  EXPECT_THAT(ran.out, HasSubstr("windows to measure next:\nfirst.cpu,"));
  EXPECT_FALSE(std::filesystem::exists("out.yaml.checkpoint"));
  EXPECT_THAT(contents("rows.csv"), HasSubstr("line,held_out,target,measured,predicted,low,high,users,rate_per_s"));
  EXPECT_EQ(faasconf("workflow check out.yaml").code, kDone);

  // the file is enough for proposals
  const Ran next = faasconf("calibrate --workflow out.yaml --next 2");
  EXPECT_EQ(next.code, kDone) << next.err;
  EXPECT_THAT(next.out, HasSubstr("users,disagreement\n"));
}

TEST_F(CalibrateCommand, JudgesTheValuesOfTheFileWhereNothingIsToBeFitted) {
  const Ran ran = faasconf(kJudge + "--budget 0 --json --quiet");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(R"({"parameter":"first work","value":0.5,)"));
  EXPECT_THAT(ran.out, HasSubstr(R"({"parameter":"second work","value":0.8,)"));
  EXPECT_THAT(ran.out, HasSubstr(R"("evaluations":0)"));
}

TEST_F(CalibrateCommand, AsksWhereAUnitLooksWrong) {
  EXPECT_THAT(faasconf(kJudge + "--budget 0").err, testing::Not(HasSubstr("unit")));
  std::string mapping = kTwoFunctionsMapping;
  const std::string right = "column: mean, unit: s";
  ASSERT_NE(mapping.find(right), std::string::npos);
  write("mapping.yaml", mapping.replace(mapping.find(right), right.size(), "column: mean, unit: ms"));
  const Ran ran = faasconf(kJudge + "--budget 0");
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.err, HasSubstr("latency_mean_s: predictions are "));
  EXPECT_THAT(ran.err, HasSubstr("is the unit of its column or of the window another one?"));
}

// 6 of 20 rows, and a second function ten times as slow as the file says.
TEST_F(CalibrateCommand, WarnsOfFitsThatCannotBeJudgedOrTrusted) {
  std::string workflow = kTwoFunctions;
  const std::string right = "serial: 800ms";
  write("workflow.yaml", workflow.replace(workflow.find(right), right.size(), "serial: 80s"));
  const Ran ran = faasconf(kJudge + "--budget 0");
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.err, HasSubstr("warning: 6 rows were held out, too few"));
  EXPECT_THAT(ran.err, HasSubstr("on held-out rows, worse than their mean"));
  EXPECT_THAT(faasconf(kJudge + "--budget 0 --quiet").err, testing::Not(HasSubstr("warning")));
}

TEST_F(CalibrateCommand, AnswersInJson) {
  const Ran ran = faasconf(kCommand + "--json --quiet");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(R"({"target":"latency_mean_s","held_out":true,)"));
  EXPECT_EQ(ran.err, "");
}

TEST_F(CalibrateCommand, IsMisusedWithOneClearMessage) {
  const auto expect_misuse = [](const std::string& command, const std::string& message) {
    const Ran ran = faasconf(command);
    EXPECT_EQ(ran.code, kMisused) << command;
    EXPECT_THAT(ran.err, HasSubstr(message));
    EXPECT_EQ(ran.out, "");
  };
  expect_misuse("calibrate", "--workflow: expected a value, got none");
  expect_misuse("calibrate --workflow workflow.yaml --next 2", "expected a calibrated workflow");
  expect_misuse(kCommand + "--holdout 1.5", "--holdout: expected a share from 0 to below 1");
  expect_misuse(kCommand + "--holdout 0.9", "expected at least 9 rows to fit 3 parameters");
  expect_misuse(kCommand + "--resume", "--resume: no checkpoint out.yaml.checkpoint to go on from");
  expect_misuse(kCommand + "--predictions measured.csv", "which is --measurements as well");
  expect_misuse(kCommand + "--plot rows.txt", "--plot: expected a name that ends in .png, .svg or .pdf");
  expect_misuse("calibrate --workflow workflow.yaml --next 2 --out o.yaml", "--out: expected --measurements beside it");
  std::string misspelled = kTwoFunctionsMapping;
  misspelled.replace(misspelled.find("cpu_sharing.contention"), 22, "cpu_sharing.contentoin");
  write("mapping.yaml", misspelled);
  expect_misuse(kCommand, "parameter \"contention\" at its bound");
  write("mapping.yaml", kTwoFunctionsMapping);
  write("measured.csv", std::string(kTwoFunctionsHeader) + "10,770,3,1200,1536,0.34,nan,20,5,1500\n");
  expect_misuse(kCommand, "measured.csv:2: column 7, \"mean\": expected a finite number, got \"nan\"");
}

}  // namespace
}  // namespace faasconf::experiments::cli
