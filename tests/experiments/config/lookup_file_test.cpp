#include "experiments/config/lookup_file.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using testing::HasSubstr;

const std::string kKnobs = "{default: {cpu: 1000m, memory: 1Gi, replicas: 2, concurrency: 3}}";

sim::WorkflowSpec parallel() { return read_experiment("parallel").scenario.workflow; }

TEST(LookupFile, ReadsBackWhatItWrites) {
  const sim::WorkflowSpec workflow = parallel();
  const std::string text = "table:\n  - {users: 30, configuration: " + kKnobs +
                           "}\n  - users: 10\n    configuration:\n      default: {cpu: 510m, memory: 300Mi, "
                           "replicas: 1, concurrency: 1}\n      functions: {rgb: {cpu: 1999m, replicas: 7}}\n";
  const sim::LookupTable table = parse_lookup(text, "t.yaml", workflow);
  ASSERT_EQ(table.entries().size(), 2U);
  EXPECT_EQ(table.entries()[0].load, 10);
  const auto rgb = workflow.find("rgb")->index;
  EXPECT_EQ(table.entries()[0].configuration.functions[rgb].cpu.value, 1999);
  EXPECT_EQ(table.entries()[0].configuration.functions[rgb].concurrency, 1);
  EXPECT_EQ(parse_lookup(to_yaml(table, workflow), "again.yaml", workflow).entries(), table.entries());
}

TEST(LookupFile, GoesByRatesWhereItsEntriesDo) {
  const sim::WorkflowSpec workflow = parallel();
  const std::string text =
      "table:\n  - {rate: 2.5/s, configuration: " + kKnobs + "}\n  - {rate: 60/m, configuration: " + kKnobs + "}\n";
  const sim::LookupTable table = parse_lookup(text, "t.yaml", workflow);
  EXPECT_EQ(table.unit(), sim::LoadUnit::requests_per_s);
  EXPECT_EQ(table.entries()[0].load, 1);
  EXPECT_EQ(table.entries()[1].load, 2.5);
  const sim::LookupTable again = parse_lookup(to_yaml(table, workflow), "again.yaml", workflow);
  EXPECT_EQ(again.entries(), table.entries());
  EXPECT_EQ(again.unit(), table.unit());
  EXPECT_THAT(
      complaint([&] { parse_lookup(text + "  - {users: 3, configuration: " + kKnobs + "}\n", "t.yaml", workflow); }),
      HasSubstr("users"))
      << "one kind of load in a table";
}

TEST(LookupFile, SaysWhatIsWrongAndWhere) {
  const sim::WorkflowSpec workflow = parallel();
  const auto complaint_about_table = [&](const std::string& text) {
    return complaint([&] { parse_lookup(text, "t.yaml", workflow); });
  };
  EXPECT_THAT(complaint_about_table("table: []\n"), HasSubstr("t.yaml:1"));
  EXPECT_THAT(complaint_about_table("tables: []\n"), HasSubstr("tables"));
  EXPECT_THAT(complaint_about_table("table:\n  - {users: -1, configuration: " + kKnobs + "}\n"), HasSubstr("t.yaml:2"));
  EXPECT_THAT(complaint_about_table("table:\n  - {users: 1}\n"), HasSubstr("configuration"));
  EXPECT_THAT(complaint_about_table("table:\n  - {users: 1, configuration: " + kKnobs +
                                    "}\n  - {users: 1, configuration: " + kKnobs + "}\n"),
              HasSubstr("expected one entry for 1 users, got two"));
  EXPECT_THAT(
      complaint_about_table("table:\n  - {users: 1, configuration: {default: {cpu: 1m, memory: 1Gi, replicas: 2, "
                            "concurrency: 3}}}\n"),
      HasSubstr("what function"));
}

TEST(LookupFile, ReadsATableWithItsRecord) {
  const std::string entries = "table:\n  - {users: 1, configuration: " + kKnobs + "}\n";
  EXPECT_EQ(parse_lookup(entries + "record:\n  format: faasconf-table\n", "t.yaml", parallel()).entries().size(), 1u);
}

}  // namespace
}  // namespace faasconf::experiments::config
