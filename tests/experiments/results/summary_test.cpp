#include "experiments/results/summary.hpp"

#include <cmath>
#include <sstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace faasconf::experiments::results {
namespace {

// A run of which only this is known.
sim::Run run_with(double latency_s, double price = 3.5) {
  sim::Run run;
  run.warm_up = std::chrono::minutes(2);
  run.total.length = std::chrono::minutes(30);
  run.total.functions.resize(1);
  sim::FunctionObservation& function = run.total.functions[0];
  function.calls.arrivals = 400;
  function.calls.rejections = 4;
  function.latency = sim::Latency{latency_s / 2, 0, 1, 2, 3};
  function.execution_mean_s = latency_s / 4;
  function.cpu_cores = 0.75;
  function.cpu_percent = 37.5;
  function.memory_share = 0.25;
  function.received_bytes_per_s = 2000;
  function.instances = 2;
  function.ready = 3;
  function.cold_starts = 5;
  function.concurrency_mean = 6;
  run.total.requests.arrivals = 200;
  run.total.latency = sim::Latency{latency_s, 1, 2, 3, 4};
  run.total.throughput_per_s = 2.5;
  run.total.success_ratio = 0.96;
  run.total.price = price;
  run.total.cost_window_usd = 1.5e-5;
  run.promise = {.periods = 10, .kept = 9};
  return run;
}

std::string printed(void (*print)(std::ostream&, const Summary&), const Summary& summary) {
  std::ostringstream out;
  print(out, summary);
  return out.str();
}

std::string comparison_table(const Summary& summary, const std::vector<sim::LoadKnowledge>& knowledge = {}) {
  std::ostringstream out;
  print_comparison_table(out, summary, knowledge);
  return out.str();
}

std::string case_table(const Summary& summary, std::size_t case_index) {
  std::ostringstream out;
  print_case_table(out, summary, case_index);
  return out.str();
}

TEST(Summary, HoldsTheMeanOverReplications) {
  Summary summary({"only"}, {"resize"});
  summary.add(0, run_with(1));
  summary.add(0, run_with(3));
  EXPECT_EQ(summary.replications(0), 2u);
  EXPECT_EQ(summary.row(0, "", "latency_mean_s").over_replications.mean(), 2);
  EXPECT_EQ(summary.row(0, "", "latency_mean_s").unit, "s");
  EXPECT_EQ(summary.row(0, "resize", "latency_mean_s").over_replications.mean(), 1);
  EXPECT_EQ(summary.row(0, "", "latency_mean_s").values, (std::vector<double>{1, 3}));
}

TEST(Summary, OfAnAbsentValueCountsOnlyTheReplicationsThatHaveOne) {
  Summary summary({"only"}, {"resize"});
  summary.add(0, run_with(1));
  sim::Run without = run_with(0);
  without.total.latency.reset();
  summary.add(0, without);
  const SummaryRow& row = summary.row(0, "", "latency_mean_s");
  EXPECT_EQ(row.over_replications.count(), 1u);
  EXPECT_TRUE(std::isnan(row.values[1]));
}

TEST(Summary, KeepsCasesApart) {
  Summary summary({"a", "b"}, {"resize"});
  summary.add(1, run_with(5));
  EXPECT_EQ(summary.row(0, "", "latency_mean_s").over_replications.count(), 0u);
  EXPECT_EQ(summary.row(1, "", "latency_mean_s").over_replications.mean(), 5);
  EXPECT_EQ(summary.row(1, "resize", "instances").over_replications.mean(), 2);
}

TEST(Summary, FindsRowsByTheNamesOfBefore) {
  Summary summary({"only"}, {"resize"});
  summary.add(0, run_with(1));
  EXPECT_EQ(summary.row(0, "", "latency_mean").metric, "latency_mean_s");
  EXPECT_EQ(summary.row(0, "resize", "received").metric, "received_bytes_per_s");
}

TEST(Summary, EveryRowHasAUnit) {
  const Summary summary({"a"}, {"f"});
  for (const SummaryRow& row : summary.rows()) EXPECT_NE(row.unit, "") << row.metric;
}

TEST(Summary, RefusesWhatItDoesNotKnow) {
  Summary summary({"a"}, {"f"});
  EXPECT_THROW(summary.row(0, "", "beauty"), std::out_of_range);
  EXPECT_THROW(summary.row(0, "g", "latency_mean_s"), std::out_of_range);
  EXPECT_THROW(summary.row(1, "", "latency_mean_s"), std::out_of_range);
  EXPECT_THROW(summary.add(1, run_with(1)), std::out_of_range);
  EXPECT_THROW(summary.add(0, sim::Run{}), std::invalid_argument);
}

// By hand: of 1 and 3 the mean is 2, the standard error 1, Student's t for one degree of freedom 12.706.
TEST(CaseTable, IsAlignedAndNamesUnits) {
  Summary summary({"small", "other"}, {"größer"});
  summary.add(0, run_with(1));
  summary.add(0, run_with(3));
  EXPECT_EQ(case_table(summary, 0),
            "mean over 2 replications, 95 % intervals (Student t)\n"
            "\n"
            "calls and latency  arrivals  latency mean  latency p75  latency p95  rejections\n"
            "                                      [s]          [s]          [s]\n"
            "-----------------  --------  ------------  -----------  -----------  ----------\n"
            "größer                  400     1.0 ± 6.4            1            2           4\n"
            "end to end              200        2 ± 13            2            3           0\n"
            "omitted, all zero: timeouts, failures, OOM kills\n"
            "\n"
            "resources  execution      CPU   per instance  memory  received\n"
            "                 [s]  [cores]  [% of a core]     [%]    [kB/s]\n"
            "---------  ---------  -------  -------------  ------  --------\n"
            "größer     0.5 ± 3.2     0.75           37.5      25         2\n"
            "omitted, all zero: throttled, throttled periods, sent\n"
            "\n"
            "instances  mean number         ready  in flight  cold starts\n"
            "                        [at the end]    [calls]      [calls]\n"
            "---------  -----------  ------------  ---------  -----------\n"
            "größer               2             3          6            5\n"
            "omitted, all zero: mean starting, mean outdated, mean draining, starting, pending, "
            "crashes\n");
}

TEST(CaseTable, OfOneReplicationHasNoIntervalsAndSaysSo) {
  Summary summary({"small", "other"}, {"größer"});
  summary.add(0, run_with(1.23456));
  const std::string table = case_table(summary, 0);
  EXPECT_EQ(table.substr(0, table.find('\n')), "one replication: no intervals");
  EXPECT_EQ(table.find("±"), std::string::npos);
  EXPECT_NE(table.find(" 1.235 "), std::string::npos);
}

TEST(CaseTable, SaysWhenReplicationsLackAValue) {
  Summary summary({"small", "other"}, {"f"});
  sim::Run without = run_with(0);
  without.total.latency.reset();
  for (int i = 0; i < 3; ++i) summary.add(0, without);
  summary.add(0, run_with(1));
  const std::string table = case_table(summary, 0);
  EXPECT_EQ(table.substr(0, table.find('\n')),
            "mean over 4 replications, 95 % intervals (Student t); where a replication has no value, over the others");
}

TEST(Summary, RefusesCasesOfDifferentSpans) {
  Summary summary({"a", "b"}, {"f"});
  summary.add(0, run_with(1));
  sim::Run other = run_with(1);
  other.warm_up = {};
  EXPECT_THROW(summary.add(1, other), std::invalid_argument);
}

TEST(CaseTable, OfTheOnlyCaseHasTheEndToEndMetricsToo) {
  Summary summary({"only"}, {"f"});
  summary.add(0, run_with(1));
  EXPECT_NE(case_table(summary, 0).find("\nprice (the paper's)"), std::string::npos);
}

// By hand: latencies 1, 2, 3 against 0.5, 1.6, 2.4 differ by 0.5, 0.4, 0.6: mean 0.5, standard error 0.0577,
// t for two degrees of freedom 4.303, so 0.5 -+ 0.25; unpaired: 0.5 -+ 2.776 sqrt(1 / 3 + 0.91 / 3) = 0.5 -+ 2.2.
TEST(ComparisonTable, PairsTheReplicationsOfTwoCases) {
  Summary summary({"small", "größer"}, {"f"});
  for (const double latency_s : {1.0, 2.0, 3.0}) summary.add(0, run_with(latency_s));
  for (const double latency_s : {0.5, 1.6, 2.4}) summary.add(1, run_with(latency_s, 4.25));
  EXPECT_EQ(
      comparison_table(summary),
      "mean over 3 replications, 95 % intervals (Student t)\n"
      "difference: replications in pairs, since both cases meet the same random streams\n"
      "counted: 30m of every case, after a warm-up of 2m; totals per hour\n"
      "\n"
      "end to end                             small     größer  größer - small\n"
      "---------------------------------  ---------  ---------  --------------\n"
      "arrivals [requests/h]                    400        400               0\n"
      "throughput [requests/s]                  2.5        2.5               0\n"
      "latency mean [s]                   2.0 ± 2.5  1.5 ± 2.4    -0.50 ± 0.25\n"
      "latency p50 [s]                            1          1               0\n"
      "latency p75 [s]                            2          2               0\n"
      "latency p95 [s]                            3          3               0\n"
      "latency p99 [s]                            4          4               0\n"
      "success ratio [%]                         96         96               0\n"
      "served in time [%]                         -          -               -\n"
      "periods that kept the promise [%]         90         90               0\n"
      "periods judged                            10         10               0\n"
      "rejections [requests/h]                    0          0               0\n"
      "replicas, mean                             2          2               0\n"
      "cold starts [calls/h]                     10         10               0\n"
      "price (the paper's)                      3.5       4.25           +0.75\n"
      "cost by window [USD/h]                  3e-5       3e-5               0\n"
      "omitted, all zero: empty periods left out, windows left open at the end, broken by latency, broken by served "
      "share, broken by number of "
      "successes, longest run of broken ones, timeouts, failures, OOM kills, crashes of instances, pending at the "
      "end, cost by execution, memory billed, CPU billed, CPU reserved, CPU wanted\n");
}

TEST(ComparisonTable, PairsOnlyReplicationsThatBothCasesHave) {
  Summary summary({"a", "b"}, {"f"});
  for (const double latency_s : {1.0, 2.0, 30.0}) summary.add(0, run_with(latency_s));
  for (const double latency_s : {2.0, 3.0}) summary.add(1, run_with(latency_s));
  const std::string table = comparison_table(summary);
  EXPECT_EQ(table.substr(0, table.find("\n\n")),
            "a: mean over 3 replications, 95 % intervals (Student t)\n"
            "b: mean over 2 replications, 95 % intervals (Student t)\n"
            "difference: replications in pairs, since both cases meet the same random streams\n"
            "counted: 30m of every case, after a warm-up of 2m; totals per hour");
  const std::size_t line = table.find("latency mean");
  EXPECT_TRUE(table.substr(line, table.find('\n', line) - line).ends_with("  +1")) << table;
}

TEST(ComparisonTable, PutsCasesTogetherWhosePoliciesKnowTheSameOfTheLoad) {
  using enum sim::LoadKnowledge;
  Summary summary({"a", "b", "c"}, {"f"});
  for (std::size_t i = 0; i < 3; ++i) summary.add(i, run_with(static_cast<double>(i)));
  const std::string table = comparison_table(summary, {past, none, past});
  EXPECT_THAT(table, testing::ContainsRegex("knowledge of the load +history +history +none\nend to end +a +c +b\n"));
  EXPECT_THAT(table, testing::ContainsRegex("latency mean \\[s\\] +0 +2 +1\n"));
  EXPECT_EQ(comparison_table(summary, {past, past, past}), comparison_table(summary));
}

TEST(ComparisonTable, SaysWhereNoWarmUpIsLeftOut) {
  Summary summary({"a", "b"}, {"f"});
  sim::Run run = run_with(1);
  run.warm_up = {};
  summary.add(0, run);
  EXPECT_THAT(comparison_table(summary),
              testing::HasSubstr("counted: 30m of every case, from the start, no warm-up left out; totals per hour\n"));
}

// Nobody should have to guess whether a promise that is not in the table was kept, or anything was served.
TEST(Tables, NeverOmitThePromiseTheSuccessRatioAndRejections) {
  sim::Run nothing;
  nothing.total.functions.resize(1);
  nothing.total.success_ratio = 0;
  Summary one({"only"}, {"f"});
  Summary two({"a", "b"}, {"f"});
  one.add(0, nothing);
  two.add(0, nothing);
  two.add(1, nothing);
  for (const std::string& table : {case_table(one, 0), comparison_table(two)}) {
    for (const char* row : {"\nperiods that kept the promise [%] ", "\nserved in time [%] ", "\nsuccess ratio [%] ",
                            "\nrejections [requests] "}) {
      EXPECT_THAT(table, testing::HasSubstr(row));
    }
    EXPECT_THAT(table, testing::ContainsRegex("omitted, all zero: [^\n]*timeouts"));
  }
  EXPECT_THAT(case_table(two, 0), testing::ContainsRegex("\ncalls and latency .*rejections"));
}

// Replications of 10,000 requests whose percentiles happen to be the same: known to 1/512 of themselves.
TEST(Intervals, AreNoNarrowerThanTheSketchOfPercentiles) {
  Summary summary({"a", "b"}, {"f"});
  sim::Run run = run_with(1);
  run.total.requests.completions = run.total.functions[0].calls.completions = 10'000;
  run.total.latency = sim::Latency{1, 512, 1024, 1536, 2048};
  run.total.functions[0].latency = run.total.latency;
  for (int i = 0; i < 3; ++i) {
    summary.add(0, run);
    summary.add(1, run);
  }
  for (const std::string function : {"", "f"}) {
    EXPECT_EQ(summary.row(0, function, "latency_mean_s").interval()->half_width, 0);
    EXPECT_EQ(summary.row(0, function, "latency_p50_s").interval()->half_width, 1);
    EXPECT_EQ(summary.row(0, function, "latency_p75_s").interval()->half_width, 2);
    EXPECT_EQ(summary.row(0, function, "latency_p95_s").interval()->half_width, 3);
    EXPECT_EQ(summary.row(0, function, "latency_p99_s").interval()->half_width, 4);
  }
  EXPECT_THAT(printed(print_json, summary), testing::HasSubstr(R"("mean":512.0,"low":511.0,"high":513.0)"));
  const std::string table = comparison_table(summary);
  EXPECT_THAT(table, testing::ContainsRegex("latency p99 \\[s\\] +2048.0 ± 4.0 +2048.0 ± 4.0 +0.0 ± 8.0\n"));
  EXPECT_THAT(table, testing::HasSubstr("\npercentiles of more than 4,096 requests: off by 0.2 % at most"));
  EXPECT_THAT(case_table(summary, 0), testing::HasSubstr("off by 0.2 % at most"));
}

TEST(Intervals, OfFewRequestsKnowPercentilesExactly) {
  Summary summary({"only"}, {"f"});
  sim::Run run = run_with(1);
  run.total.requests.completions = 4096;
  for (int i = 0; i < 2; ++i) summary.add(0, run);
  EXPECT_EQ(summary.row(0, "", "latency_p99_s").interval()->half_width, 0);
  EXPECT_THAT(case_table(summary, 0), testing::Not(testing::HasSubstr("off by")));
}

TEST(ComparisonTable, OfThreeCasesHasNoDifference) {
  Summary summary({"a", "b", "c"}, {"f"});
  for (std::size_t i = 0; i < 3; ++i) summary.add(i, run_with(1));
  const std::string table = comparison_table(summary);
  EXPECT_EQ(table.find("difference"), std::string::npos);
  EXPECT_EQ(table.find("b - a"), std::string::npos);
}

// .9 and 1: a mean of .95 and a half-width of .64, more than a share has room for.
TEST(Intervals, OfSharesStayWithinZeroAndOne) {
  Summary summary({"only"}, {"resize"});
  for (const double share : {0.9, 1.0}) {
    sim::Run run = run_with(1);
    run.total.success_ratio = share;
    summary.add(0, run);
  }
  const auto interval = interval_of(summary.row(0, "", "success_ratio"));
  EXPECT_NEAR(interval->low, 0.95 - 12.706 * 0.05, 1e-3);
  EXPECT_EQ(interval->high, 1);
  EXPECT_THAT(comparison_table(summary), testing::HasSubstr("95 [31, 100]"));
  std::istringstream lines(printed(print_json, summary));
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line);
    if (row["metric"] == "success_ratio") {
      EXPECT_EQ(row["high"], 1);
    }
  }
}

TEST(Intervals, OfOtherNumbersAreSymmetric) {
  Summary summary({"only"}, {"resize"});
  for (const double latency_s : {1.0, 3.0}) summary.add(0, run_with(latency_s));
  const auto interval = interval_of(summary.row(0, "", "latency_mean_s"));
  EXPECT_NEAR(interval->low, 2 - 12.706, 1e-3);
  EXPECT_NEAR(interval->high, 2 + 12.706, 1e-3);
}

TEST(Json, HasOneObjectALine) {
  Summary summary({"only"}, {"resize"});
  summary.add(0, run_with(1));
  summary.add(0, run_with(3));
  std::istringstream lines(printed(print_json, summary));
  std::string line;
  std::size_t count = 0;
  while (std::getline(lines, line)) {
    const auto object = nlohmann::json::parse(line);
    EXPECT_EQ(object.size(), 8u);
    if (object["metric"] == "latency_mean_s" && object["function"].is_null()) {
      EXPECT_EQ(object["case"], "only");
      EXPECT_EQ(object["unit"], "s");
      EXPECT_EQ(object["mean"], 2.0);
      EXPECT_NEAR(object["low"], 2 - 12.7062047, 1e-6);
      EXPECT_NEAR(object["high"], 2 + 12.7062047, 1e-6);
      EXPECT_EQ(object["replications"], 2);
    }
    ++count;
  }
  EXPECT_EQ(count, summary.rows().size());
}

TEST(Json, OfAbsentNumbersIsNull) {
  Summary summary({"only"}, {"resize"});
  sim::Run run = run_with(1);
  run.total.functions[0].latency.reset();
  summary.add(0, run);
  const std::string text = printed(print_json, summary);
  EXPECT_NE(
      text.find(R"({"case":"only","function":"resize","metric":"latency_mean_s","unit":"s","mean":null,"low":null,)"
                R"("high":null,"replications":0})"),
      std::string::npos);
  EXPECT_NE(text.find(R"({"case":"only","function":null,"metric":"latency_mean_s","unit":"s","mean":1.0,"low":null,)"
                      R"("high":null,"replications":1})"),
            std::string::npos);
}

}  // namespace
}  // namespace faasconf::experiments::results
