#include "experiments/results/summary_tables.hpp"

#include <cmath>
#include <sstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "experiments/results/text_table.hpp"
#include "tests/experiments/results/run_with.hpp"

namespace faasconf::experiments::results {
namespace {

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
            "omitted, all zero: mean starting, mean outdated, mean draining, starting, pending, waiting, crashes\n");
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
            "mean over 4 replications, 95 % intervals (Student t); where one has no value, over the others");
}

TEST(ComparisonTable, OfOneCaseHasTotalsOfTheSpan) {
  Summary summary({"only"}, {"f"});
  summary.add(0, run_with(1));
  const std::string table = comparison_table(summary);
  EXPECT_THAT(table, testing::HasSubstr("\narrivals [requests] "));
  EXPECT_THAT(table, testing::Not(testing::HasSubstr("per hour")));
}

TEST(ComparisonTable, PairsTheReplicationsOfTwoCases) {
  Summary summary({"small", "größer"}, {"f"});
  for (const double latency_s : {1.0, 2.0, 3.0}) summary.add(0, run_with(latency_s));
  for (const double latency_s : {0.5, 1.6, 2.4}) summary.add(1, run_with(latency_s, 4.25));
  EXPECT_EQ(comparison_table(summary),
            "mean over 3 replications, 95 % intervals (Student t)\n"
            "difference: replications in pairs, since both cases meet the same random streams\n"
            "counted: 30 min of every case, after a warm-up of 2 min; totals per hour\n"
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
            "omitted, all zero: empty periods left out, windows left open at the end, broken by latency, broken\n"
            "  by served share, broken by number of successes, longest run of broken ones, timeouts, failures,\n"
            "  OOM kills, crashes of instances, pending at the end, cost by execution, memory billed, CPU billed,\n"
            "  CPU reserved, CPU wanted\n");
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
            "counted: 30 min of every case, after a warm-up of 2 min; totals per hour");
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
  EXPECT_THAT(
      comparison_table(summary),
      testing::HasSubstr("counted: 30 min of every case, from the start, no warm-up left out; totals per hour\n"));
}

TEST(Tables, NeverOmitThePromiseTheSuccessRatioAndRejections) {
  sim::Run nothing;
  nothing.total.functions.resize(1);
  nothing.total.success_ratio = 0;
  Summary one({"only"}, {"f"});
  Summary two({"a", "b"}, {"f"});
  one.add(0, nothing);
  two.add(0, nothing);
  two.add(1, nothing);
  for (const std::string& table : {comparison_table(one), comparison_table(two)}) {
    for (const char* row : {"\nperiods that kept the promise [%] ", "\nserved in time [%] ", "\nsuccess ratio [%] ",
                            "\nrejections [requests] "}) {
      EXPECT_THAT(table, testing::HasSubstr(row));
    }
    EXPECT_THAT(table, testing::ContainsRegex("omitted, all zero: ([^\n]*\n  )*[^\n]*timeouts"));
  }
  EXPECT_THAT(case_table(two, 0), testing::ContainsRegex("\ncalls and latency .*rejections"));
}

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
  std::ostringstream json;
  print_json(json, summary);
  EXPECT_THAT(json.str(), testing::HasSubstr(R"("mean":512.0,"low":511.0,"high":513.0)"));
  const std::string table = comparison_table(summary);
  EXPECT_THAT(table, testing::ContainsRegex("latency p99 \\[s\\] +2,048.0 ± 4.0 +2,048.0 ± 4.0 +0.0 ± 8.0\n"));
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
  std::stringstream lines;
  print_json(lines, summary);
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line);
    if (row["metric"] == "success_ratio") {
      EXPECT_EQ(row["high"], 1);
    }
  }
}

// --- what is seen first

std::string overview(const Summary& summary, const Outcomes& outcomes,
                     const std::vector<sim::LoadKnowledge>& knowledge = {}, bool paint = false) {
  std::ostringstream out;
  print_overview(out, summary, outcomes, knowledge, Paint(paint));
  return out.str();
}

PromiseOutcome outcome(std::uint64_t kept) { return {.judged_by = "periods", .kept = kept, .judged = 100}; }

// 1.5e-5 USD in half an hour: 1.5e-5 x 2 x 730 a month.
TEST(PricePerMonth, IsTheCostOfTheSpanInAMonthOf730Hours) {
  Summary summary({"only"}, {"f"});
  summary.add(0, run_with(1));
  EXPECT_NEAR(*price_per_month(summary, 0), 1.5e-5 * 2 * 730, 1e-12);
}

TEST(PricePerMonth, IsAbsentWithoutPricesInUsd) {
  Summary summary({"only"}, {"f"});
  sim::Run run = run_with(1);
  run.total.cost_window_usd = 0;
  summary.add(0, run);
  EXPECT_EQ(price_per_month(summary, 0), std::nullopt);
  EXPECT_THAT(overview(summary, {outcome(97)}), testing::ContainsRegex("\nprice \\(the paper's\\) +3\\.5\n"));
}

TEST(Overview, BeginsWithPromiseAndPrice) {
  Summary summary({"only"}, {"f"});
  sim::Run run = run_with(1);
  run.total.cost_window_usd = 2;
  summary.add(0, run);
  EXPECT_THAT(overview(summary, {outcome(97)}),
              testing::ContainsRegex("^case +only\n-+  -+\npromise +kept\nprice per month \\[USD\\] +2,920\n"));
}

TEST(Overview, OfNoPromiseHasNoWordOfIt) {
  Summary summary({"only"}, {"f"});
  summary.add(0, run_with(1));
  EXPECT_THAT(overview(summary, {std::nullopt}), testing::Not(testing::HasSubstr("promise")));
}

TEST(Overview, OfTwoCasesHasTheirDifference) {
  Summary summary({"small", "größer"}, {"f"});
  for (const double latency_s : {1.0, 2.0, 3.0}) summary.add(0, run_with(latency_s));
  for (const double latency_s : {0.5, 1.6, 2.4}) summary.add(1, run_with(latency_s, 4.25));
  const std::string table = overview(summary, {outcome(97), outcome(0)});
  EXPECT_THAT(table, testing::ContainsRegex("case +small +größer +größer - small\n"));
  EXPECT_THAT(table, testing::ContainsRegex("latency mean \\[s\\] +2.0 ± 2.5 +1.5 ± 2.4 +-0.50 ± 0.25\n"));
}

// Few cases stand beside each other, many below each other; neither is wider than a screen.
TEST(Overview, HasCasesAsRowsWhereThereAreMoreThanFour) {
  const std::string long_name = "hpa:target_utilization=0.5,interval=1m";
  for (const std::size_t cases : {4U, 5U}) {
    std::vector<std::string> names = {long_name};
    for (std::size_t i = 1; i < cases; ++i) names.push_back("case" + std::to_string(i));
    if (cases == 4) names[0] = "case0";
    Summary summary(names, {"f"});
    for (std::size_t i = 0; i < cases; ++i) {
      for (const double latency_s : {1.0, 2.0, 3.0}) summary.add(i, run_with(latency_s));
    }
    const std::string table = overview(summary, Outcomes(cases, outcome(99)));
    EXPECT_EQ(table.find("\ncase1 ") != std::string::npos, cases == 5) << table;
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), kScreenWidth) << line;
  }
}

TEST(Overview, NamesForecastsThatDiffer) {
  using enum sim::LoadKnowledge;
  Summary summary({"a", "b", "c"}, {"f"});
  for (std::size_t i = 0; i < 3; ++i) summary.add(i, run_with(1));
  const Outcomes outcomes(3, outcome(99));
  EXPECT_THAT(overview(summary, outcomes, {past, none, past}),
              testing::ContainsRegex("case +a +c +b\n.*\n.*\nforecast +history +history +none\n"));
  EXPECT_THAT(overview(summary, outcomes, {past, past, past}), testing::Not(testing::HasSubstr("forecast")));
}

TEST(Overview, StaysAlignedUnderEmphasis) {
  Summary summary({"a", "b", "c"}, {"f"});
  for (std::size_t i = 0; i < 3; ++i) summary.add(i, run_with(1));
  const Outcomes outcomes = {outcome(99), outcome(0), outcome(99)};
  std::string painted = overview(summary, outcomes, {}, true);
  EXPECT_THAT(painted, testing::HasSubstr("\x1b[1;31mbroken\x1b[0m"));
  EXPECT_THAT(painted, testing::HasSubstr("\x1b[1;32mkept\x1b[0m"));
  for (const std::string code : {"\x1b[1;31m", "\x1b[1;32m", "\x1b[0m"}) {
    while (painted.find(code) != std::string::npos) painted.erase(painted.find(code), code.size());
  }
  EXPECT_EQ(painted, overview(summary, outcomes));
}

TEST(Finding, NamesTheCheapestOfThoseThatKeepThePromiseFirst) {
  Summary summary({"dear", "cheap", "bad"}, {"f"});
  for (const auto& [index, usd] : {std::pair{0, 2.0}, std::pair{1, 1.0}, std::pair{2, 0.5}}) {
    sim::Run run = run_with(1);
    run.total.cost_window_usd = usd;
    summary.add(static_cast<std::size_t>(index), run);
  }
  EXPECT_EQ(
      finding(summary, {outcome(99), outcome(99), outcome(3)}),
      "promise kept by cheap (1,460 USD per month), dear (2,920 USD per month); broken by bad (730 USD per month)");
}

// Of 200 requests 10 are rejected, most by f, and 8 % are not served in time.
TEST(Losses, SayWhatBecameOfRequestsThatWereNotServedInTime) {
  Summary summary({"only"}, {"f"});
  sim::Run run = run_with(1);
  run.total.served_share = 0.92;
  run.total.requests.rejections = 10;
  summary.add(0, run);
  EXPECT_EQ(losses(summary, 0), "8 % of the requests not served in time: 5 % rejected (most by f), 3 % too late");
}

TEST(Losses, AreNoneWhereAllWereServed) {
  Summary summary({"only"}, {"f"});
  sim::Run run = run_with(1);
  run.total.served_share = 1;
  summary.add(0, run);
  EXPECT_EQ(losses(summary, 0), "");
}

}  // namespace
}  // namespace faasconf::experiments::results
