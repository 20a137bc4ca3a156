#include "experiments/config/policy_files.hpp"

#include <filesystem>

#include <gmock/gmock.h>

#include "sim/core/error.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kExperiment =
    "workflow: {name: w, functions: {f: {}}, entry: f}\n"
    "configurations: {lean: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}}\n";

class PolicyFiles : public testing::Test {
 protected:
  PolicyFiles() { write_file(folder_ / "t.yaml", "table: []\n"); }

  Experiment read(const std::string& policies, const Overrides& overrides = {}) const {
    write_file(folder_ / "e.yaml", kExperiment + policies);
    return read_experiment((folder_ / "e.yaml").string(), overrides);
  }
  std::string in_folder(const std::string& name) const { return (folder_ / name).string(); }

  // of this test alone: tests run side by side
  std::filesystem::path folder_ =
      scratch_folder(std::string("policy_files-") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(PolicyFiles, AreRelativeToTheExperimentAndAmongItsInputs) {
  const Experiment experiment = read("policies: [fixed, table:t.yaml:last]\n");
  EXPECT_EQ(*file_of(experiment.policies.at(1)), in_folder("t.yaml"));
  ASSERT_EQ(experiment.inputs.size(), 2U);
  EXPECT_EQ(experiment.inputs[1].path, in_folder("t.yaml"));
  EXPECT_EQ(experiment.inputs[1].sha256.size(), 64U);
}

TEST_F(PolicyFiles, AreReadAgainFromTheResolvedExperiment) {
  const Experiment written = read("policies: [{table: {file: t.yaml, users: last}}]\n");
  EXPECT_THAT(written.resolved, HasSubstr("- {table: {file: \"" + in_folder("t.yaml") + "\", users: last}}"));
  const Experiment again = parse_experiment(written.resolved, "resolved.yaml");
  EXPECT_EQ(again.policies, written.policies);
  EXPECT_EQ(again.resolved, written.resolved);
}

TEST_F(PolicyFiles, OfAnOptionAreRelativeToTheWorkingDirectory) {
  const Experiment overridden = read("policies: [fixed]\n", {"policies=[table:" + in_folder("t.yaml") + "]"});
  EXPECT_EQ(*file_of(overridden.policies.at(0)), in_folder("t.yaml"));
  Experiment experiment = read("policies: [fixed]\n");
  add_policy(experiment, "table:" + in_folder("t.yaml"), "--policy");
  EXPECT_EQ(*file_of(experiment.policies.at(1)), in_folder("t.yaml"));
  EXPECT_EQ(experiment.inputs.back().path, in_folder("t.yaml"));
}

TEST_F(PolicyFiles, AreConfigurationsWhereNoneHasTheName) {
  write_file(folder_ / "lean", "cpu: 2\n");
  write_file(folder_ / "other.yaml", "cpu: 2\n");
  const Experiment experiment = read("policies: [fixed:lean, fixed:other.yaml]\n");
  EXPECT_EQ(experiment.policies[0], (PolicySpec{.kind = FixedSpec(), .configuration = "lean"}));
  EXPECT_EQ(experiment.policies[1], (PolicySpec{.kind = FixedSpec{.file = in_folder("other.yaml")}}));
}

TEST_F(PolicyFiles, MayShipWithTheProgram) {
  const Experiment experiment = read("policies: [fixed:demo-lean]\n");
  EXPECT_EQ(std::filesystem::path(*file_of(experiment.policies[0])).filename(), "demo-lean.yaml");
}

TEST_F(PolicyFiles, ThatAreMissingAreNamedWithTheirPlace) {
  EXPECT_THAT(complaint([&] { read("policies: [table:none.yaml]\n"); }),
              HasSubstr("e.yaml:3: policies.0: " + in_folder("none.yaml") + ": expected a readable file"));
  EXPECT_THAT(complaint([&] { read("policies: [fixed:none.yaml]\n"); }),
              HasSubstr("policy fixed:none.yaml: there is no such configuration, nor a file of this name"));
  Experiment experiment = read("policies: [fixed]\n");
  EXPECT_THAT(complaint([&] { add_policy(experiment, "bundle:none.fcp", "--policy"); }),
              HasSubstr("--policy: none.fcp: expected a readable file"));
}

TEST_F(PolicyFiles, OfAFolderOfTrainingsAreTheBestOnesByName) {
  for (const char* training : {"m/2", "m/1", "m/unfinished"}) std::filesystem::create_directories(folder_ / training);
  for (const char* best : {"m/2/best.fcp", "m/1/best.fcp"}) write_file(folder_ / best, best);
  EXPECT_THAT(bundle_files(in_folder("m")), ElementsAre(in_folder("m/1/best.fcp"), in_folder("m/2/best.fcp")));
  const Experiment experiment = read("policies: [bundle:m]\n");
  EXPECT_EQ(*file_of(experiment.policies[0]), in_folder("m"));
  EXPECT_EQ(experiment.inputs.size(), 3U);
  EXPECT_THAT(complaint([&] { read("policies: [bundle:m/unfinished]\n"); }),
              HasSubstr("policies.0: expected a policy, or a folder of trainings with best.fcp in each"));
}

}  // namespace
}  // namespace faasconf::experiments::config
