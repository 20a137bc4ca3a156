#include <filesystem>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/resource.h>

#include "experiments/config/experiment_file.hpp"
#include "experiments/results/text_table.hpp"
#include "tests/experiments/cli/in_process.hpp"
#include "tests/sim/model/queueing_theory.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kShort = "simulate parallel --users 3 --duration 2m --replications 3 ";

// Wrapped lines as one.
std::string one_line(std::string text) {
  for (std::size_t at = 0; (at = text.find("\n  ", at)) != std::string::npos;) text.replace(at, 3, " ");
  return text;
}

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

std::vector<std::string> split(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream stream(row);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

// The line of a metric end to end, of the first case that has it.
nlohmann::json metric(const std::vector<nlohmann::json>& lines, const std::string& name) {
  for (const auto& line : lines) {
    if (line.contains("metric") && line["metric"] == name && line["function"].is_null()) return line;
  }
  return {};
}

// Files cannot grow beyond a few bytes while this lives: a full disk.
class FullDisk {
 public:
  FullDisk() {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit full = before_;
    full.rlim_cur = 64;
    handler_ = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

TEST(SimulateCommand, TakesOneLoadOfAFileThatListsSeveral) {
  const Elsewhere elsewhere;
  const std::string line = "simulate parallel --quiet --duration 2m --replications 2 --set loads.users=[2,3] ";
  const Ran refused = faasconf(line);
  EXPECT_EQ(refused.code, kMisused);
  EXPECT_THAT(refused.err, testing::HasSubstr("faasconf simulate takes one load of them; say which with --users"));
  EXPECT_EQ(faasconf(line + "--users 3").code, kDone);
}

TEST(Simulate, PrintsTablesWithWhatWasRun) {
  const Ran ran = faasconf(kShort + "--seed 7");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("\nparallel under 3 users: 2 min in windows of 30 s; 3 replications; seed 7\n"),
                             HasSubstr("latency"), HasSubstr("±"), HasSubstr("\nprice per month [USD] ")));
  EXPECT_EQ(ran.err, "");
}

TEST(Simulate, PrintsTheConfiguration) {
  EXPECT_THAT(one_line(faasconf(kShort).out),
              HasSubstr("\nconfiguration middle: every function 1125m, 1152Mi, 4 replicas, concurrency 5\n"));
}

TEST(Simulate, ShowsTheRestWhereItIsAskedFor) {
  const std::string little = faasconf(kShort).out;
  EXPECT_THAT(little, AllOf(Not(HasSubstr("calls and latency")), HasSubstr("more: --by-function, --all\n")));
  const std::string more = faasconf(kShort + "--by-function").out;
  EXPECT_THAT(more, AllOf(StartsWith(little.substr(0, little.find("\nmeans over"))), HasSubstr("\ncalls and latency "),
                          Not(HasSubstr("cost by execution"))));
  const std::string all = faasconf(kShort + "--all").out;
  EXPECT_THAT(all, AllOf(HasSubstr("\ncalls and latency "), HasSubstr("\ncost by execution [mUSD] ")));
}

// Of every workflow that ships, everything there is.
TEST(Simulate, FitsAScreen) {
  for (const std::string workflow : {"sequential", "parallel", "branch", "tcktapp"}) {
    const std::string line = "simulate " + workflow + " --quiet --users 3 --duration 2m --replications 2 --all ";
    std::istringstream lines(faasconf(line + "--policy fixed --policy hpa --policy hpa:target_utilization=0.5 " +
                                      "--policy kpa --policy openfaas-autoscaler:target=20")
                                 .out);
    for (std::string one; std::getline(lines, one);) EXPECT_LE(results::display_width(one), 100U) << workflow << one;
  }
}

// Bold and colours are for people at a terminal who have not switched them off (no-color.org).
TEST(Simulate, HasEmphasisOnTerminalsOnly) {
  const auto answer = [](bool terminal) {
    std::ostringstream out;
    std::ostringstream err;
    run_cli(words(kShort + "--quiet"), {.out = out, .err = err, .out_is_terminal = terminal});
    return out.str();
  };
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  EXPECT_THAT(answer(true), HasSubstr("\x1b[1;33mpromise unjudged\x1b[0m"));
  EXPECT_THAT(answer(false), Not(HasSubstr("\x1b")));
  setenv("NO_COLOR", "1", 1);
  EXPECT_THAT(answer(true), Not(HasSubstr("\x1b")));
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  EXPECT_THAT(answer(true), Not(HasSubstr("\x1b")));
}

// Who reads the answer through a pipe that ends early still has the file.
TEST(Simulate, WritesBeforeItPrints) {
  const Elsewhere elsewhere;
  class SeesTheFile : public std::stringbuf {
    std::streamsize xsputn(const char* text, std::streamsize size) override {
      there = there && std::filesystem::exists("run.h5");
      return std::stringbuf::xsputn(text, size);
    }

   public:
    bool there = true;
  } reader;
  std::ostream out(&reader);
  std::ostringstream err;
  EXPECT_EQ(run_cli(words(kShort + "--out run.h5"), {.out = out, .err = err}), kDone);
  EXPECT_TRUE(reader.there);
  EXPECT_NE(reader.str(), "");
}

TEST(Simulate, AnswersOneJsonObjectALine) {
  const Ran ran = faasconf(kShort + "--json");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  const auto lines = json_lines(ran.out);
  EXPECT_EQ(lines.at(0)["workflow"], "parallel");
  EXPECT_EQ(lines.at(0)["replications"], 3);
  EXPECT_EQ(lines.at(0)["duration_s"], 120);
  EXPECT_GT(metric(lines, "latency_mean_s")["mean"], 0);
}

TEST(Simulate, TheNumberOfThreadsChangesNothing) {
  const Elsewhere elsewhere;
  const Ran one = faasconf(kShort + "--threads 1 --out one.h5 --spans");
  const Ran two = faasconf(kShort + "--threads 2 --out two.h5 --spans");
  EXPECT_EQ(one.code, kDone) << one.err;
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(contents("one.h5"), contents("two.h5"));
  EXPECT_FALSE(contents("one.h5").empty());
}

TEST(Simulate, AnotherSeedIsAnotherRun) {
  EXPECT_NE(metric(json_lines(faasconf(kShort + "--json --seed 1").out), "latency_mean_s"),
            metric(json_lines(faasconf(kShort + "--json --seed 2").out), "latency_mean_s"));
}

TEST(Simulate, ComparesPolicies) {
  const Elsewhere elsewhere;
  write("lean.yaml", "default: {cpu: 500m, memory: 512Mi, replicas: 2, concurrency: 4}\n");
  write("ample.yaml", "default: {cpu: 2, memory: 2Gi, replicas: 8, concurrency: 4}\n");
  const std::string both = kShort + "--config lean.yaml --config ample.yaml ";
  const auto lines = json_lines(faasconf(both + "--policy fixed --policy hpa:lean --policy kpa --json").out);
  std::vector<std::string> cases;
  for (std::size_t i = 0; i < 5; ++i) cases.push_back(lines.at(i)["case"]);
  EXPECT_THAT(cases, testing::ElementsAre("lean", "ample", "hpa", "kpa:lean", "kpa:ample"));
  const Ran ran = faasconf(both + "--policy hpb");
  EXPECT_EQ(ran.code, kMisused);
  EXPECT_THAT(ran.err, HasSubstr("--policy: expected one of fixed, openfaas, openfaas-autoscaler, hpa, kpa"));
  EXPECT_THAT(faasconf(both + "--policy hpa:interval=15").err, HasSubstr("--policy: interval: expected a duration"));
}

TEST(Simulate, ComparesAPolicyUnderSeveralParameters) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf(kShort + "--policy hpa --policy hpa:target_utilization=0.2,interval=1m --json --out run.h5");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  const auto lines = json_lines(ran.out);
  EXPECT_EQ(lines.at(0)["case"], "hpa");
  EXPECT_EQ(lines.at(1)["case"], "hpa:interval=1m,target_utilization=0.2");
  EXPECT_EQ(faasconf("export-csv run.h5 --out csv").code, kDone);
  EXPECT_THAT(contents("csv/functions.csv"),
              HasSubstr("instances,starting_mean,outdated_mean,draining_mean,in_transition,"
                        "reserved_core_s,wanted_core_s,ready,starting,pending,"
                        "concurrency_mean,queue_length_mean,"
                        "throttled_periods,cold_starts,crashes\n"));
}

const std::string kTable =
    "table:\n"
    "  - {users: 5, configuration: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 4}}\n"
    "  - {users: 25, configuration: {cpu: 2, memory: 2Gi, replicas: 8, concurrency: 4}}\n";

// Oracle: a table's configuration at its own number of users, fixed.
TEST(Simulate, LooksUpATableByTheUsers) {
  const Elsewhere elsewhere;
  write("t.yaml", kTable);
  write("five.yaml", "{cpu: 1, memory: 1Gi, replicas: 1, concurrency: 4}\n");
  const std::string line = "simulate parallel --quiet --config five.yaml --duration 5m --replications 2 --json ";
  const auto latency = [&](const std::string& options) {
    return metric(json_lines(faasconf(line + options).out), "latency_mean_s")["mean"].get<double>();
  };
  EXPECT_EQ(latency("--users 5 --policy table:t.yaml"), latency("--users 5"));
  EXPECT_EQ(latency("--users 5 --policy fixed:five.yaml"), latency("--users 5"));
  EXPECT_LT(latency("--users 15 --policy table:t.yaml"), latency("--users 15"));
}

TEST(Simulate, ComparesPoliciesOfAnExperimentWithTheirFiles) {
  const Elsewhere elsewhere;
  std::filesystem::create_directories("inputs");
  write("inputs/t.yaml", kTable);
  write("inputs/e.yaml", "workflow: parallel\nworkload: {closed_loop: {users: 5}}\npolicies: [fixed, table:t.yaml]\n");
  const Ran ran = faasconf("simulate inputs/e.yaml --duration 5m --replications 2 --out run.h5");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, testing::ContainsRegex("case +middle +t +t - middle\n(.*\n){2}forecast +none +perfect\n"));
  EXPECT_THAT(faasconf("simulate inputs/e.yaml --out inputs/t.yaml").err, HasSubstr("inputs/t.yaml"));
}

TEST(Simulate, SaysWhereNobodyKnowsTheUsers) {
  const Elsewhere elsewhere;
  write("t.yaml", kTable);
  const Ran ran = faasconf("simulate parallel --rate 1/s --duration 5m --policy table:t.yaml");
  EXPECT_EQ(ran.code, kMisused);
  EXPECT_EQ(ran.err, "faasconf: policy t: expected a closed loop, by whose users it decides, got another workload\n");
}

TEST(Simulate, ShowsWhatScalingToZeroSavesAndCosts) {
  const auto lines = json_lines(faasconf("simulate scale-to-zero --replications 3 --json").out);
  std::map<std::string, std::map<std::string, double>> means;
  for (const auto& line : lines) {
    if (line.contains("metric") && line["function"].is_null() && !line["mean"].is_null()) {
      means[line["case"]][line["metric"]] = line["mean"];
    }
  }
  ASSERT_EQ(means.size(), 3u);
  EXPECT_GT(means["kpa"]["cold_starts"], 10 * means["always-on"]["cold_starts"]);
  EXPECT_GT(means["kpa"]["latency_mean_s"], 2 * means["always-on"]["latency_mean_s"]);
  EXPECT_LT(means["kpa"]["price"], 0.9 * means["always-on"]["price"]);
}

// Oracle: M/M/4 at a load of 0.8 takes 1.7455 s on average, four M/M/1 take 5 s.
TEST(Simulate, ShowsWhatOneQueueBeforeAllReplicasBrings) {
  const auto latency_s = [](const std::string& options, const std::string& of) {
    const std::string line = "simulate one-queue --duration 2h --replications 4 --json ";
    for (const auto& row : json_lines(faasconf(line + options).out)) {
      const bool is_latency = row.contains("metric") && row["metric"] == "latency_mean_s" && row["function"].is_null();
      if (is_latency && row["case"] == of) return row["mean"].get<double>();
    }
    return 0.0;
  };
  EXPECT_NEAR(latency_s("", "configuration"), 1.7455, 0.1);
  EXPECT_NEAR(latency_s("--set workflow.functions.render.overflow=queue", "configuration"), 5, 0.6);
  EXPECT_LT(latency_s("", "hpa:target_utilization=0,target_queue_length=1"), 1.6);
}

TEST(Simulate, WarnsOfInstancesThatNoNodeHasRoomFor) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf(kShort + R"(--set workflow.cluster={"nodes":[{"cores":8,"memory":"8Gi"}]})");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("faasconf: warning: the cluster had no room for all instances"),
                    HasSubstr("  rgb: up to 4, in 12 of 12 windows, no capacity: they lack CPU and memory; each")));
  EXPECT_THAT(faasconf(kShort).err, Not(HasSubstr("warning")));
}

TEST(Simulate, StopsAtTheWantedPrecision) {
  const Ran ran = faasconf("simulate parallel --users 3 --duration 5m --precision 5% --json");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  const auto lines = json_lines(ran.out);
  EXPECT_EQ(lines.at(0)["precision_reached"], true);
  EXPECT_LT(lines.at(0)["replications"], 1000);
  const auto latency = metric(lines, "latency_mean_s");
  const double half_width = (latency["high"].get<double>() - latency["low"].get<double>()) / 2;
  EXPECT_LE(half_width, 0.05 * latency["mean"].get<double>());
}

TEST(Simulate, SaysWhenThePrecisionIsNotReached) {
  const std::string line = "simulate parallel --users 3 --duration 1m --precision 0.0001% --replications 3";
  EXPECT_THAT(faasconf(line).out, HasSubstr("NOT reached: wanted 0.0001 %"));
  EXPECT_EQ(json_lines(faasconf(line + " --json").out).at(0)["precision_reached"], false);
}

TEST(Simulate, ComparesConfigurationsUnderCommonRandomNumbers) {
  const Elsewhere elsewhere;
  write("lean.yaml", "default: {cpu: 500m, memory: 512Mi, replicas: 2, concurrency: 4}\n");
  std::filesystem::create_directory("b");
  write("b/same.yaml", contents("lean.yaml"));
  const Ran ran = faasconf(kShort + "--config lean.yaml --config b/same.yaml");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("lean"), HasSubstr("same - lean")));
  // the same configuration meets the same random numbers
  const auto lines = json_lines(faasconf(kShort + "--json --config lean.yaml --config b/same.yaml").out);
  EXPECT_EQ(lines.at(0)["case"], "lean");
  EXPECT_EQ(lines.at(1)["case"], "same");
  std::vector<double> means;
  for (const auto& line : lines) {
    if (line.contains("metric") && line["metric"] == "latency_mean_s" && line["function"].is_null()) {
      means.push_back(line["mean"]);
    }
  }
  ASSERT_EQ(means.size(), 2U);
  EXPECT_EQ(means[0], means[1]);
}

TEST(Simulate, TellsConfigurationsOfOneNameApart) {
  const Elsewhere elsewhere;
  std::filesystem::create_directory("b");
  write("lean.yaml", "default: {cpu: 500m, memory: 512Mi, replicas: 2, concurrency: 4}\n");
  write("b/lean.yaml", contents("lean.yaml"));
  EXPECT_THAT(faasconf(kShort + "--config lean.yaml --config b/lean.yaml").out, HasSubstr("b/lean.yaml"));
  const Ran twice = faasconf(kShort + "--config lean.yaml --config lean.yaml");
  EXPECT_EQ(twice.code, kMisused);
  EXPECT_THAT(twice.err, HasSubstr("\"lean.yaml\" given twice"));
}

TEST(Simulate, AProfileRulesTheDuration) {
  const Elsewhere elsewhere;
  write("profile.csv", "start_s,users\n0,2\n60,3\n120,1\n");
  const auto lines = json_lines(faasconf("simulate parallel --profile profile.csv --replications 2 --json").out);
  EXPECT_EQ(lines.at(0)["duration_s"], 180);
  EXPECT_EQ(lines.at(0)["warm_up_s"], 0);
  EXPECT_THAT(std::string(lines.at(0)["workload"]), HasSubstr("1 to 3 users"));
  const auto shorter =
      json_lines(faasconf("simulate parallel --profile profile.csv --replications 2 --duration 1m --json").out);
  EXPECT_EQ(shorter.at(0)["duration_s"], 60);
}

TEST(Simulate, TakesARateForAnOpenLoop) {
  const Ran ran = faasconf("simulate parallel --rate 0.5/s --duration 2m --replications 2");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("under 0.5 requests/s"));
}

TEST(Simulate, LeavesOutAWarmUpThatWasAskedFor) {
  const Ran ran = faasconf(kShort + "--warm-up 1m");
  EXPECT_THAT(ran.out, HasSubstr("the first 1 min of every replication left out"));
  EXPECT_THAT(faasconf(kShort + "--warm-up 0s").out, Not(HasSubstr("warm-up")));
}

// A warm-up of 45 s with windows of 30 s: 60 s are left out, and so it says everywhere. Oracle: the arrivals by window.
TEST(Simulate, SaysTheWarmUpThatItLeavesOut) {
  const Elsewhere elsewhere;
  const std::string line = "simulate parallel --duration 2m --replications 1 --warm-up 45s ";
  EXPECT_THAT(one_line(faasconf(line).out),
              HasSubstr("warm-up: the first 1 min of every replication left out: 45 s rounded up to "
                        "whole windows\n"));
  const auto lines = json_lines(faasconf(line + "--json --out run.h5").out);
  EXPECT_EQ(lines.at(0)["warm_up_s"], 60);
  EXPECT_EQ(lines.at(0)["counted_s"], 60);
  ASSERT_EQ(faasconf("export-csv run.h5 --out csv").code, kDone);
  std::istringstream windows(contents("csv/windows.csv"));
  std::string row;
  std::getline(windows, row);  // the record
  std::getline(windows, row);
  std::vector<std::string> names = split(row);
  const auto place = std::find(names.begin(), names.end(), "arrivals") - names.begin();
  double late = 0;
  for (int window = 0; std::getline(windows, row); ++window) {
    if (window >= 2) late += std::stod(split(row).at(static_cast<std::size_t>(place)));
  }
  EXPECT_EQ(metric(lines, "arrivals")["mean"], late);
}

TEST(Simulate, SaysAboveAComparisonWhatCounts) {
  const Elsewhere elsewhere;
  write("lean.yaml", "default: {cpu: 500m, memory: 512Mi, replicas: 2, concurrency: 4}\n");
  write("ample.yaml", "default: {cpu: 2, memory: 2Gi, replicas: 8, concurrency: 4}\n");
  const std::string both = kShort + "--config lean.yaml --config ample.yaml ";
  EXPECT_THAT(faasconf(both + "--all --warm-up 45s").out,
              HasSubstr("\ncounted: 1 min of every case, after a warm-up of 1 min; totals per hour\n"));
  const std::string transients = one_line(faasconf(both + "--all --policy fixed --policy hpa:lean").out);
  EXPECT_THAT(transients, HasSubstr("\nwarm-up: nothing left out, since policies that change the configuration are "
                                    "compared from the start"));
  EXPECT_THAT(transients, HasSubstr("\ncounted: 2 min of every case, from the start"));
}

TEST(Simulate, BeginsWithAVerdict) {
  const Elsewhere elsewhere;
  EXPECT_THAT(one_line(faasconf(kShort + "--promise published").out),
              testing::ContainsRegex("^middle: promise (kept|broken|undecided): [0-9]+ of 12 windows kept it, "));
  EXPECT_THAT(one_line(faasconf(kShort).out),
              StartsWith("middle: promise unjudged: there were no periods to judge; left out: 12 windows with too few "
                         "requests for a period"));
  EXPECT_THAT(std::string(json_lines(faasconf(kShort + "--json").out).at(0)["verdict"]), StartsWith("promise "));
  write(
      "none.yaml",
      "workflow: {name: none, functions: {f: {off_cpu: 1s, fixed: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}}},"
      " entry: f}\n"
      "workload: {closed_loop: {users: 1}}\n");
  const std::string none = "simulate none.yaml --duration 2m --replications 2 ";
  EXPECT_THAT(faasconf(none).out, StartsWith("no promise: the workflow makes none, so none is judged\n"));
  EXPECT_EQ(json_lines(faasconf(none + "--json").out).at(0)["promise"], "none");
  write("lean.yaml", "default: {cpu: 500m, memory: 512Mi, replicas: 2, concurrency: 4}\n");
  write("ample.yaml", "default: {cpu: 2, memory: 2Gi, replicas: 8, concurrency: 4}\n");
  EXPECT_THAT(one_line(faasconf(kShort + "--promise published --config lean.yaml --config ample.yaml").out),
              testing::ContainsRegex("^promise [^\n]*USD per month[^\n]*\nlean: promise [^\n]*\nample: promise "));
}

// Oracle: of M/M/10 with 2 requests/s and a mean service of 3 s, tests/sim/model/queueing_theory.hpp. Above 4,096
// samples intervals had no width, and missed it.
TEST(Simulate, HasIntervalsOfPercentilesThatContainTheExactOnes) {
  const Elsewhere elsewhere;
  write("q.yaml",
        "workflow:\n"
        "  name: q\n"
        "  functions:\n"
        "    f: {off_cpu: {law: exponential, mean: 3s}, overflow: queue,\n"
        "        fixed: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 10}}\n"
        "  entry: f\n"
        "workload: {open_loop: {rate: 2/s}, window: 1h}\n"
        "duration: 30h\n"
        "replications: 4\n");
  const auto lines = json_lines(faasconf("simulate q.yaml --json").out);
  for (const auto& [name, p] :
       {std::pair("latency_p50_s", .5), {"latency_p75_s", .75}, {"latency_p95_s", .95}, {"latency_p99_s", .99}}) {
    const double exact =
        sim::mmc_response_quantile(p, {.arrival_rate_per_s = 2, .service_rate_per_s = 1 / 3.0, .servers = 10});
    int found = 0;
    for (const auto& line : lines) {
      if (!line.contains("metric") || line["metric"] != name) continue;
      ++found;
      EXPECT_LE(line["low"].get<double>(), exact) << line;
      EXPECT_GE(line["high"].get<double>(), exact) << line;
      EXPECT_GE(line["high"].get<double>() - line["low"].get<double>(), 2 * exact / 512) << line;
    }
    EXPECT_EQ(found, 2) << name << " end to end and of the function";
  }
}

TEST(Simulate, TheRecordTellsWhatWasRun) {
  const Elsewhere elsewhere;
  ASSERT_EQ(faasconf(kShort + "--window 20s --attribution started --seed 9 --out run.h5").code, kDone);
  EXPECT_EQ(faasconf("export-csv run.h5 --out csv").code, kDone);
  // 3 replications of 6 windows, the header and the record
  const std::string windows = contents("csv/windows.csv");
  EXPECT_EQ(std::count(windows.begin(), windows.end(), '\n'), 2 + 3 * 6);
}

TEST(Simulate, MisuseIsFoundBeforeAnythingIsRun) {
  const Elsewhere elsewhere;
  const auto expect_misused = [](const std::string& line, const std::string& message) {
    const Ran ran = faasconf(line);
    EXPECT_EQ(ran.code, kMisused) << line;
    EXPECT_EQ(ran.out, "") << line;
    EXPECT_THAT(ran.err, AllOf(StartsWith("faasconf: "), HasSubstr(message), EndsWith("\n"))) << line;
  };
  expect_misused("simulate", "missing FILE");
  expect_misused("simulate no-such-file.yaml", "no-such-file.yaml");
  expect_misused(kShort + "--rate 3", "exclude one another");
  expect_misused(kShort + "--window 30", "--window: ");
  expect_misused("simulate parallel --duration 10s", "--duration: expected at least one window of 30s");
  expect_misused(kShort + "--warm-up 2m", "--warm-up: ");
  expect_misused(kShort + "--replications 0", "given more than once");
  expect_misused("simulate parallel --replications 0", "--replications: expected a whole number from 1");
  expect_misused(kShort + "--precision 1", "--precision: ");
  expect_misused(kShort + "--attribution ended", "expected completed, started or paper");
  expect_misused(kShort + "--threads none", "--threads: ");
  expect_misused(kShort + "--config none.yaml", "none.yaml");
  expect_misused(kShort + "--profile none.csv", "exclude");
  expect_misused("simulate parallel --profile none.csv", "none.csv");
  expect_misused(kShort + "--set no_such_key=1", "no_such_key");
  expect_misused(kShort + "--out missing/run.h5", "--out: the directory of \"missing/run.h5\" does not exist");
  expect_misused(kShort + "--out .", "got the directory \".\"");
  expect_misused(kShort + "--plot missing/run.png", "--plot: ");
  expect_misused(kShort + "--spans", "--spans: expected --out");
  expect_misused(kShort + "--redploy", "did you mean \"--redeploy\"?");
}

TEST(Simulate, AFullDiskLosesNoTables) {
  const Elsewhere elsewhere;
  const Ran good = faasconf(kShort);
  Ran ran;
  {
    const FullDisk full;
    ran = faasconf(kShort + "--out run.h5");
  }
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.out, good.out);
  EXPECT_THAT(ran.err, HasSubstr("faasconf: writing run.h5\n"));
  EXPECT_TRUE(std::filesystem::is_empty("."));
}

TEST(Simulate, CtrlCKeepsTheReplicationsThatWereDone) {
  const Elsewhere elsewhere;
  // a terminal whose first sign of a finished replication presses Ctrl-C
  class PressCtrlC : public std::stringbuf {
    std::streamsize xsputn(const char* text, std::streamsize size) override {
      const std::streamsize written = std::stringbuf::xsputn(text, size);
      if (!pressed_ && str().find("/s") != std::string::npos) {
        pressed_ = true;
        raise(SIGINT);
      }
      return written;
    }
    bool pressed_ = false;
  } keyboard;
  std::ostream err(&keyboard);
  std::ostringstream out;
  const auto args = words("simulate parallel --users 3 --duration 10m --replications 1000000 --threads 1 --out run.h5");
  EXPECT_EQ(run_cli(args, {.out = out, .err = err, .is_terminal = true}), kInterrupted);
  EXPECT_THAT(out.str(), HasSubstr("latency p95"));
  EXPECT_THAT(keyboard.str(), HasSubstr("interrupted"));
  EXPECT_EQ(faasconf("export-csv run.h5 --out csv").code, kDone);
}

TEST(Simulate, ShowsABarOnATerminalAndTakesItAway) {
  const std::string err = faasconf(kShort, true).err;
  EXPECT_THAT(err, AllOf(HasSubstr("] 0/3"), EndsWith("\r\x1b[K")));
  EXPECT_EQ(faasconf(kShort + "--quiet", true).err, "");
}

}  // namespace
}  // namespace faasconf::experiments::cli
