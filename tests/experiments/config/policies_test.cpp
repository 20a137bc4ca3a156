#include "experiments/config/policies.hpp"

#include <gmock/gmock.h>

#include "sim/core/error.hpp"

namespace faasconf::experiments {
namespace {

using testing::ElementsAre;

std::vector<std::string> case_names(std::vector<PolicyChoice> policies,
                                    const std::vector<std::string>& configurations) {
  Experiment experiment;
  experiment.policies = std::move(policies);
  for (const std::string& name : configurations) experiment.configurations.push_back({name, {}});
  std::vector<std::string> names;
  for (const Case& one : cases_of(experiment)) names.push_back(one.name);
  return names;
}

TEST(Policies, AreNamedWithAConfigurationOrWithout) {
  EXPECT_EQ(parse_policy("hpa"), (PolicyChoice{"hpa", ""}));
  EXPECT_EQ(parse_policy("kpa:a:b"), (PolicyChoice{"kpa", "a:b"}));
  EXPECT_EQ(format(parse_policy("kpa:lean")), "kpa:lean");
  for (const char* wrong : {"", "hpb", "hpa:", ":lean"}) EXPECT_THROW(parse_policy(wrong), sim::Error) << wrong;
}

TEST(Policies, StartFromEveryConfigurationOrFromOne) {
  EXPECT_THAT(case_names({{}}, {"lean", "ample"}), ElementsAre("lean", "ample"));
  EXPECT_THAT(case_names({{"hpa", ""}}, {"lean"}), ElementsAre("hpa"));
  EXPECT_THAT(case_names({{"hpa", ""}}, {"lean", "ample"}), ElementsAre("hpa:lean", "hpa:ample"));
  EXPECT_THAT(case_names({{}, {"kpa", "ample"}}, {"lean", "ample"}), ElementsAre("lean", "ample", "kpa"));
}

TEST(Policies, StartFromNothingThatIsNotThereAndBearNoNameTwice) {
  EXPECT_THROW(case_names({{"hpa", "large"}}, {"lean"}), sim::Error);
  EXPECT_THROW(case_names({{}, {}}, {"lean"}), sim::Error);
  EXPECT_THROW(case_names({{}, {"hpa", ""}}, {"hpa"}), sim::Error);
}

}  // namespace
}  // namespace faasconf::experiments
