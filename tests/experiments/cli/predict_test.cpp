#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/config/csv_table.hpp"
#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::HasSubstr;

const std::string kHeader =
    "id,first.cpu,first.memory,first.replicas,first.concurrency,second.cpu,second.memory,second.replicas,"
    "second.concurrency,users\n";

class PredictCommand : public testing::Test {
 protected:
  PredictCommand() { write("two.yaml", kTwoFunctions); }
  config::CsvTable predict(const std::string& workflow, const std::string& rows, const std::string& options = "") {
    write("in.csv", kHeader + rows);
    const Ran ran = faasconf("predict " + workflow + " --in in.csv --out out.csv --quiet " + options);
    EXPECT_EQ(ran.code, kDone) << ran.err;
    return config::read_table("out.csv");
  }
  static double value(const config::CsvTable& table, std::size_t row, const std::string& column) {
    return config::number_at(table, row, config::column_named(table, column));
  }
  Elsewhere elsewhere_;
};

const std::string kWide = "a,1500m,1Gi,4,4,1500m,1536Mi,4,4,5\n";
const std::string kNarrow = "\"b,c\",500m,1Gi,1,4,500m,1536Mi,1,4,10\n";

TEST_F(PredictCommand, SaysBeforeItsRunWhatALoadCannotMeet) {
  write("in.csv", kHeader + kWide);
  const std::string line = "predict two.yaml --in in.csv --out out.csv --replications 2 ";
  const Ran ran = faasconf(line + "--promise successes>=100000/30s");
  EXPECT_THAT(ran.err, HasSubstr("the promise cannot hold: successes: 1e+05 in 30s are asked"));
  EXPECT_THAT(faasconf(line + "--promise p95<2s").err, HasSubstr("faasconf: --promise: "));
}

// Oracle: the terms in full.
TEST_F(PredictCommand, TakesThePromiseOfAFile) {
  write("promise.yaml", "promise: {served_share: 90%}\n");
  predict("two.yaml", kWide, "--replications 4 --promise promise.yaml");
  const std::string from_file = contents("out.csv");
  EXPECT_THAT(from_file, HasSubstr("served_share>=90%"));
}

TEST_F(PredictCommand, AddsItsColumnsEachWithAnInterval) {
  const config::CsvTable table = predict("two.yaml", kWide + kNarrow);
  std::vector<std::string> expected;
  for (const std::string name : {"completions", "latency_mean_s", "latency_p95_s", "success_ratio", "price",
                                 "qos_probability", "first.latency_p75_s", "second.latency_p75_s"}) {
    expected.insert(expected.end(), {name, name + "_lo", name + "_hi"});
  }
  expected.push_back("extrapolates");
  ASSERT_EQ(table.header.size(), 10 + expected.size());
  EXPECT_EQ(std::vector<std::string>(table.header.begin() + 10, table.header.end()), expected);
  EXPECT_EQ(table.rows[1][0], "b,c");  // others' columns are kept
  for (std::size_t row = 0; row < 2; ++row) {
    for (const std::string name : {"latency_mean_s", "completions", "success_ratio", "qos_probability"}) {
      EXPECT_LE(value(table, row, name + "_lo"), value(table, row, name)) << name;
      EXPECT_GE(value(table, row, name + "_hi"), value(table, row, name)) << name;
    }
  }
  EXPECT_LT(value(table, 0, "latency_mean_s"), value(table, 1, "latency_mean_s"));
  EXPECT_DOUBLE_EQ(value(table, 0, "price"),
                   4 * (1500 * 1.73e-4 + 1024 * 1.2e-5) + 4 * (1500 * 1.73e-4 + 1536 * 1.2e-5));
  EXPECT_EQ(table.rows[0].back(), "workflow: not measured");
}

TEST_F(PredictCommand, IsTheSameForAnyNumberOfThreadsAndFinerWithMoreReplications) {
  predict("two.yaml", kWide + kNarrow, "--threads 1");
  const std::string alone = contents("out.csv");
  predict("two.yaml", kWide + kNarrow, "--threads 3");
  EXPECT_EQ(contents("out.csv"), alone);
}

TEST_F(PredictCommand, NamesTheKnobThatLiesOutsideWhatWasMeasuredAndHowFar) {
  write("measured.csv", simulated_rows(two_functions(), 20, 7));
  write("mapping.yaml", kTwoFunctionsMapping);
  const Ran ran = faasconf(
      "calibrate --measurements measured.csv --mapping mapping.yaml --workflow two.yaml --out fitted.yaml --budget 7 "
      "--windows 1 --members 2 --replications 4");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  const config::CsvTable table =
      predict("fitted.yaml", "in,1000m,1Gi,2,4,1000m,900Mi,2,4,6\nout,1000m,1Gi,2,4,1000m,2000Mi,3,4,30\n");
  EXPECT_EQ(table.rows[0].back(), "");
  EXPECT_THAT(table.rows[1].back(), HasSubstr("second.memory: "));
  EXPECT_THAT(table.rows[1].back(), HasSubstr("second.replicas: 1 above 2; users: 20 above 10"));
}

TEST_F(PredictCommand, CountsWhatIsSet) {
  const double before = value(predict("two.yaml", kWide), 0, "latency_mean_s");
  const double after = value(predict("two.yaml", kWide, "--set functions.first.serial=2s"), 0, "latency_mean_s");
  EXPECT_GT(after, before + 0.9);  // 1.5 core-seconds more, on 1.5 cores
  EXPECT_EQ(value(predict("two.yaml", kWide, "--set workflow.functions.first.serial=2s"), 0, "latency_mean_s"), after);
}

TEST_F(PredictCommand, ReadsZeroAsNoLimitAsTheWordDoes) {
  const std::string first = "a,500m,1Gi,1,", second = ",500m,1536Mi,1,4,10";
  predict("two.yaml", first + "unlimited" + second + "\n");
  const std::string unlimited = contents("out.csv");
  predict("two.yaml", first + "0" + second + "\n");
  const std::string zero = contents("out.csv");
  EXPECT_EQ(zero.substr(zero.find(second)), unlimited.substr(unlimited.find(second)));
}

TEST(ShippedParallel, SaysWhereItsProtocolIsAnotherThanThatOfItsMeasurements) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf(
      "predict parallel --in demo-configurations.csv --out out.csv --quiet --replications 2 --window 1m --attribution "
      "completed");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_EQ(config::read_table("out.csv").rows[0].back(),
            "window: 1m, measured 30s; attribution: completed, measured paper");
}

// Parallel ships with what its calibration found: measured at 10 users only.
TEST(ShippedParallel, KnowsWhereItWasMeasured) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf("predict parallel --in demo-configurations.csv --out out.csv --quiet --replications 4");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  const config::CsvTable table = config::read_table("out.csv");
  EXPECT_EQ(table.rows[0].back(), "");
  EXPECT_EQ(table.rows[2].back(), "users: 10 above 10");
  EXPECT_EQ(ran.out,
            "predicted as its measurements were made: instances fresh, attribution paper, windows of 30s after 0s of "
            "warm-up\n"
            "each window judged by itself, by the promise: >= 95% of the requests served within 13s, in each period of "
            "200 requests; 95% "
            "of them must keep it\n3 configurations, 1 of them outside what was measured\n");
}

TEST_F(PredictCommand, IsMisusedWithOneClearMessage) {
  const auto expect_misuse = [](const std::string& table, const std::string& message) {
    write("in.csv", table);
    const Ran ran = faasconf("predict two.yaml --in in.csv --out out.csv");
    EXPECT_EQ(ran.code, kMisused) << message;
    EXPECT_THAT(ran.err, HasSubstr(message));
  };
  expect_misuse("first.cpu,users\n770m,3\n", "expected a column \"first.memory\", got none");
  expect_misuse(kHeader + "a,1500m,1024,4,4,1500m,1536Mi,4,4,5\n",
                "in.csv:2: first.memory: expected a memory quantity");
  expect_misuse(kHeader + "a,1500m,1Gi,4,4,1500m,1536Mi,0,4,5\n", "second.replicas: expected a whole number from 1");
  expect_misuse(kHeader + "a,,1Gi,4,4,1500m,1536Mi,1,4,5\n", "first.cpu: expected a positive cpu quantity");
  expect_misuse("frist.cpu,users\n770m,3\n", "did you mean \"first.cpu\"?");
  expect_misuse("users\n", "got no rows");
  expect_misuse("think_time," + kHeader + "2s,a,1500m,1Gi,4,4,1500m,1536Mi,4,4,5\n",
                "got the column \"think_time\", which is the same for all rows");
  write("two.yaml", std::string(kTwoFunctions)
                        .replace(std::string(kTwoFunctions).find("    serial: 500ms"), 0,
                                 "    fixed: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}\n"));
  expect_misuse(kHeader + "a,1500m,1Gi,4,4,1500m,1536Mi,4,4,5\n",
                "got the column \"first.cpu\" of one that the workflow fixes");
}

}  // namespace
}  // namespace faasconf::experiments::cli
