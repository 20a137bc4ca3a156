#include "experiments/jobs/evaluate.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include <gmock/gmock.h>

#include "experiments/config/policy_files.hpp"
#include "experiments/results/result_file.hpp"
#include "sim/core/error.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kExperiment =
    "workflow: {name: w, functions: {f: {serial: 500ms}}, entry: f}\n"
    "workload: {closed_loop: {users: 1, think_time: 500ms}}\n"
    "configurations:\n"
    "  lean: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}\n"
    "  ample: {cpu: 1, memory: 1Gi, replicas: 4, concurrency: 1}\n"
    "policies: [fixed, hpa:lean]\n";

EvaluateJob small_job() {
  EvaluateJob job{.experiment = config::parse_experiment(kExperiment, "e.yaml"), .loads = {}, .seeds = 3};
  for (const int users : {2, 5}) job.loads.push_back(steady_load(job.experiment, users, 4));
  return job;
}

TEST(EvaluateJob, HoldsPoliciesAgainstEachOther) {
  const EvaluateResult result = run(small_job());
  EXPECT_FALSE(result.interrupted);
  EXPECT_THAT(result.evaluation.policies, ElementsAre("lean", "ample", "hpa"));
  EXPECT_THAT(result.evaluation.loads, ElementsAre("2 users", "5 users"));
  EXPECT_EQ(result.evaluation.seeds, 3U);
  EXPECT_EQ(evaluation::knowledge_of(result.plan).back(), sim::LoadKnowledge::past);
  const std::size_t price = evaluation::criterion_named("price");
  EXPECT_DOUBLE_EQ(result.verdicts.at(1).at(price)->mean.estimate, 4 * result.verdicts.at(0).at(price)->mean.estimate);
}

TEST(EvaluateJob, RecordsWhatWasRun) {
  const EvaluateResult result = run(small_job());
  EXPECT_EQ(result.experiment.replications, 3U);
  EXPECT_EQ(result.experiment.seed, 1U);
  EXPECT_THAT(result.experiment.resolved, HasSubstr("replications: 3\nseed: 1\n"));
}

// A table of configurations is told by its contents, not by its place.
TEST(EvaluateJob, WritesAnIdentityThatKnowsNoFolders) {
  const std::filesystem::path folder = scratch_folder("evaluate-job-identity");
  const auto identity = [&](const std::string& name, const std::string& replicas) {
    std::filesystem::create_directories(folder / name);
    const std::string table = (folder / name / "t.yaml").string();
    write_file(table, "table: [{users: 2, configuration: {cpu: 1, memory: 1Gi, replicas: " + replicas +
                          ", concurrency: 1}}]\n");
    EvaluateJob job = small_job();
    config::add_policy(job.experiment, "table:" + table, "--policy");
    const std::string path = (folder / name / "e.h5").string();
    write(path, run(job));
    const std::string table_of_runs = config::read_text_file(results::export_csv(path, folder / name).front());
    const std::size_t begin = table_of_runs.find("\"identity\":\"") + 12;
    return table_of_runs.substr(begin, table_of_runs.find('"', begin) - begin);
  };
  const std::string one = identity("one", "1");
  EXPECT_EQ(one.size(), 64U);
  EXPECT_EQ(identity("two", "1"), one);
  EXPECT_NE(identity("three", "2"), one);
}

TEST(EvaluateJob, TakesProfilesAsLoads) {
  const std::filesystem::path path = scratch_folder("evaluate_job") / "day.csv";
  write_file(path, "start_s,users\n0,4\n60,8\n120,4\n");
  EvaluateJob job = small_job();
  job.loads = {profile_load(job.experiment, path.string(), "day")};
  EXPECT_THAT(job.loads[0].levels, ElementsAre(4, 4, 8, 8, 4, 4));
  EXPECT_EQ(job.experiment.inputs.back().path, path.string());
  EXPECT_THAT(run(job).evaluation.loads, ElementsAre("day"));
}

TEST(EvaluateJob, TakesTheExperimentsOwnLoad) {
  EvaluateJob job = small_job();
  sim::Workload& workload = job.experiment.scenario.workload;
  workload = {
      .source = sim::OpenLoop{.rate_per_s = 2, .process = sim::DeterministicArrivals{}}, .retry = {}, .profile = {}};
  const evaluation::EvaluatedLoad steady = own_load(job.experiment, 5);
  EXPECT_EQ(steady.name, "2 requests/s");
  EXPECT_EQ(steady.windows, 6U);
  EXPECT_TRUE(
      std::holds_alternative<sim::DeterministicArrivals>(std::get<sim::OpenLoop>(steady.workload.source).process));
  workload.profile =
      sim::Profile{.steps = {{sim::Time{}, 1}, {sim::Time(4 * job.experiment.scenario.window), 3}}, .origin = {}};
  const evaluation::EvaluatedLoad over_time = own_load(job.experiment, std::nullopt);
  EXPECT_THAT(over_time.levels, ElementsAre(1, 1, 1, 1, 3, 3, 3, 3)) << "as long as the profile";
  EXPECT_EQ(own_load(job.experiment, 2).windows, 3U);
  job.loads = {over_time};
  EXPECT_THAT(run(job).evaluation.loads, ElementsAre("profile"));
}

TEST(EvaluateJob, CountsLooksAtLoadsByTheirLevels) {
  const std::filesystem::path folder = scratch_folder("evaluate_job_looks");
  EvaluateJob job = small_job();
  const std::string ledger = (folder / "looks.csv").string();
  EXPECT_EQ(count_look(ledger, run(job)), 1U);
  job.seed = 99;
  for (evaluation::EvaluatedLoad& load : job.loads) load.name = "renamed " + load.name;
  EXPECT_EQ(count_look(ledger, run(job)), 2U);
}

TEST(EvaluateJob, CountsItsRuns) {
  std::vector<std::uint64_t> done;
  run(small_job(), {.on_step = [&done](const Step& step) {
        EXPECT_EQ(step.total, 18U) << "3 policies, 2 loads, 3 seeds";
        done.push_back(step.done);
      }});
  EXPECT_EQ(done.size(), 19U);
  EXPECT_TRUE(std::ranges::is_sorted(done));
}

TEST(EvaluateJob, KeepsTheSeedsThatAreCompleteWhenItIsCancelled) {
  std::uint64_t done = 0;
  const EvaluateResult result = run(
      small_job(), {.on_step = [&done](const Step& step) { done = step.done; }, .go_on = [&done] { return done < 8; }});
  EXPECT_EQ(done, 8U);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.evaluation.seeds, 1U);
  const EvaluateResult whole = run(small_job());
  for (std::size_t run = 0; run < 6; ++run) {
    EXPECT_THAT(result.evaluation.scores[run],
                testing::Pointwise(testing::NanSensitiveDoubleEq(), whole.evaluation.scores[run]));
  }
}

TEST(EvaluateJob, MayEndWithNothing) {
  EvaluateJob job = small_job();
  for (evaluation::EvaluatedLoad& load : job.loads) load.levels.assign(100'000, 5);
  std::atomic<int> asked = 0;
  const EvaluateResult result = run(job, {.on_step = {}, .go_on = [&asked] { return ++asked < 4; }});
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.evaluation.seeds, 0U);
  EXPECT_TRUE(result.verdicts.empty());
}

TEST(EvaluateJob, RefusesWhatCannotBeEvaluated) {
  const auto complaint_about = [](const auto& change) {
    EvaluateJob job = small_job();
    change(job);
    return complaint([&job] { run(job); });
  };
  EXPECT_EQ(complaint_about([](EvaluateJob& job) { job.loads.clear(); }), "loads: expected at least one, got none");
  EXPECT_EQ(complaint_about([](EvaluateJob& job) { job.seeds = 1; }), "seeds: expected at least 2, got 1");
  EXPECT_EQ(complaint_about([](EvaluateJob& job) { job.threads = 0; }), "threads: expected at least 1, got 0");
}

}  // namespace
}  // namespace faasconf::experiments::jobs
