#include "experiments/config/configuration_file.hpp"

#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

sim::WorkflowSpec workflow() {
  return parse_experiment(
             "name: w\n"
             "functions: {a: {}, b: {ranges: {memory: [1Gi, 2Gi]}}, "
             "c: {fixed: {cpu: 4, memory: 4Gi, replicas: 8, concurrency: unlimited}}, d: {overflow: none}}\n"
             "entry: a\n",
             "w.yaml")
      .scenario.workflow;
}

sim::Configuration read(const std::string& text) {
  const YamlNode node = parse_yaml(text, "c.yaml");
  return read_configuration_value({node, ""}, workflow());
}

TEST(ConfigurationFile, FunctionsDifferFromTheDefault) {
  const sim::Configuration configuration = read(
      "default: {cpu: 1000m, memory: 1Gi, replicas: 4, concurrency: 3}\n"
      "functions:\n  b: {memory: 2Gi, replicas: 2}\n  d: {concurrency: unlimited}\n");
  const sim::FunctionConfiguration common{.cpu = {1000}, .memory = {1024}, .replicas = 4, .concurrency = 3};
  sim::FunctionConfiguration b = common;
  b.memory = {2048};
  b.replicas = 2;
  sim::FunctionConfiguration d = common;
  d.concurrency = 0;
  const sim::FunctionConfiguration fixed{.cpu = {4000}, .memory = {4096}, .replicas = 8, .concurrency = 0};
  EXPECT_EQ(configuration.functions, (std::vector<sim::FunctionConfiguration>{common, b, fixed, d}));
}

TEST(ConfigurationFile, KnobsOfAllMayStandByThemselves) {
  EXPECT_EQ(read("{cpu: 1, memory: 1Gi, replicas: 4, concurrency: 3}"),
            read("default: {cpu: 1000m, memory: 1024Mi, replicas: 4, concurrency: 3}"));
}

TEST(ConfigurationFile, EveryFunctionMayHaveItsOwn) {
  const std::string knobs = "{cpu: 1, memory: 1Gi, replicas: 4, concurrency: 3}";
  EXPECT_EQ(read("functions: {a: " + knobs + ", b: " + knobs + ", d: " + knobs + "}"), read(knobs));
}

TEST(ConfigurationFile, NoReplicasOnlyWhereTheRangeBeginsAtNone) {
  const auto read_with = [](const std::string& range) {
    return complaint_about("workflow: {name: w, functions: {a: {ranges: {replicas: " + range + "}}}, entry: a}\n" +
                           "configuration: {cpu: 1, memory: 1Gi, replicas: 0, concurrency: 3}\n");
  };
  EXPECT_EQ(read_with("[0, 8]"), "no error");
  EXPECT_EQ(read_with("[1, 8]"),
            "f.yaml:2: configuration.replicas: expected what function \"a\" allows, 1 to 8, got \"0\"");
}

TEST(ConfigurationFile, MiddleOfTheRanges) {
  const sim::Configuration middle = middle_of_ranges(workflow());
  EXPECT_EQ(middle.functions[0],
            (sim::FunctionConfiguration{.cpu = {1125}, .memory = {1152}, .replicas = 4, .concurrency = 5}));
  EXPECT_EQ(middle.functions[1].memory, sim::Mebibytes{1536});
  EXPECT_EQ(middle.functions[2].replicas, 8);
}

TEST(ConfigurationFile, WhatIsWrongIsNamedWithItsLine) {
  const std::string common = "default: {cpu: 1, memory: 1Gi, replicas: 4, concurrency: 3}\n";
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"default: {cpu: 1, memory: 1Gi, replicas: 4}\n", "c.yaml:1: expected concurrency for function \"a\", got none"},
      {"default: {cpu: 3000m, memory: 1Gi, replicas: 4, concurrency: 3}\n",
       "c.yaml:1: default.cpu: expected what function \"a\" allows, 250m to 2000m, got \"3000m\""},
      {"default: {cpu: 1, memory: 512Mi, replicas: 4, concurrency: 3}\n",
       "c.yaml:1: default.memory: expected what function \"b\" allows, 1024Mi to 2048Mi, got \"512Mi\""},
      {common + "functions:\n  a: {replicas: 9}\n",
       "c.yaml:3: functions.a.replicas: expected what function \"a\" allows, 1 to 8, got \"9\""},
      {common + "functions:\n  a: {replicas: -1}\n",
       "c.yaml:3: functions.a.replicas: expected a whole number from 0 to 100000, got \"-1\""},
      {common + "functions:\n  a: {concurrency: unlimited}\n",
       "c.yaml:3: functions.a.concurrency: expected what function \"a\" allows, 1 to 10, got \"unlimited\""},
      {common + "functions:\n  a: {concurrency: 0}\n",
       "c.yaml:3: functions.a.concurrency: expected what function \"a\" allows, 1 to 10, got \"0\""},
      {common + "functions:\n  aa: {replicas: 9}\n",
       "c.yaml:3: functions.aa: expected a function of workflow \"w\", got \"aa\", did you mean \"a\"?"},
      {common + "functions:\n  c: {replicas: 9}\n",
       "c.yaml:3: functions.c: expected a function that is tuned, got one that the workflow fixes"},
      {common + "cpu: 1\n", "c.yaml:1: default: expected no other knobs beside it, got both"},
      {"default: {cpu: 0m, memory: 1Gi, replicas: 4, concurrency: 3}\n",
       "c.yaml:1: default.cpu: expected a positive cpu quantity such as 500m or 2, got \"0m\""},
      {"default: {cpu: 1, memory: 1024, replicas: 4, concurrency: 3}\n",
       "c.yaml:1: default.memory: expected a memory quantity such as 256Mi, got \"1024\""},
      {"defaults: {}\n", "c.yaml:1: unknown key \"defaults\", did you mean \"default\"?"},
      {"- 1\n",
       "c.yaml:1: expected a map with keys from default, functions, cpu, memory, replicas, concurrency, got a list"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(complaint([&] { read(text); }), message) << text;
}

TEST(ConfigurationFile, IsReadFromDisk) {
  const auto folder = scratch_folder("configuration_file");
  write_file(folder / "c.yaml", "{cpu: 1, memory: 1Gi, replicas: 4, concurrency: 3}");
  EXPECT_EQ(read_configuration(folder / "c.yaml", workflow()).functions[0].replicas, 4);
  const std::string missing = folder / "missing.yaml";
  EXPECT_EQ(complaint([&] { read_configuration(missing, workflow()); }),
            missing + ": expected a readable file, got \"No such file or directory\"");
}

TEST(ConfigurationFile, ReadsAConfigurationWithItsRecord) {
  const auto folder = scratch_folder("configuration_file_2");
  write_file(folder / "c.yaml", "default: {cpu: 1, memory: 1Gi, replicas: 4, concurrency: 3}\nrecord: {seed: 1}\n");
  EXPECT_EQ(read_configuration(folder / "c.yaml", workflow()).functions[0].replicas, 4);
}

}  // namespace
}  // namespace faasconf::experiments::config
