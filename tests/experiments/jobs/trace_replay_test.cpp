#include "experiments/jobs/trace_replay.hpp"

#include <chrono>
#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "experiments/jobs/replay_record.hpp"
#include "experiments/jobs/replay_table.hpp"
#include "tests/experiments/jobs/trace_folder.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// One function, with a call in minutes 0, 5 and 20, of which the last one comes after the keep-alive.
traces::Trace three_calls() {
  return {.functions = {traces::function_of("f", {{0, 1}, {5, 1}, {20, 1}})}, .origin = "made\nup"};
}

TraceReplayJob three_calls_of_a_second(const TraceFolder& folder) {
  TraceReplayJob job{.trace = folder.trace()};
  job.model = {.start_up_s = sim::Deterministic{2}, .duration_s = 1, .app_memory = {1024}};
  job.replay.arrivals.pattern = traces::ArrivalPattern::burst;
  return job;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(TraceReplayJob, TellsColdStartsAndWaste) {
  const TraceFolder folder("replay-job", three_calls());
  const TraceReplayResult result = run(three_calls_of_a_second(folder));
  EXPECT_EQ(result.replay.calls.calls, 3U);
  EXPECT_EQ(result.replay.calls.cold, 2U);
  EXPECT_EQ(result.replay.functions.size(), 1U);
  EXPECT_EQ(result.trace.functions.front().function, "f");
  EXPECT_EQ(result.without_duration, 1U);
  EXPECT_EQ(result.without_memory, 1U);
  EXPECT_EQ(result.cold_shares.functions, 1U);
  EXPECT_GT(result.price, 0);
  EXPECT_FALSE(result.cluster_use);
  EXPECT_EQ(result.origin,
            "made up; replayed: policy fixed, instances of functions, keep-alive 10m, concurrency 1, start-up 2s, "
            "durations percentiles, duration 1s, app-memory 1Gi, arrivals burst, seed 1, billing exact");
  EXPECT_TRUE(folder.outputs().empty());
}

TEST(TraceReplayJob, WritesARowAFunction) {
  const TraceFolder folder("replay-job-rows", three_calls());
  TraceReplayJob job = three_calls_of_a_second(folder);
  job.out = folder.path("functions.csv");
  const TraceReplayResult result = run(job);
  const std::vector<std::string> lines = lines_of(job.out);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_THAT(lines[0], StartsWith("# faasconf: {"));
  EXPECT_EQ(lines[1], "# origin: " + result.origin);
  EXPECT_THAT(lines[3], StartsWith("o,a,f,http,3,0,2,"));

  // the same rows of the result alone
  write_functions(folder.path("again.csv"), result);
  EXPECT_EQ(lines_of(folder.path("again.csv")).back(), lines.back());
}

TEST(TraceReplayJob, SharesTheNodesOfAClusterWhereThereIsOne) {
  const TraceFolder folder("replay-job-cluster", three_calls());
  TraceReplayJob job = three_calls_of_a_second(folder);
  job.cluster.emplace();
  job.cluster->cluster.nodes = {sim::NodeSpec{}};
  const TraceReplayResult result = run(job);
  EXPECT_EQ(result.replay.calls.cold, 2U);
  ASSERT_TRUE(result.cluster_use);
  EXPECT_NEAR(*result.cluster_use, 3 / (8 * 86'400.0), 1e-12);
}

TEST(TraceReplayJob, KeepsRecordedCalls) {
  const TraceFolder folder("replay-job-2021");
  write_file(folder.path("2021.txt"), "app,func,end_timestamp,duration\na,f,1.5,0.5\na,g,70,1\na,f,90,2\n");
  const TraceReplayResult result = run(TraceReplayJob{.trace = {.path = folder.path("2021.txt")}});
  EXPECT_EQ(result.replay.calls.calls, 3U);
  EXPECT_DOUBLE_EQ(result.replay.calls.execution_s, 3.5);
}

TEST(TraceReplayJob, IsTheSameForAnyNumberOfThreads) {
  const TraceFolder folder("replay-job-threads");
  TraceReplayJob job{.trace = folder.trace()};
  job.replay.policy = traces::HybridHistogram{};
  const TraceReplayResult alone = run(job);
  job.threads = 3;
  EXPECT_EQ(run(job).replay.functions, alone.replay.functions);
}

TEST(TraceReplayJob, RecordsWhatDecidesTheReplay) {
  TraceReplayJob job;
  const auto yaml = [&] { return results::job_yaml(record_of(job, {}).job); };
  EXPECT_THAT(yaml(), HasSubstr("keep_alive: 10m"));
  EXPECT_THAT(yaml(), HasSubstr("app_memory: "));
  EXPECT_THAT(yaml(), HasSubstr("cluster: none"));
  const std::string identity = results::identity(record_of(job, {}));
  job.threads = 5;
  EXPECT_EQ(results::identity(record_of(job, {})), identity);
  job.cluster.emplace();
  EXPECT_THAT(yaml(), HasSubstr("cpu_share: 1"));
  EXPECT_NE(results::identity(record_of(job, {})), identity);
}

TEST(TraceReplayJob, IsDescribedInWords) {
  TraceReplayJob job;
  job.replay.policy = traces::HybridHistogram{};
  job.replay.tenancy = traces::Tenancy::app;
  job.replay.metering = traces::kAzureMetering;
  job.model.start_up_s = sim::Exponential{0.5};
  job.cluster.emplace();
  job.cluster->cluster.nodes = {sim::NodeSpec{}};
  job.cluster->cluster.nodes.front().count = 2;
  job.cluster->cluster.evict_idle = true;
  const std::string text = described(job);
  EXPECT_THAT(text, StartsWith("policy hybrid, instances of apps, concurrency 1, start-up "));
  EXPECT_THAT(text, HasSubstr("billing azure, clusters 1, nodes 2, node-cores 8, node-memory 32Gi, "));
  EXPECT_THAT(text, HasSubstr("app-memory 140M, "));
  EXPECT_THAT(text, HasSubstr("placement spread, evict-idle, cpu "));
}

TEST(TraceReplayJob, EndsWhereItIsCancelled) {
  const TraceFolder folder("replay-job-cancelled", traces::many_functions(30));
  TraceReplayJob job{.trace = folder.trace()};
  job.out = folder.path("functions.csv");
  expect_ends_where_it_is_cancelled(job, folder);
  job.cluster.emplace();
  job.cluster->cluster.nodes = {sim::NodeSpec{}};
  expect_ends_where_it_is_cancelled(job, folder);
}

}  // namespace
}  // namespace faasconf::experiments::jobs
