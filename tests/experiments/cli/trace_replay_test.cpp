#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// One app of two functions: f is called once at the beginning of each of these minutes, g never.
void write_day(const std::vector<int>& minutes) {
  std::string header = "HashOwner,HashApp,HashFunction,Trigger";
  std::string f = "o,a,f,http";
  std::string g = "o,a,g,queue";
  for (int minute = 0; minute < 1440; ++minute) {
    header += "," + std::to_string(minute + 1);
    f += std::count(minutes.begin(), minutes.end(), minute) > 0 ? ",1" : ",0";
    g += ",0";
  }
  write("day.csv", header + "\n" + f + "\n" + g + "\n");
}

json replay(const std::string& options) {
  const Ran ran = faasconf("trace replay " + options + " --json");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  return json::parse(ran.out);
}

std::vector<std::vector<std::string>> rows_of(const std::string& path) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream file(contents(path));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    rows.emplace_back();
    std::istringstream fields(line + ",");
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(field);
  }
  return rows;
}

// Calls at 0, 5 and 20 min of 1 s, 2 s of start-up, 512 MiB: the case that replay_test.cpp works out.
TEST(TraceReplay, SaysWhatColdStartsAndIdleInstancesCost) {
  const Elsewhere elsewhere;
  write_day({0, 5, 20});
  const json answer = replay(
      "day.csv --arrivals burst --keep-alive 10m --start-up 2s --duration 1s --app-memory 1Gi --price-gib-s 2 "
      "--price-million-calls 1000000 --out f.csv");
  EXPECT_EQ(answer["calls"], 3);
  EXPECT_EQ(answer["cold_starts"], 2);
  EXPECT_DOUBLE_EQ(answer["cold_share"], 2.0 / 3);
  EXPECT_DOUBLE_EQ(answer["latency_mean_s"], 7.0 / 3);
  EXPECT_DOUBLE_EQ(answer["latency_max_s"], 3);
  EXPECT_EQ(answer["functions_called"], 1);
  EXPECT_DOUBLE_EQ(answer["function_cold_share_p50"], 2.0 / 3);
  EXPECT_DOUBLE_EQ(answer["memory_wasted_gib_s"], 1497 / 2.0);
  EXPECT_NEAR(answer["price_usd"].get<double>(), 1.5 * 2 + 3, 1e-9);
  EXPECT_THAT(answer["origin"].get<std::string>(), HasSubstr("day.csv sha256 "));
  EXPECT_THAT(answer["settings"].get<std::string>(), HasSubstr("keep-alive 10m"));
  EXPECT_EQ(answer["files"], json::array({"f.csv"}));

  const auto rows = rows_of("f.csv");
  ASSERT_EQ(rows.size(), 3U);
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin());
  };
  for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
  EXPECT_EQ(rows[1][column("function")], "f");
  EXPECT_EQ(rows[1][column("cold")], "2");
  EXPECT_EQ(rows[1][column("idle_s")], "1497");
  EXPECT_EQ(rows[2][column("calls")], "0");
  EXPECT_EQ(rows[2][column("latency_p99_s")], "");
  EXPECT_EQ(rows[2][column("idle_mib_s")], "0");
  EXPECT_THAT(contents("f.csv"), StartsWith("# faasconf: {\"format\":\"faasconf-replay\","));
  EXPECT_THAT(contents("f.csv"), HasSubstr("\n# origin: Azure Functions 2019: day.csv sha256 "));
}

TEST(TraceReplay, PrintsATableAndWhatItAssumed) {
  const Elsewhere elsewhere;
  write_day({0, 5, 20});
  const Ran ran = faasconf("trace replay day.csv --start-up 2s");
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.out, HasSubstr("cold starts [% of the calls served]"));
  EXPECT_THAT(ran.out, HasSubstr("wasted [% of the memory loaded]"));
  EXPECT_THAT(ran.err,
              HasSubstr("the trace does not record the durations of 2 of 2 functions: took 950ms (--duration)"));
  EXPECT_THAT(ran.err, HasSubstr("the memory of the apps of 2 of 2 functions: took 140M (--app-memory)"));
  EXPECT_THAT(ran.err, Not(HasSubstr("rejected:")));
}

// Every 20 min: the hybrid policy unloads between calls, a keep-alive of 10 min loses the instance each time.
TEST(TraceReplay, TheHybridPolicyIsOfApps) {
  const Elsewhere elsewhere;
  write_day({0, 20, 40, 60, 80});
  EXPECT_EQ(replay("day.csv --arrivals burst")["cold_starts"], 5);
  const json hybrid = replay("day.csv --arrivals burst --policy hybrid --out f.csv");
  EXPECT_EQ(hybrid["cold_starts"], 1);
  EXPECT_EQ(hybrid["instances_pre_warmed"], 4);
  EXPECT_EQ(hybrid["apps"], 1);
  EXPECT_THAT(hybrid["settings"].get<std::string>(), StartsWith("policy hybrid, instances of apps"));
  EXPECT_EQ(rows_of("f.csv")[2].back(), "");  // said in the row of the app's first function
  EXPECT_FALSE(replay("day.csv --policy hybrid --instances function").contains("apps"));
}

TEST(TraceReplay, ThreadsChangeNothing) {
  const Elsewhere elsewhere;
  ASSERT_EQ(faasconf("trace synthesize --functions 60 --out t.h5").code, kDone);
  const json one = replay("t.h5 --threads 1 --policy hybrid --start-up 500ms --out one.csv");
  const json three = replay("t.h5 --threads 3 --policy hybrid --start-up 500ms --out three.csv");
  EXPECT_EQ(contents("one.csv"), contents("three.csv"));
  EXPECT_EQ(one["cold_starts"], three["cold_starts"]);
  EXPECT_EQ(one["latency_p95_s"], three["latency_p95_s"]);
  EXPECT_GT(one["calls"], 1000);
}

// The calls of a trace of 2021 keep their starts and durations, also through a store.
TEST(TraceReplay, KeepsRecordedCalls) {
  const Elsewhere elsewhere;
  write("2021.txt", "app,func,end_timestamp,duration\na,f,1.5,0.5\na,g,70,1\na,f,90,2\n");
  ASSERT_EQ(faasconf("trace convert 2021.txt --out t.h5").code, kDone);
  for (const std::string trace : {"2021.txt", "t.h5"}) {
    const json answer = replay(trace + " --out f.csv");
    EXPECT_EQ(answer["calls"], 3);
    EXPECT_DOUBLE_EQ(answer["latency_mean_s"], 3.5 / 3);
    EXPECT_EQ(answer["cold_starts"], 2);
    EXPECT_EQ(rows_of("f.csv")[1][13], "2.5");
  }
  EXPECT_NEAR(replay("t.h5 --nodes 1")["latency_mean_s"].get<double>(), 3.5 / 3, 1e-9);
}

TEST(TraceReplay, OnAClusterSaysWhatWasDenied) {
  const Elsewhere elsewhere;
  write_day({0, 5, 20});
  const std::string options = "trace replay day.csv --arrivals burst --duration 1s --app-memory 1Gi --start-up 2s ";
  const Ran roomy = faasconf(options + "--nodes 1 --json");
  ASSERT_EQ(roomy.code, kDone) << roomy.err;
  const json answer = json::parse(roomy.out);
  EXPECT_EQ(answer["cold_starts"], 2);
  EXPECT_DOUBLE_EQ(answer["memory_wasted_gib_s"], 1497 / 2.0);
  EXPECT_NEAR(answer["cluster_use"].get<double>(), 3 / (8 * 86'400.0), 1e-12);
  EXPECT_THAT(answer["settings"].get<std::string>(), HasSubstr("nodes 1, node-cores 8"));

  const Ran tight = faasconf(options + "--nodes 1 --node-memory 100Mi");
  EXPECT_EQ(tight.code, kDone);
  EXPECT_THAT(tight.err, HasSubstr("3 of 3 calls were rejected: no node had room for another instance"));
}

TEST(TraceReplay, ThreadsChangeNothingOnClustersEither) {
  const Elsewhere elsewhere;
  ASSERT_EQ(faasconf("trace synthesize --functions 60 --seed 2 --out d.h5").code, kDone);
  ASSERT_EQ(faasconf("trace select d.h5 --rank 11..60 --out t.h5").code, kDone);
  const std::string options =
      "t.h5 --policy hybrid --start-up 500ms --nodes 1 --node-cores 2 --cpu-request 250m --clusters 3 --evict-idle ";
  const json one = replay(options + "--threads 1 --out one.csv");
  const json three = replay(options + "--threads 3 --out three.csv");
  EXPECT_EQ(contents("one.csv"), contents("three.csv"));
  EXPECT_EQ(one["latency_p95_s"], three["latency_p95_s"]);
  EXPECT_EQ(one["instances_evicted"], three["instances_evicted"]);
  EXPECT_GT(one["instances_evicted"], 0);
  EXPECT_GT(one["instances_pre_warmed"], 0);
  EXPECT_THAT(one["settings"].get<std::string>(), HasSubstr("clusters 3"));
}

// 3 calls of 1 ms in 100 MiB, below what is free.
TEST(TraceReplay, BillsAsAzureDoes) {
  const Elsewhere elsewhere;
  write_day({0, 5, 20});
  const json answer = replay("day.csv --duration 1ms --app-memory 200Mi --billing azure");
  EXPECT_NEAR(answer["billed_gib_s"].get<double>(), 3 * .1 * 128 / 1024, 1e-12);
  EXPECT_EQ(answer["price_usd"], 0);
  EXPECT_GT(replay("day.csv --duration 1ms")["price_usd"], 0);
}

TEST(TraceReplay, ShowsItsProgressOnATerminalOnly) {
  const Elsewhere elsewhere;
  ASSERT_EQ(faasconf("trace synthesize --functions 40 --out t.h5").code, kDone);
  EXPECT_THAT(faasconf("trace replay t.h5 --threads 1", true).err, HasSubstr("replay"));
  EXPECT_THAT(faasconf("trace replay t.h5 --threads 1").err, Not(HasSubstr("\r")));
}

TEST(TraceReplay, SaysWhatItCannotUse) {
  const Elsewhere elsewhere;
  write_day({0});
  const auto expect_misused = [](const std::string& options, const std::string& message) {
    const Ran ran = faasconf("trace replay day.csv " + options);
    EXPECT_EQ(ran.code, kMisused) << options;
    EXPECT_EQ(ran.out, "") << options;
    EXPECT_THAT(ran.err, HasSubstr(message)) << options;
  };
  expect_misused("--policy lru", "--policy: expected fixed or hybrid");
  expect_misused("--keep-alive 10", "--keep-alive: ");
  expect_misused("--policy hybrid --keep-alive 10m", "--keep-alive: expected --policy fixed");
  expect_misused("--concurrency -1", "--concurrency: ");
  expect_misused("--app-memory 1", "--app-memory: ");
  expect_misused("--cpu-share 0.5", "--cpu-share: expected --nodes as well");
  expect_misused("--nodes 0", "--nodes: ");
  expect_misused("--nodes 2 --cpu-share 1.5", "--cpu-share: expected a number from 0 to 1, got \"1.5\"");
  expect_misused("--clusters 2", "--clusters: expected --nodes as well");
  expect_misused("--evict-idle", "--evict-idle: expected --nodes as well");
  expect_misused("--nodes 2 --clusters 0", "--clusters: ");
  expect_misused("--billing aws", "--billing: expected exact or azure");
  expect_misused("--price-gib-s nan", "--price-gib-s: expected a number");
  expect_misused("--threads 0", "--threads: ");
  expect_misused("--out no/f.csv", "--out: ");
  expect_misused("--plot no/f.png", "--plot: ");
  EXPECT_EQ(faasconf("trace replay none.csv").code, kMisused);
}

}  // namespace
}  // namespace faasconf::experiments::cli
