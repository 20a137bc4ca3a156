#include "experiments/config/cases.hpp"

#include <gmock/gmock.h>

#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

using testing::ElementsAre;

std::vector<std::string> case_names(const std::vector<std::string>& policies,
                                    const std::vector<std::string>& configurations) {
  Experiment experiment;
  experiment.policies.clear();
  for (const std::string& text : policies) experiment.policies.push_back(parse_policy(text, "--policy"));
  for (const std::string& name : configurations) experiment.configurations.push_back({name, {}});
  std::vector<std::string> names;
  for (const Case& one : cases_of(experiment)) names.push_back(one.name);
  return names;
}

TEST(Cases, StartFromEveryConfigurationOrFromOne) {
  EXPECT_THAT(case_names({"fixed"}, {"lean", "ample"}), ElementsAre("lean", "ample"));
  EXPECT_THAT(case_names({"hpa"}, {"lean"}), ElementsAre("hpa"));
  EXPECT_THAT(case_names({"hpa"}, {"lean", "ample"}), ElementsAre("hpa:lean", "hpa:ample"));
  EXPECT_THAT(case_names({"hpa", "hpa:interval=1m", "hpa:lean:up_pods=2"}, {"lean"}),
              ElementsAre("hpa", "hpa:interval=1m", "hpa:up_pods=2"));
  EXPECT_THAT(case_names({"fixed", "kpa:ample"}, {"lean", "ample"}), ElementsAre("lean", "ample", "kpa"));
}

TEST(Cases, OfPoliciesWithAFileStartFromTheFirstConfigurationAndBearTheFilesName) {
  EXPECT_THAT(case_names({"table:a/t.yaml", "table:a/t.yaml:last", "bundle:b/p.fcp"}, {"lean", "ample"}),
              ElementsAre("t", "t:last", "p"));
  EXPECT_THAT(case_names({"bundle:a/best.fcp", "bundle:b/best.fcp", "table:t.yaml"}, {"lean"}),
              ElementsAre("a/best.fcp", "b/best.fcp", "t"));
}

TEST(Cases, StartFromNothingThatIsNotThereAndBearNoNameTwice) {
  EXPECT_THROW(case_names({"hpa:large"}, {"lean"}), sim::Error);
  EXPECT_THROW(case_names({"fixed:large"}, {"lean"}), sim::Error);
  EXPECT_THROW(case_names({"fixed", "fixed"}, {"lean"}), sim::Error);
  EXPECT_THROW(case_names({"fixed", "hpa"}, {"hpa"}), sim::Error);
  EXPECT_THROW(case_names({"table:t.yaml", "table:t.yaml"}, {"lean"}), sim::Error);
}

}  // namespace
}  // namespace faasconf::experiments::config
