#include "experiments/prediction/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/prediction/calibrated_workflow.hpp"
#include "experiments/prediction/candidate.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::prediction {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Everything about a workflow, as text.
std::string text_of(const sim::WorkflowSpec& workflow) {
  config::Experiment experiment;
  experiment.scenario.workflow = workflow;
  return config::to_yaml(experiment);
}

std::vector<std::string> texts_of(const std::vector<sim::WorkflowSpec>& workflows) {
  std::vector<std::string> texts;
  for (const sim::WorkflowSpec& one : workflows) texts.push_back(text_of(one));
  return texts;
}

CalibratedWorkflow parallel(const std::vector<std::string>& overrides = {}) {
  return read_calibrated(read_workflow_tree("parallel", overrides));
}

std::vector<std::string> ensemble(const CalibratedWorkflow& of) { return texts_of(ensemble_of(of.tree, *of.record)); }

TEST(Ensemble, OfTheFileAsItWasCalibratedHasTheCalibratedValues) {
  const CalibratedWorkflow of = parallel();
  const CandidateWorkflow candidate(of.tree, of.record->parameters);
  std::vector<std::string> expected;
  for (const std::vector<double>& values : of.record->members) expected.push_back(text_of(candidate.workflow(values)));
  EXPECT_EQ(ensemble(of), expected);
  EXPECT_EQ(edited_values(of.tree, *of.record), std::vector<std::string>{});
}

// Each key that the calibration of Parallel sets, moved half way to its upper bound, or to the lower one from there.
class EveryKey : public testing::TestWithParam<std::size_t> {
 protected:
  EveryKey() {
    const double high = parameter_.high > value_ ? parameter_.high : parameter_.low;
    edited_ = as_read((value_ + high) / 2, parameter_.dimension);
  }
  config::YamlNode edited_tree() const {
    config::YamlNode tree = of_.tree;
    for (const Setting& setting : parameter_.sets) set_amount(tree, setting.path, edited_, parameter_.dimension);
    return tree;
  }

  const CalibratedWorkflow of_ = parallel();
  const FittedParameter& parameter_ = of_.record->parameters[GetParam()];
  const double value_ = of_.record->values[GetParam()];
  double edited_ = 0;
};

TEST_P(EveryKey, WhenEditedMovesEveryMemberAsFar) {
  const CandidateWorkflow candidate(of_.tree, of_.record->parameters);
  std::vector<std::string> expected;
  for (std::vector<double> values : of_.record->members) {
    double& member = values[GetParam()];
    member = parameter_.logarithmic ? edited_ * (member / value_) : edited_ + (member - value_);
    member = std::clamp(member, parameter_.low, parameter_.high);
    expected.push_back(text_of(candidate.workflow(values)));
  }
  EXPECT_EQ(texts_of(ensemble_of(edited_tree(), *of_.record)), expected) << parameter_.name;
}

TEST_P(EveryKey, WhenEditedIsSaid) {
  const std::vector<std::string> said = edited_values(edited_tree(), *of_.record);
  ASSERT_EQ(said.size(), parameter_.sets.size());
  for (std::size_t i = 0; i < said.size(); ++i) {
    EXPECT_EQ(said[i], parameter_.sets[i].path + ": " + format_amount(edited_, parameter_.dimension) +
                           ", calibrated as " + format_amount(value_, parameter_.dimension));
  }
}

TEST_P(EveryKey, WhenRemovedIsAnErrorThatSaysHowToDropTheEnsemble) {
  const std::string path = parameter_.sets.front().path;
  EXPECT_THAT(complaint([&] {
                const CalibratedWorkflow of = parallel({path + "="});
                static_cast<void>(ensemble_of(of.tree, *of.record));
              }),
              testing::AnyOf(HasSubstr(path + ": expected an amount, as it was calibrated, got none; to predict from"),
                             HasSubstr("expected a key")));  // one that a workflow needs
}

INSTANTIATE_TEST_SUITE_P(Parallel, EveryKey, testing::Range(std::size_t{0}, parallel().record->parameters.size()));

TEST(Ensemble, HasAnEditOfAnyOtherKeyInEveryMember) {
  const std::vector<std::string> before = ensemble(parallel());
  const std::vector<std::string> after = ensemble(parallel({"functions.rgb.payload.request=1M"}));
  for (std::size_t m = 0; m < before.size(); ++m) EXPECT_NE(after[m], before[m]) << m;
}

// Half of the members have a factor above 1: a probability of 1.4 there is not.
TEST(Ensemble, KeepsAnEditedValueWhereNoOtherIsPossible) {
  const CalibratedWorkflow of = parallel({"functions.rgb.failure_probability=0.9"});
  for (const sim::WorkflowSpec& member : ensemble_of(of.tree, *of.record)) {
    EXPECT_LE(member.functions[member.find("rgb")->index].failure_probability, 1);
  }
}

TEST(Ensemble, SpreadsAboutAnEditBeyondTheBounds) {
  const CalibratedWorkflow of = parallel({"functions.starter.serial=3s"});
  const std::vector<sim::WorkflowSpec> members = ensemble_of(of.tree, *of.record);
  const auto serial = [](const sim::WorkflowSpec& member) {
    return member.functions[member.find("starter")->index].serial_work.mean();
  };
  EXPECT_EQ(serial(members[0]), 3);
  for (std::size_t m = 1; m < members.size(); ++m) {
    EXPECT_NEAR(serial(members[m]), 3 * of.record->members[m][0] / of.record->values[0], 1e-9);
  }
}

TEST(Ensemble, IsDroppedWithItsKey) {
  const CalibratedWorkflow of =
      parallel({"calibration.ensemble=", "functions.starter.serial={law: exponential, mean: 1s}"});
  EXPECT_THAT(ensemble(of), ElementsAre(text_of(of.workflow)));
  EXPECT_THAT(edited_values(of.tree, *of.record), ElementsAre("functions.starter.serial: none, calibrated as 820ms"));
}

TEST(Ensemble, IsRefusedWhereItDoesNotBeginWithTheCalibratedValues) {
  config::YamlNode tree = read_workflow_tree("parallel");
  tree.find("calibration")->find("parameters")->find("starter.serial")->find("value")->scalar = "900ms";
  EXPECT_THAT(complaint([&] { read_calibrated(tree); }),
              HasSubstr("calibration.ensemble: expected the calibrated values first, got 820ms for starter.serial, "
                        "whose value is 900ms"));
}

}  // namespace
}  // namespace faasconf::experiments::prediction
