// A metric that is added to the tables appears everywhere.

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/calibration/mapping.hpp"
#include "experiments/evaluation/evaluation.hpp"
#include "experiments/evaluation/evaluation_file.hpp"
#include "experiments/prediction/observed.hpp"
#include "experiments/results/metrics.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/summary_tables.hpp"
#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/evaluation/made_up_evaluation.hpp"
#include "tests/experiments/results/made_up_run.hpp"

namespace faasconf::experiments {
namespace {

using results::EndToEnd;
using testing::HasSubstr;

constexpr unsigned kEverywhere = results::in_windows + results::in_replications + results::in_summary +
                                 results::in_criteria + results::in_targets + results::in_predictions;

std::optional<double> twice_the_length(const EndToEnd& row) { return 2 * sim::to_seconds(row.seen.length); }
std::optional<std::int64_t> twice_the_ready(const sim::FunctionObservation& row) { return 2 * row.ready; }

// The tables with a metric more.
class NewMetric : public testing::Test {
 protected:
  results::Metrics metrics() const { return {end_to_end_, by_function_}; }

  std::string write_result(const std::string& path) const {
    const config::Experiment experiment = results::made_up_experiment();
    results::ResultWriter writer(path, {.experiment = &experiment, .metrics = metrics()});
    const sim::Run run = results::made_up_run(0, 1);
    writer.append(0, 0, run);
    results::Summary summary({"small", "größer"}, {"first", "second"}, metrics());
    summary.add(0, run);
    writer.finish(summary);
    return path;
  }

  results::Summary summary() const {
    results::Summary summary({"only"}, {"first", "second"}, metrics());
    summary.add(0, results::made_up_run(0, 1));
    return summary;
  }

 private:
  template <class Row>
  static std::vector<results::Metric<Row>> with(std::span<const results::Metric<Row>> all,
                                                const results::Metric<Row>& added) {
    std::vector<results::Metric<Row>> more(all.begin(), all.end());
    more.push_back(added);
    return more;
  }

  std::vector<results::EndToEndMetric> end_to_end_ =
      with(results::metrics().end_to_end, {.name = "bustle",
                                           .unit = "people",
                                           .read = twice_the_length,
                                           .title = "bustle",
                                           .shown = {"crowds", 0.5},
                                           .appears = kEverywhere,
                                           .aggregate = results::Aggregate::mean_of_windows});
  std::vector<results::FunctionMetric> by_function_ =
      with(results::metrics().by_function,
           {.name = "bustle", .unit = "people", .read = twice_the_ready, .title = "bustle", .appears = kEverywhere});
};

TEST_F(NewMetric, IsInResultFilesAndInCsv) {
  const results::ScratchFolder folder;
  results::export_csv(write_result(folder / "run.h5"), folder.path());
  for (const char* table : {"windows.csv", "functions.csv", "replications.csv"}) {
    EXPECT_THAT(results::read_file(folder / table), HasSubstr(",bustle\n")) << table;
  }
  EXPECT_THAT(results::read_file(folder / "windows.csv"), HasSubstr(",60\n"));
  EXPECT_THAT(results::read_file(folder / "functions.csv"), HasSubstr(",4\n"));
  EXPECT_THAT(results::read_file(folder / "summary.csv"), HasSubstr("small,first,bustle,people,2,"));
}

TEST_F(NewMetric, IsInTablesAndInJson) {
  EXPECT_EQ(summary().row(0, "", "bustle").over_replications.mean(), 60);
  std::ostringstream table;
  print_case_table(table, summary(), 0);
  print_comparison_table(table, summary());
  EXPECT_THAT(table.str(), testing::ContainsRegex("bustle \\[crowds\\] +30\n"));
  EXPECT_THAT(table.str(), testing::ContainsRegex("calls and latency +.* +bustle"));
  std::ostringstream json;
  print_json(json, summary());
  EXPECT_THAT(json.str(), HasSubstr(R"("function":"second","metric":"bustle","unit":"people","mean":4.0)"));
}

TEST_F(NewMetric, IsACriterion) {
  evaluation::EvaluationPlan plan = evaluation::small_plan();
  plan.criteria = evaluation::criteria_of(metrics());
  const std::size_t bustle = evaluation::criterion_named("bustle", plan.criteria);
  const evaluation::Evaluation evaluation = evaluate(plan, [](std::size_t) { return true; });
  EXPECT_DOUBLE_EQ(evaluation.at(0, 0, 0)[bustle], 60) << "the mean of its windows";
  EXPECT_DOUBLE_EQ(evaluation::judge(evaluation)[0][bustle]->mean.estimate, 60);
}

TEST_F(NewMetric, IsATargetOfCalibrations) {
  std::string text = kTwoFunctionsMapping;
  const std::string before = "observe: completions";
  text.replace(text.find(before), before.size(), "observe: bustle, function: second");
  const config::CsvTable table =
      config::parse_table(std::string(kTwoFunctionsHeader) + "10,770,3,1200,1536,0.34,2.5,20,5,1500\n", "m.csv");
  const calibration::Mapping mapping = calibration::parse_mapping(text, "map.yaml", table, two_functions(), metrics());
  EXPECT_EQ(mapping.targets[1].name, "bustle of second");
  EXPECT_EQ(prediction::observe(results::made_up_run(0, 1).windows[0], mapping.targets[1].what, 1), 4);
}

TEST_F(NewMetric, IsPredicted) {
  for (const bool of_function : {false, true}) {
    EXPECT_EQ(prediction::predicted(of_function, metrics()).back().name(), "bustle");
  }
}

}  // namespace
}  // namespace faasconf::experiments
