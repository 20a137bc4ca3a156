#include "experiments/sweep/run_sweep.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "experiments/config/experiment_file.hpp"
#include "experiments/jobs/simulate.hpp"
#include "experiments/sweep/cell.hpp"
#include "experiments/sweep/compare.hpp"
#include "experiments/sweep/journal.hpp"
#include "experiments/sweep/plan.hpp"
#include "experiments/sweep/sweep_status.hpp"
#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::sweep {
namespace {

using tests::read_file;
using tests::ScratchFolder;
using tests::write_file;

// A queue of its own, quick to simulate.
constexpr const char* kExperiment =
    "workflow:\n  name: one\n  functions:\n    f:\n      serial: {law: exponential, mean: 100ms}\n"
    "      overflow: queue\n"
    "      ranges: {cpu: [100m, 4], memory: [128Mi, 1Gi], replicas: [1, 8], concurrency: [1, 8]}\n"
    "  entry: f\n"
    "workload: {open_loop: {rate: 4/s}, window: 10s}\n"
    "configuration: {cpu: 1, memory: 128Mi, replicas: 1, concurrency: 1}\n"
    "duration: 60s\n";

struct Files {
  Files() { write_file(folder / "e.yaml", kExperiment); }

  Sweep sweep(const std::string& text) const {
    write_file(folder / "s.yaml", "experiment: e.yaml\n" + text);
    return read_sweep(folder / "s.yaml");
  }
  SweepJob job(const std::string& text, const std::string& out) const {
    return {.sweep = sweep(text), .folder = folder / out};
  }

  ScratchFolder folder;
};

constexpr const char* kTwoAxes =
    "axes: {workload.open_loop.rate: [2/s, 4/s, 6/s], configuration.replicas: [1, 2]}\n"
    "common: [configuration.replicas]\nreplications: 4\n";

std::string csv(const std::string& folder) {
  std::ostringstream text;
  export_csv(folder, {}, text);
  return text.str();
}

TEST(RunSweep, GivesTheNumbersOfTheSimulation) {
  const Files files;
  const SweepJob job =
      files.job("axes: {configuration.replicas: [1, 2]}\ncommon: all\nreplications: 5\nseed: 7\n", "out");
  const SweepResult result = run(job);
  EXPECT_EQ(result.finished, 2u);
  EXPECT_FALSE(result.merged.empty());

  jobs::SimulateJob simulate{
      .experiment = config::read_experiment(files.folder / "e.yaml", {"configuration.replicas=2", "seed=7"}),
      .warm_up = sim::Duration{}};
  simulate.experiment.replications = 5;
  const jobs::SimulateResult alone = jobs::run(simulate);
  const double mean = *alone.summary.row(0, "", "latency_mean_s").over_replications.mean();
  std::ostringstream text;
  export_csv(job.folder, {"latency_mean_s"}, text);
  std::istringstream lines(text.str());
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  std::getline(lines, line);
  ASSERT_TRUE(line.starts_with("2,configuration,latency_mean_s,s,")) << line;
  EXPECT_EQ(std::stod(line.substr(std::string("2,configuration,latency_mean_s,s,").size())), mean);
}

TEST(RunSweep, IsTheSameForAnyNumberOfThreadsAndShards) {
  const Files files;
  SweepJob one = files.job(kTwoAxes, "one");
  run(one);
  SweepJob many = files.job(kTwoAxes, "many");
  many.threads = 3;
  run(many);
  SweepJob shard = files.job(kTwoAxes, "shards");
  for (const std::size_t index : {1u, 0u}) {
    shard.shard = {.index = index, .count = 2};
    run(shard);
  }
  const std::string merged = read_file(one.folder + "/sweep.h5");
  EXPECT_FALSE(merged.empty());
  EXPECT_TRUE(merged == read_file(many.folder + "/sweep.h5"));
  EXPECT_TRUE(merged == read_file(shard.folder + "/sweep.h5"));
}

TEST(RunSweep, ContinuesWhereItWasInterrupted) {
  const Files files;
  SweepJob whole = files.job(kTwoAxes, "whole");
  run(whole);
  const SweepJob job = files.job(kTwoAxes, "out");
  for (int asked_most : {10, 100, 400}) {
    std::atomic<int> asked{0};
    const SweepResult result = run(job, {.go_on = [&] { return ++asked < asked_most; }});
    EXPECT_EQ(result.interrupted, result.finished < result.cells);
  }
  const SweepResult last = run(job);
  EXPECT_EQ(last.finished, 6u);
  EXPECT_TRUE(read_file(job.folder + "/sweep.h5") == read_file(whole.folder + "/sweep.h5"));
  EXPECT_EQ(run(job).done_now, 0u);
}

TEST(RunSweep, MoreReplicationsAddToThoseThereAre) {
  const Files files;
  const SweepJob few = files.job(kTwoAxes, "out");
  run(few);
  std::string text = kTwoAxes;
  text.replace(text.find("replications: 4"), 15, "replications: 6");
  const SweepJob more = files.job(text, "out");
  EXPECT_THROW(run(more), sim::Error);  // another plan
  take_over(more.sweep, more.folder);
  const std::size_t before = read_file(journals_in(more.folder).front()).size();
  run(more);
  const std::size_t after = read_file(journals_in(more.folder).front()).size();
  EXPECT_LT(after - before, before);  // two of six replications of each cell
  const SweepJob fresh = files.job(text, "fresh");
  run(fresh);
  EXPECT_EQ(csv(more.folder), csv(fresh.folder));
}

TEST(RunSweep, ANewValueKeepsTheOldCells) {
  const Files files;
  run(files.job("axes: {configuration.replicas: [1, 2]}\nreplications: 3\n", "out"));
  const SweepJob wider = files.job("axes: {configuration.replicas: [1, 3, 2]}\nreplications: 3\n", "out");
  take_over(wider.sweep, wider.folder);
  EXPECT_EQ(run(wider).done_now, 1u);
}

TEST(RunSweep, PrecisionDecidesHowManyReplicationsACellHas) {
  const Files files;
  const SweepJob job = files.job(
      "axes: {workload.open_loop.rate: [2/s, 8/s]}\n"
      "precision: {within: 10% of latency_mean_s, from: 3, at_most: 400}\n",
      "out");
  run(job);
  std::ostringstream text;
  export_csv(job.folder, {"latency_mean_s"}, text);
  std::istringstream lines(text.str());
  std::string line;
  std::getline(lines, line);
  std::vector<int> counts;
  while (std::getline(lines, line)) counts.push_back(std::stoi(line.substr(line.rfind(',') + 1)));
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_GE(counts[0], 3);
  EXPECT_GT(counts[1], counts[0]);  // near its capacity the latency varies more
  EXPECT_EQ(run(job).done_now, 0u);
}

TEST(RunSweep, AFailedCellIsSaidAndTriedAgainOnRequest) {
  const Files files;
  // 60 s hold no window of 90 s, which shows for the whole cell only
  const std::string text = "axes: {duration: [120s, 60s], workload.window: [30s, 90s]}\nreplications: 2\n";
  SweepJob job = files.job(text, "out");
  const SweepResult result = run(job);
  ASSERT_EQ(result.failed.size(), 1u);
  EXPECT_EQ(result.failed[0].label, "cell 3 (duration=60s window=90s)");
  EXPECT_NE(result.failed[0].message.find("expected at least one window"), std::string::npos);
  EXPECT_EQ(result.finished, 3u);
  EXPECT_TRUE(result.merged.empty());
  EXPECT_EQ(run(job).failed[0].attempts, 1u);
  job.retry_failed = true;
  EXPECT_EQ(run(job).failed[0].attempts, 2u);
  EXPECT_EQ(status_of(job.folder).failed.size(), 1u);
}

TEST(RunSweep, OneProcessAtATimeHasTheFolder) {
  const Files files;
  const SweepJob job = files.job(kTwoAxes, "out");
  bool refused = false;
  run(job, {.on_step = [&](const jobs::Step& step) {
        if (step.done != 1) return;
        try {
          run(job);
        } catch (const sim::Error&) {
          refused = true;
        }
      }});
  EXPECT_TRUE(refused);
}

TEST(CompareSweep, TakesDifferencesUnderTheSameRandomNumbers) {
  const Files files;
  const SweepJob job = files.job(kTwoAxes, "out");
  run(job);
  const auto found = compare(job.folder, "configuration.replicas", "latency_mean_s");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].others, "rate=2/s");
  EXPECT_EQ(found[0].reference, "1");
  EXPECT_EQ(found[0].value, "2");
  EXPECT_EQ(found[0].replications, 4u);
  EXPECT_LT(found[2].difference.high(), 0);  // at the highest load a second replica shortens the wait
  EXPECT_THROW(compare(job.folder, "workload.open_loop.rate", "latency_mean_s"), sim::Error);  // not common
  EXPECT_THROW(compare(job.folder, "configuration.replicas", "latency"), sim::Error);
}

TEST(SweepCells, AreTheSameHoweverTheyAreSpelled) {
  const Files files;
  const Plan plain(files.sweep("axes: {configuration.cpu: [500m, 1]}\n"));
  const Plan other(files.sweep("axes:\n  configuration.cpu: [0.5,   \"1000m\"]   # cores\n"));
  for (const std::size_t i : {0u, 1u}) {
    EXPECT_EQ(to_hex(CellMaker(plain).make(i).id), to_hex(CellMaker(other).make(i).id));
    EXPECT_NE(CellMaker(plain).key_of(i), CellMaker(other).key_of(i));
  }
}

TEST(SweepCells, DifferInTheirSeedsUnlessTheAxisIsCommon) {
  const Files files;
  const auto seeds = [&](const std::string& text) {
    const Plan plan(files.sweep(text));
    const CellMaker maker(plan);
    std::set<std::uint64_t> different;
    for (std::size_t i = 0; i < plan.size(); ++i) different.insert(maker.make(i).experiment.seed.value());
    return different.size();
  };
  const std::string axes = "axes: {configuration.cpu: [500m, 1], configuration.replicas: [1, 2]}\n";
  EXPECT_EQ(seeds(axes), 4u);
  EXPECT_EQ(seeds(axes + "common: [configuration.cpu]\n"), 2u);
  EXPECT_EQ(seeds(axes + "common: all\n"), 1u);
  EXPECT_EQ(seeds("zip: {seed: [3, 4, 5]}\n"), 3u);
}

TEST(SweepCells, RefusesAxesThatDoNothingOrSetNothing) {
  const Files files;
  for (const std::string text :
       {"axes: {configuration.cpu: [500m, 0.5]}\n", "axes: {configuration.cores: [1, 2]}\n",
        "axes: {configuration.cpu: [500m, 100]}\n", "axes: {loads: [{users: [5]}, {users: [6]}]}\n"}) {
    const Plan plan(files.sweep(text));
    EXPECT_THROW(CellMaker{plan}, sim::Error) << text;
  }
}

}  // namespace
}  // namespace faasconf::experiments::sweep
