#include "experiments/jobs/simulate.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::jobs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Three users for two minutes, three times.
SimulateJob short_job() {
  SimulateJob job{.experiment = config::read_experiment("parallel"), .warm_up = 0s};
  config::become<sim::ClosedLoop>(job.experiment.scenario.workload).users = 3;
  job.experiment.duration = 2min;
  job.experiment.replications = 3;
  return job;
}

double mean_latency_s(const SimulateResult& result, std::size_t case_index = 0) {
  return result.summary.row(case_index, "", "latency_mean_s").over_replications.mean().value();
}

std::string complaint_about(const SimulateJob& job) {
  try {
    run(job);
  } catch (const BadValue& error) {
    return error.what();
  }
  return "";
}

// Cancels when told to, and counts how often it was asked.
struct Caller {
  std::atomic<bool> stop{false};
  std::atomic<int> asked{0};
  std::vector<Step> steps{};

  Progress progress() {
    return {.on_step = [this](const Step& step) { steps.push_back(step); }, .go_on = [this] { return ++asked, !stop; }};
  }
};

TEST(SimulateJob, AnswersWithValues) {
  const SimulateResult result = run(short_job());
  EXPECT_EQ(result.summary.case_names().size(), 1U);
  EXPECT_EQ(result.summary.replications(0), 3U);
  EXPECT_GT(mean_latency_s(result), 0);
  EXPECT_TRUE(result.cases.at(0).precise);
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.lost, "");
}

TEST(SimulateJob, TheNumberOfThreadsChangesNothing) {
  SimulateJob job = short_job();
  const SimulateResult one = run(job);
  job.threads = 3;
  const SimulateResult three = run(job);
  ASSERT_EQ(one.summary.rows().size(), three.summary.rows().size());
  EXPECT_EQ(mean_latency_s(one), mean_latency_s(three));
}

TEST(SimulateJob, SpellsOutWhatWasLeftOpen) {
  SimulateJob job = short_job();
  job.experiment.replications.reset();
  job.experiment.seed.reset();
  job.precision = 0.5;
  const SimulateResult result = run(job);
  EXPECT_EQ(result.experiment.replications, kReplicationsForPrecision);
  EXPECT_EQ(result.experiment.seed, kSeed);
  EXPECT_EQ(config::parse_experiment(result.experiment.resolved, "resolved.yaml").duration, 2min);
}

TEST(SimulateJob, LastsAsLongAsItsProfile) {
  SimulateJob job = short_job();
  job.experiment.duration.reset();
  job.experiment.scenario.workload.profile =
      config::parse_profile("start_s,users\n0,2\n60,3\n120,1\n", "p.csv").profile;
  EXPECT_EQ(run(job).experiment.duration, 3min);
  job.experiment.duration = 1min;
  EXPECT_EQ(run(job).experiment.duration, 1min);
}

TEST(SimulateJob, FindsTheWarmUpUnlessTold) {
  SimulateJob job = short_job();
  job.warm_up.reset();
  job.experiment.duration = 10min;
  Caller caller;
  const SimulateResult found = run(job, caller.progress());
  EXPECT_LT(found.warm_up, 5min);
  EXPECT_EQ(found.warm_up_rule, WarmUpRule::found);
  EXPECT_EQ(caller.steps.at(0).label, found.summary.case_names().at(0) + ": warm-up");
  job.warm_up = 1min;
  EXPECT_EQ(run(job).warm_up, 1min);
}

// Oracle: the windows themselves.
TEST(SimulateJob, LeavesOutTheWholeWindowsThatItSays) {
  SimulateJob job = short_job();
  for (const sim::Duration asked : {1s, 30s, 31s, 45s, 60s, 90s}) {
    job.warm_up = asked;
    const SimulateResult result = run(job);
    EXPECT_GE(result.warm_up, asked);
    EXPECT_LT(result.warm_up, asked + 30s);
    EXPECT_EQ(result.warm_up % 30s, 0s);
    EXPECT_EQ(result.summary.counted().warm_up, result.warm_up);
    EXPECT_EQ(result.summary.counted().length, 2min - result.warm_up);
  }
}

// Alone, one case would leave out less than the other.
TEST(SimulateJob, LeavesTheSameWarmUpOutOfAllCases) {
  SimulateJob job = short_job();
  job.warm_up.reset();
  config::become<sim::ClosedLoop>(job.experiment.scenario.workload).users = 12;
  job.experiment.duration = 10min;
  const sim::WorkflowSpec& workflow = job.experiment.scenario.workflow;
  const std::string folder = "experiments/configs/";
  job.experiment.configurations = {{"lean", config::read_configuration(folder + "demo-lean.yaml", workflow)},
                                   {"ample", config::read_configuration(folder + "demo-ample.yaml", workflow)}};
  std::vector<sim::Duration> alone;
  for (const config::NamedConfiguration& one : job.experiment.configurations) {
    SimulateJob of_one = job;
    of_one.experiment.configurations = {one};
    alone.push_back(run(of_one).warm_up);
  }
  ASSERT_NE(alone[0], alone[1]);
  const SimulateResult both = run(job);
  EXPECT_EQ(both.warm_up, std::max(alone[0], alone[1]));
  EXPECT_EQ(both.summary.counted().length, 10min - both.warm_up);
}

TEST(SimulateJob, LeavesNoWarmUpOutWherePoliciesThatChangeTheConfigurationAreCompared) {
  SimulateJob job = short_job();
  job.warm_up.reset();
  job.experiment.policies = {{}, {.kind = sim::HpaParameters{}}};
  const SimulateResult result = run(job);
  EXPECT_EQ(result.warm_up, 0s);
  EXPECT_EQ(result.warm_up_rule, WarmUpRule::none_with_transients);
  job.warm_up = 30s;
  EXPECT_EQ(run(job).warm_up, 30s) << "asked for, it is left out of both";
}

TEST(SimulateJob, TellsHowThePromiseFared) {
  SimulateJob job = short_job();
  job.experiment.scenario.workflow.promise = sim::published_promise(job.experiment.scenario.workflow.qos);
  const SimulateResult result = run(job);
  const results::PromiseOutcome outcome = result.promise.outcome(0).value();
  EXPECT_EQ(outcome.judged, 3U * 4);
  EXPECT_EQ(static_cast<double>(outcome.kept) / 12, result.summary.row(0, "", "periods_kept").over_replications.mean());
}

TEST(SimulateJob, StopsAtTheWantedPrecision) {
  SimulateJob job = short_job();
  job.experiment.replications.reset();
  job.precision = 0.2;
  const SimulateResult reached = run(job);
  EXPECT_TRUE(reached.cases.at(0).precise);
  EXPECT_LT(reached.summary.replications(0), 100U);
  job.precision = 1e-6;
  job.experiment.replications = 3;
  EXPECT_FALSE(run(job).cases.at(0).precise);
}

TEST(SimulateJob, ComparesItsCasesUnderCommonRandomNumbers) {
  SimulateJob job = short_job();
  job.experiment.configurations.push_back({"same", job.experiment.configurations.at(0).configuration});
  const SimulateResult result = run(job);
  ASSERT_EQ(result.cases.size(), 2U);
  EXPECT_EQ(mean_latency_s(result, 0), mean_latency_s(result, 1));
}

TEST(SimulateJob, WritesTheResultFileThatItNames) {
  const tests::ScratchFolder folder;
  SimulateJob job = short_job();
  job.result_path = folder / "run.h5";
  job.spans = true;
  EXPECT_EQ(run(job).lost, "");
  EXPECT_GT(std::filesystem::file_size(job.result_path), 0U);
}

TEST(SimulateJob, KeepsTheSummaryWhereTheResultFileCannotBeWritten) {
  SimulateJob job = short_job();
  job.result_path = "no/such/folder/run.h5";
  const SimulateResult result = run(job);
  EXPECT_NE(result.lost, "");
  EXPECT_EQ(result.summary.replications(0), 3U);
}

TEST(SimulateJob, TellsHowManyReplicationsAreDone) {
  Caller caller;
  run(short_job(), caller.progress());
  std::vector<std::uint64_t> done;
  for (const Step& step : caller.steps) {
    if (step.total == 3) done.push_back(step.done);
  }
  EXPECT_THAT(done, ElementsAre(0, 1, 2, 3));
}

TEST(SimulateJob, RefusesValuesThatCannotBe) {
  const auto complaint = [](const auto& change) {
    SimulateJob job = short_job();
    change(job);
    return complaint_about(job);
  };
  EXPECT_EQ(complaint([](SimulateJob& job) { job.experiment.scenario.window = 0s; }), "window: expected more than 0s");
  EXPECT_EQ(complaint([](SimulateJob& job) { job.experiment.duration = 10s; }),
            "duration: expected at least one window of 30s, got \"10s\"");
  EXPECT_EQ(complaint([](SimulateJob& job) { job.warm_up = 2min; }),
            "warm-up: expected a window of 30s to remain of 2m, got \"2m\"");
  EXPECT_EQ(complaint([](SimulateJob& job) { job.warm_up = 91s; }),
            "warm-up: expected a window of 30s to remain of 2m, got \"1m31s\"");
  EXPECT_EQ(complaint([](SimulateJob& job) { job.warm_up = -1s; }), "warm-up: expected 0s or more, got \"-1s\"");
  EXPECT_EQ(complaint([](SimulateJob& job) { job.experiment.replications = 0; }),
            "replications: expected at least 1, got 0");
  EXPECT_EQ(complaint([](SimulateJob& job) { job.precision = 0; }), "precision: expected more than 0%");
  EXPECT_EQ(complaint([](SimulateJob& job) { job.spans = true; }),
            "spans: expected a result file, where they are written");
}

TEST(SimulateJob, CancelledKeepsTheReplicationsThatAreComplete) {
  const tests::ScratchFolder folder;
  SimulateJob job = short_job();
  job.experiment.replications = 1'000'000;
  job.result_path = folder / "run.h5";
  Caller caller;
  Progress progress = caller.progress();
  progress.on_step = [&](const Step& step) { caller.stop = step.done == 2; };
  const SimulateResult result = run(job, progress);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.summary.replications(0), 2U);
  job.result_path.clear();
  job.experiment.replications = 2;
  EXPECT_EQ(mean_latency_s(result), mean_latency_s(run(job)));
  EXPECT_TRUE(std::filesystem::exists(folder / "run.h5"));
}

// A replication that would take hours is left in the midst of its first window.
TEST(SimulateJob, CancelledLeavesAWindowOfManyHours) {
  const tests::ScratchFolder folder;
  SimulateJob job = short_job();
  job.experiment.scenario.window = 100'000h;
  job.experiment.duration = 100'000h;
  job.result_path = folder / "run.h5";
  Caller caller;
  Progress progress = caller.progress();
  progress.go_on = [&] { return ++caller.asked < 10; };
  const SimulateResult result = run(job, progress);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.summary.replications(0), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder / "run.h5"));
}

TEST(SimulateJob, CancelledLeavesTheSearchForTheWarmUp) {
  SimulateJob job = short_job();
  job.warm_up.reset();
  job.experiment.duration = 10'000h;
  Caller caller;
  caller.stop = true;
  const SimulateResult result = run(job, caller.progress());
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(caller.steps.size(), 1U);
}

}  // namespace
}  // namespace faasconf::experiments::jobs
