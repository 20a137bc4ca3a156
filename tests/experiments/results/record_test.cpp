#include "experiments/results/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "experiments/config/yaml_reader.hpp"
#include "sim/core/version.hpp"
#include "traces/files/digest.hpp"

namespace faasconf::experiments::results {
namespace {

using config::yaml_list;
using config::yaml_scalar;
using testing::HasSubstr;
using testing::Not;

Record some_record() {
  return {
      .format = {"faasconf-table", 2},
      .job = {.verb = "search",
              .options = {{"users", yaml_list({yaml_scalar("2"), yaml_scalar("5")})}, {"qos", yaml_scalar("strict")}},
              .experiment = "workflow:\n  name: \"pair\"\nseed: 7\n"},
      .seed = 3,
      .inputs = {{"folder/pair.yaml", std::string(64, 'a')}}};
}

TEST(Record, WritesTheJobWithItsOptionsInTheirOrder) {
  EXPECT_EQ(job_yaml(some_record().job), "search: {users: [2, 5], qos: strict}\n");
  EXPECT_EQ(job_yaml({.verb = "trace convert"}), "\"trace convert\": {}\n");
}

TEST(Record, IsIdentifiedByModelSeedInputsJobAndExperiment) {
  const Record record = some_record();
  EXPECT_EQ(identity(record), files::sha256("model_version: " + std::to_string(sim::kModelVersion) +
                                            "\nseed: 3\ninput: " + std::string(64, 'a') +
                                            "\njob:\nsearch: {users: [2, 5], qos: strict}\n"
                                            "experiment:\nworkflow:\n  name: \"pair\"\nseed: 7\n"));
}

TEST(Record, ChangesItsIdentityWithWhatDecidesTheResults) {
  const std::string same = identity(some_record());
  Record record = some_record();
  record.seed = 4;
  EXPECT_NE(identity(record), same);
  record = some_record();
  record.seed.reset();
  EXPECT_NE(identity(record), same);
  record = some_record();
  record.inputs.front().sha256.back() = 'b';
  EXPECT_NE(identity(record), same);
  record = some_record();
  record.job.options.pop_back();
  EXPECT_NE(identity(record), same);
  record = some_record();
  record.job.experiment += "duration: 5m\n";
  EXPECT_NE(identity(record), same);
}

TEST(Record, KeepsItsIdentityWhereverItsInputsLie) {
  Record record = some_record();
  record.inputs.front().path = "elsewhere.yaml";
  EXPECT_EQ(identity(record), identity(some_record()));
}

// As the experiment names a policy by its table, which is an input.
Record with_table(const std::string& path) {
  Record record = some_record();
  record.inputs.push_back({path, std::string(64, 'b')});
  record.job.experiment = "name: \"a \\\"table\\\"\"\npolicies:\n  - {table: {file: \"" + path + "\", users: next}}\n";
  return record;
}

TEST(Record, IsIdentifiedByTheContentsOfFilesThatTheExperimentNames) {
  EXPECT_EQ(identity(with_table("a/t.yaml")), identity(with_table("/elsewhere/other.yaml")));
  EXPECT_NE(identity(with_table("a/t.yaml")), identity(some_record()));
  Record record = with_table("a/t.yaml");
  record.job.experiment =
      "name: \"a \\\"table\\\"\"\npolicies:\n  - {table: {file: \"" + std::string(64, 'b') + "\", users: next}}\n";
  EXPECT_EQ(identity(record), identity(with_table("a/t.yaml")));
}

Record with_trainings(const std::string& folder, const std::string& in_experiment) {
  Record record = some_record();
  record.inputs = {{folder + "/1/best.fcp", std::string(64, 'c')}, {folder + "/2/best.fcp", std::string(64, 'd')}};
  record.job.experiment = "name: \"\"\npolicies:\n  - {bundle: {file: \"" + in_experiment + "\"}}\n";
  return record;
}

TEST(Record, IsIdentifiedByTheContentsOfAFolder) {
  const Record record = with_trainings("runs", "runs");
  EXPECT_EQ(identity(record), identity(with_trainings("/all/of/them", "/all/of/them/")));
  EXPECT_NE(identity(record), identity(with_trainings("runs", "run")));
  const Record files = with_trainings("runs", std::string(64, 'c') + " " + std::string(64, 'd'));
  EXPECT_EQ(identity(record), identity(files));
}

TEST(Record, IsReadBackAsWrittenInYaml) {
  const std::string text = to_yaml(some_record()) + "table: []\n";
  const config::YamlNode tree = config::parse_yaml(text, "table.yaml");
  const config::YamlNode* const record = tree.find("record");
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->find("format")->scalar, "faasconf-table");
  EXPECT_EQ(record->find("format_version")->scalar, "2");
  EXPECT_EQ(record->find("model_version")->scalar, std::to_string(sim::kModelVersion));
  EXPECT_EQ(record->find("seed")->scalar, "3");
  EXPECT_EQ(record->find("identity")->scalar, identity(some_record()));
  EXPECT_EQ(record->find("job")->scalar, job_yaml(some_record().job));
  EXPECT_EQ(record->find("experiment")->scalar, some_record().job.experiment);
  EXPECT_EQ(record->find("inputs")->items.front().find("path")->scalar, "folder/pair.yaml");
  EXPECT_EQ(tree.entries.back().key, "table");
}

TEST(Record, WritesNeitherSeedNorExperimentWhereThereIsNone) {
  const Record record{.format = {"faasconf-profile"}, .job = {.verb = "trace profile"}};
  const config::YamlNode tree = config::parse_yaml(to_yaml(record), "p.yaml");
  EXPECT_EQ(tree.find("record")->find("seed")->kind, config::YamlNode::Kind::nothing);
  EXPECT_EQ(tree.find("record")->find("experiment"), nullptr);
  const nlohmann::json object = nlohmann::json::parse(to_json(record));
  EXPECT_TRUE(object.at("seed").is_null());
  EXPECT_FALSE(object.contains("experiment"));
}

TEST(Record, SaysTheSameInJsonOnOneLine) {
  const std::string text = to_json(some_record());
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  const nlohmann::json object = nlohmann::json::parse(text);
  EXPECT_EQ(object.at("format"), "faasconf-table");
  EXPECT_EQ(object.at("seed"), 3);
  EXPECT_EQ(object.at("identity"), identity(some_record()));
  EXPECT_EQ(object.at("job"), job_yaml(some_record().job));
  EXPECT_EQ(object.at("experiment"), some_record().job.experiment);
  EXPECT_EQ(object.at("inputs").at(0).at("sha256"), std::string(64, 'a'));
}

TEST(Record, StandsInCsvAsAComment) {
  EXPECT_EQ(csv_comment(some_record()), "# faasconf: " + to_json(some_record()) + "\n");
}

TEST(Record, LeavesOutAnExperimentThatItsFileHoldsElsewhere) {
  const nlohmann::json object = nlohmann::json::parse(to_json(some_record(), ExperimentText::elsewhere));
  EXPECT_FALSE(object.contains("experiment"));
  EXPECT_EQ(object.at("identity"), identity(some_record()));
  EXPECT_THAT(to_yaml(some_record(), ExperimentText::elsewhere), Not(HasSubstr("experiment:")));
}

TEST(Record, BearsPathsThatAreNoUtf8) {
  Record record = some_record();
  record.inputs.front().path = "caf\xe9.yaml";
  EXPECT_THAT(to_json(record), HasSubstr("caf"));
}

}  // namespace
}  // namespace faasconf::experiments::results
