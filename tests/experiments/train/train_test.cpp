#include "experiments/train/train.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "experiments/train/training_checkpoint.hpp"
#include "tests/experiments/config/reading.hpp"
#include "traces/files/lock_file.hpp"

namespace faasconf::experiments::train {
namespace {

using testing::HasSubstr;

// 4 iterations of 8 steps, judged after every second.
TrainJob small_job(const std::string& folder) {
  at::set_num_threads(1);
  return {.training = parse_training("workflow: parallel\nseed: 3\ntraining:\n  method: mappo\n  users: [10, 20]\n"
                                     "  environments: 2\n  episode: 3\n  steps_per_iteration: 2\n  steps: 32\n"
                                     "  selection: {every: 16, users: [11], windows: 3}\n",
                                     "t.yaml"),
          .folder = (scratch_folder("train-job-" + folder) / folder).string()};
}

learner::bundle::Tensors weights_of(const TrainJob& job) { return read_policy(job.folder + "/last.ckpt").weights; }

TEST(TrainJob, LeavesAPolicyItsCheckpointsAndItsLogInAFolder) {
  const TrainJob job = small_job("new");
  const TrainResult result = run(job);
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.steps, 32U);
  EXPECT_EQ(result.steps_here, 32U);
  ASSERT_TRUE(result.last);
  ASSERT_EQ(result.last->loads.size(), 1U);
  EXPECT_EQ(result.last->loads[0].level, 11);
  for (const char* const name : {"experiment.yaml", "log.jsonl", "last.ckpt", "best.ckpt", "last.fcp", "best.fcp"}) {
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(job.folder) / name)) << name;
  }
}

std::vector<nlohmann::json> log_of(const TrainJob& job) {
  std::istringstream text(config::read_text_file(job.folder + "/log.jsonl"));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(TrainJob, BeginsItsLogWithOneRecordAlsoWhereItGoesOn) {
  TrainJob job = small_job("log");
  job.training.steps = 16;
  run(job);
  job.training.steps = 32;
  job.resume = true;
  run(job);
  const std::vector<nlohmann::json> lines = log_of(job);
  EXPECT_EQ(std::ranges::count_if(lines, [](const nlohmann::json& line) { return line.contains("record"); }), 1);
  const nlohmann::json& record = lines.front().at("record");
  EXPECT_EQ(record.at("format"), "faasconf-training-log");
  EXPECT_EQ(record.at("seed"), 3);
  EXPECT_EQ(record.at("experiment"), job.training.resolved);
  EXPECT_EQ(lines.back().at("kind"), "selection");
  EXPECT_EQ(lines.back().at("step"), 32);
}

TEST(TrainJob, ReportsItsSteps) {
  std::vector<jobs::Step> steps;
  run(small_job("steps"), {.on_step = [&](const jobs::Step& step) { steps.push_back(step); }});
  ASSERT_EQ(steps.size(), 5U) << "before the first iteration, and after each of four";
  EXPECT_EQ(steps.front().done, 0U);
  EXPECT_EQ(steps.back().done, 32U);
  EXPECT_EQ(steps.back().total, 32U);
  EXPECT_EQ(steps.back().label, "mappo");
}

TEST(TrainJob, CancelledGoesOnToTheLastBit) {
  const TrainJob straight = small_job("straight");
  run(straight);
  const learner::bundle::Tensors expected = weights_of(straight);

  TrainJob job = small_job("cancelled");
  std::uint64_t done = 0;
  const TrainResult cancelled =
      run(job, {.on_step = [&](const jobs::Step& step) { done = step.done; }, .go_on = [&] { return done < 8; }});
  EXPECT_TRUE(cancelled.interrupted);
  EXPECT_EQ(cancelled.steps, 8U);
  EXPECT_FALSE(cancelled.last) << "nothing was judged";

  job.resume = true;
  const TrainResult resumed = run(job);
  EXPECT_EQ(resumed.steps, 32U);
  EXPECT_EQ(resumed.steps_here, 24U);
  EXPECT_EQ(weights_of(job), expected);
}

TEST(TrainJob, NeitherOverwritesATrainingNorGoesOnWithNone) {
  TrainJob job = small_job("taken");
  run(job);
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("taken has a training; give --resume"));

  job.folder += "-not";
  job.resume = true;
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("resume: no checkpoint "));
}

TEST(TrainJob, RefusesToGoOnWithAnotherAndNamesWhatDiffers) {
  TrainJob job = small_job("another");
  run(job);
  job.training.resolved.replace(job.training.resolved.find("seed: 3"), 7, "seed: 4");
  job.resume = true;
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("got one of another (seed: 3, now 4); only training.steps may"));
}

TEST(TrainJob, GoesOnToMoreSteps) {
  TrainJob job = small_job("more");
  run(job);
  job.training = parse_training(job.training.resolved, "t.yaml", {"training.steps=48"});
  job.resume = true;
  const TrainResult result = run(job);
  EXPECT_EQ(result.steps, 48U);
  EXPECT_EQ(result.steps_here, 16U);
  EXPECT_TRUE(result.last);
}

TEST(TrainJob, HasNothingToDoWhereAllStepsAreDone) {
  TrainJob job = small_job("done");
  run(job);
  job.resume = true;
  const TrainResult result = run(job);
  EXPECT_TRUE(result.reports);
  EXPECT_EQ(result.steps, 32U);
  EXPECT_EQ(result.steps_here, 0U);
}

TEST(TrainJob, WritesTheSameBytesAgain) {
  const TrainJob one = small_job("one");
  const TrainJob two = small_job("two");
  run(one);
  run(two);
  for (const char* const name : {"/last.ckpt", "/best.ckpt", "/last.fcp", "/best.fcp", "/experiment.yaml"}) {
    EXPECT_TRUE(config::read_text_file(one.folder + name) == config::read_text_file(two.folder + name)) << name;
  }
}

// What a crash may leave between any two files: the resumed training comes to those of a whole one.
TEST(TrainJob, MakesAgainWhatACrashPrevented) {
  const TrainJob whole = small_job("whole");
  run(whole);
  for (const std::vector<std::string>& lost :
       {std::vector<std::string>{"best.fcp"}, {"last.fcp"}, {"last.ckpt", "best.fcp", "last.fcp"}}) {
    TrainJob job = small_job("crashed");
    run(job);
    for (const std::string& name : lost) std::filesystem::remove(job.folder + "/" + name);
    job.resume = true;
    run(job);
    for (const char* const name : {"/last.ckpt", "/best.ckpt", "/last.fcp", "/best.fcp"}) {
      EXPECT_TRUE(config::read_text_file(whole.folder + name) == config::read_text_file(job.folder + name))
          << name << " without " << lost.front();
    }
  }
}

TEST(TrainJob, RefusesAFolderThatAnotherOneTrainsIn) {
  const TrainJob job = small_job("locked");
  std::filesystem::create_directories(job.folder);
  const files::LockFile other(job.folder + "/lock");
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("expected nobody else to write here, got process "));
}

}  // namespace
}  // namespace faasconf::experiments::train
