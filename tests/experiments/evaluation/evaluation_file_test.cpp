#include "experiments/evaluation/evaluation_file.hpp"

#include <fstream>
#include <iterator>

#include <H5Cpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/cli/paths.hpp"
#include "experiments/results/result_file.hpp"
#include "sim/core/error.hpp"
#include "tests/experiments/evaluation/made_up_evaluation.hpp"

namespace faasconf::experiments::evaluation {
namespace {

using testing::ElementsAre;

class EvaluationFile : public testing::Test {
 protected:
  EvaluationFile() {
    experiment_.scenario = small_plan().scenario;
    experiment_.resolved = "name: small\n";
    experiment_.inputs = {{"p.csv", "abc"}};
  }
  std::string write(const std::string& name) const {
    const std::string path = scratch_.path() / name;
    const Evaluation evaluation = made_up_evaluation(some_value);
    write_evaluation(path, experiment_, small_plan(), evaluation, judge(evaluation));
    return path;
  }
  static std::vector<double> numbers(const H5::H5File& file, const std::string& path) {
    const H5::DataSet dataset = file.openDataSet(path);
    std::vector<double> values(static_cast<std::size_t>(dataset.getSpace().getSimpleExtentNpoints()));
    dataset.read(values.data(), H5::PredType::NATIVE_DOUBLE);
    return values;
  }

  cli::ScratchDirectory scratch_;
  config::Experiment experiment_;
};

TEST_F(EvaluationFile, HoldsEveryRunAndEveryVerdict) {
  const H5::H5File file(write("e.h5"), H5F_ACC_RDONLY);
  EXPECT_THAT(numbers(file, "/runs/policy"), ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1));
  EXPECT_THAT(numbers(file, "/runs/load"), ElementsAre(0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1));
  EXPECT_THAT(numbers(file, "/runs/seed"), ElementsAre(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2));
  EXPECT_THAT(numbers(file, "/runs/price"), ElementsAre(1, 2, 3, 5, 5, 8, 2, 3, 4, 4, 4, 4));
  const std::vector<double> means = numbers(file, "/summary/mean");
  ASSERT_EQ(means.size(), 2 * criteria_of().size());
  EXPECT_DOUBLE_EQ(means[0], 4);
  EXPECT_DOUBLE_EQ(numbers(file, "/summary/difference")[criteria_of().size()], -0.5);
  EXPECT_THAT(numbers(file, "/run/users/users"), ElementsAre(2, 2, 2, 2, 2, 2, 5, 5, 5, 5, 5, 5));
}

TEST_F(EvaluationFile, TellsUnitsAndWhereItComesFrom) {
  const H5::H5File file(write("e.h5"), H5F_ACC_RDONLY);
  const auto text = [](const H5::H5Object& object, const char* name) {
    std::string value;
    const H5::Attribute attribute = object.openAttribute(name);
    attribute.read(attribute.getStrType(), value);
    return std::string(value.c_str());
  };
  EXPECT_EQ(text(file.openGroup("/"), "format"), "faasconf-evaluation");
  EXPECT_EQ(text(file.openGroup("/"), "workflow"), "small");
  EXPECT_EQ(text(file.openDataSet("/runs/cost_window_usd"), "unit"), "USD");
  EXPECT_EQ(text(file.openDataSet("/runs/latency_mean_s"), "unit"), "s");
  EXPECT_EQ(text(file.openDataSet("/runs/policy"), "names"), "/run/policies");
}

TEST_F(EvaluationFile, SaysWhichLoadsItIsOf) {
  const H5::H5File file(write("e.h5"), H5F_ACC_RDONLY);
  std::string job;
  const H5::DataSet dataset = file.openDataSet("/run/job");
  dataset.read(job, dataset.getStrType());
  EXPECT_EQ(job, "evaluate: {seeds: 3, users: [\"2 x 6\", \"5 x 6\"]}\n");
  EXPECT_TRUE(file.openGroup("/").attrExists("identity"));
}

TEST_F(EvaluationFile, IsExportedAsCsv) {
  const std::string csv = scratch_.path() / "csv";
  EXPECT_THAT(results::export_csv(write("e.h5"), csv), ElementsAre(csv + "/runs.csv", csv + "/summary.csv"));
  std::ifstream runs(csv + "/runs.csv");
  std::string record;
  std::string header;
  std::string first;
  std::getline(runs, record);
  std::getline(runs, header);
  std::getline(runs, first);
  EXPECT_THAT(record, testing::StartsWith("# faasconf: {\"format\":\"faasconf-evaluation-runs\""));
  EXPECT_EQ(header,
            "policy,load,seed,price,cost_window_usd,cost_execution_usd,served_share,periods_kept,latency_mean_s,"
            "latency_p95_s,success_ratio,in_flight,rejections,oom_kills,replicas");
  EXPECT_EQ(first, "lean,few,0,1,1,1,1,1,1,1,1,1,1,1,1");
}

TEST_F(EvaluationFile, HasTheSameBytesForTheSameEvaluation) {
  const auto bytes = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_EQ(bytes(write("a.h5")), bytes(write("b.h5")));
}

TEST_F(EvaluationFile, IsWrittenWholeOrNotAtAll) {
  EXPECT_THROW(write("none/e.h5"), sim::Error);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path()));
}

}  // namespace
}  // namespace faasconf::experiments::evaluation
