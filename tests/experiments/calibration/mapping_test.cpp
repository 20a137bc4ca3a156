#include "experiments/calibration/mapping.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/config/experiment_file.hpp"
#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/config/reading.hpp"
#include "tests/shared_data.hpp"

namespace faasconf::experiments::calibration {
namespace {

using testing::HasSubstr;

config::CsvTable table_of(const std::string& rows) { return config::parse_table(kTwoFunctionsHeader + rows, "m.csv"); }
const char* const kRow = "10,770,3,1200,1536,0.34,2.5,20,5,1500\n";

std::string with(std::string text, const std::string& before, const std::string& after) {
  const std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return text.replace(at, before.size(), after);
}

std::string complaint_about_mapping(const std::string& before, const std::string& after) {
  return complaint(
      [&] { parse_mapping(with(kTwoFunctionsMapping, before, after), "map.yaml", table_of(kRow), two_functions()); });
}

TEST(Mapping, TurnsColumnsIntoQuantities) {
  const config::CsvTable table = table_of(kRow);
  const Mapping mapping = parse_mapping(kTwoFunctionsMapping, "map.yaml", table, two_functions());
  ASSERT_EQ(mapping.knobs.size(), 2U);
  EXPECT_EQ(mapping.knobs[0].cpu.read(table, 0), 770);
  EXPECT_EQ(mapping.knobs[0].memory.read(table, 0), 1024);    // a constant
  EXPECT_EQ(mapping.knobs[1].concurrency.read(table, 0), 4);  // int(9 x 0.34 + 1)
  EXPECT_EQ(mapping.targets[2].cell.read(table, 0), 0.8);     // 20 / (20 + 5)
  EXPECT_EQ(mapping.targets[3].cell.read(table, 0), 1.5);     // 1500 ms
  EXPECT_EQ(mapping.targets[3].name, "latency_p75_s of second");
  EXPECT_EQ(mapping.parameters[0].low, 0.2);
  EXPECT_TRUE(mapping.parameters[0].logarithmic);
}

// The keys that its readers take, against the table of keys: each is read, or a value of no kind would pass.
TEST(Mapping, ReadsEveryKeyOfItsSections) {
  const auto is_refused = [](const std::string& before, const std::string& after) {
    return complaint_about_mapping(before, after) != "no error";
  };
  for (const config::Key& key : config::section("mapping").keys) {
    const std::string wrong = key.name + ": {zzz: {zzz: 1}}\n";
    EXPECT_TRUE(is_refused("protocol: {", wrong + "protocol: {")) << key.name;
  }
  for (const config::Key& key : config::section("protocol").keys) {
    EXPECT_TRUE(is_refused("protocol: {", "protocol: {" + key.name + ": {zzz: 1}, ")) << key.name;
  }
}

TEST(Mapping, ReadsTheWordUnlimitedAsZero) {
  const auto concurrency = [](const std::string& text, const std::string& cell, std::size_t function) {
    const config::CsvTable table = table_of("10,770,3,1200,1536," + cell + ",2.5,20,5,1500\n");
    return parse_mapping(text, "map.yaml", table, two_functions()).knobs[function].concurrency.read(table, 0);
  };
  EXPECT_EQ(concurrency(with(kTwoFunctionsMapping, "concurrency: 4", "concurrency: unlimited"), "0.34", 0), 0);
  EXPECT_EQ(concurrency(with(kTwoFunctionsMapping, "concurrency: 4", "concurrency: 0"), "0.34", 0), 0);
  EXPECT_EQ(concurrency(kTwoFunctionsMapping, "unlimited", 1), 0);
  const config::CsvTable table = table_of("unlimited,770,3,1200,1536,1,2.5,20,5,1500\n");
  EXPECT_THAT(complaint([&] {
                parse_mapping(kTwoFunctionsMapping, "map.yaml", table, two_functions()).protocol.users->read(table, 0);
              }),
              HasSubstr("unlimited"));
}

TEST(Mapping, SaysWhatIsWrongInIt) {
  EXPECT_THAT(complaint_about_mapping("column: mean, unit: s", "column: men, unit: s"),
              HasSubstr("map.yaml:14: targets.0.column: m.csv: expected a column \"men\", got none, did you mean"));
  EXPECT_THAT(complaint_about_mapping("column: mean, unit: s", "column: mean"),
              HasSubstr("expected a unit, one of s, ms, us, ns, got none"));
  EXPECT_THAT(complaint_about_mapping("column: first cpu, unit: m", "column: first cpu, unit: Mi"),
              HasSubstr("knobs.first.cpu.unit: expected a unit, one of m, cores, got \"Mi\""));
  EXPECT_THAT(complaint_about_mapping("function: second", "function: secnd"), HasSubstr("did you mean \"second\"?"));
  EXPECT_THAT(complaint_about_mapping("  second:\n", "  third:\n"), HasSubstr("got \"third\""));
  EXPECT_THAT(complaint_about_mapping("users: {column: users}", "users: 3, rate: 2/s"),
              HasSubstr("expected either users or rate, got both"));
  EXPECT_THAT(complaint_about_mapping("[200ms, 1s], scale: log", "[0s, 1s], scale: log"),
              HasSubstr("expected bounds above 0"));
  EXPECT_THAT(complaint_about_mapping("[200ms, 1s]", "[1s, 200ms]"), HasSubstr("expected bounds that rise"));
  EXPECT_THAT(complaint_about_mapping("[200ms, 1s]", "[200ms, 1]"), HasSubstr("expected bounds of one unit"));
  EXPECT_THAT(complaint_about_mapping("cpu_sharing.contention", "functions.first.serial"),
              HasSubstr("expected one parameter for functions.first.serial, got two"));
  EXPECT_THAT(complaint_about_mapping("window: 30s", "window: 30s, redeploy: false"),
              HasSubstr("every row is simulated by itself"));
  EXPECT_THAT(complaint_about_mapping("observe: completions", "observe: complete"), HasSubstr("one of completions"));
}

TEST(Mapping, ReadsNamesOfBeforeAndSaysWhatTheyAreNow) {
  const std::string text =
      with(with(kTwoFunctionsMapping, "latency_mean_s", "latency_mean"), "observe: completions", "observe: successes");
  const Mapping mapping = parse_mapping(text, "map.yaml", table_of(kRow), two_functions());
  EXPECT_EQ(mapping.targets[0].name, "latency_mean_s");
  EXPECT_EQ(mapping.targets[1].name, "completions");
  EXPECT_THAT(mapping.renamed,
              testing::ElementsAre("latency_mean is now latency_mean_s", "successes is now completions"));
}

TEST(Mapping, AmountsAreWrittenAsTheyAreRead) {
  for (const std::string text : {"860ms", "380Mi", "500m", "5/s", "0.16", "-0.5"}) {
    const config::YamlNode node = config::parse_yaml_value(text, "test");
    const auto [value, dimension] = prediction::read_amount({node, ""});
    const config::YamlNode again = config::parse_yaml_value(prediction::format_amount(value, dimension), "test");
    EXPECT_EQ(prediction::read_amount({again, ""}), std::pair(value, dimension)) << text;
  }
}

TEST(ShippedMapping, ReadsThePapersMeasurements) {
  const auto file = tests::shared_file("data/faasconf/parallel_10users.csv");
  if (!file) GTEST_SKIP() << tests::kNoSharedData;
  const sim::WorkflowSpec workflow = config::read_experiment("parallel").scenario.workflow;
  const config::CsvTable table = config::read_table(*file);
  const Mapping mapping = read_mapping(config::find_shipped("paper-parallel-mapping"), table, workflow);
  const Measurements measurements = read_measurements(table, mapping, workflow);
  EXPECT_GE(measurements.rows.size(), 909U);
  const MeasuredRow& first = measurements.rows.front();
  const sim::FunctionConfiguration expected{.cpu = {1740}, .memory = {1248}, .replicas = 7, .concurrency = 3};
  EXPECT_EQ(first.configuration.functions[workflow.find("starter")->index], expected);
  EXPECT_DOUBLE_EQ(first.observed[0], 12.273846864700317);
  EXPECT_DOUBLE_EQ(first.observed[3], 17.0 / 20);
}

}  // namespace
}  // namespace faasconf::experiments::calibration
