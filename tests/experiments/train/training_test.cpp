#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <variant>

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/train/tensorboard.hpp"
#include "experiments/train/training_checkpoint.hpp"
#include "experiments/train/training_file.hpp"
#include "learner/marl/greedy.hpp"
#include "sim/core/error.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::train {
namespace {

using testing::HasSubstr;

std::string training_text(const std::string& entries) {
  return "workflow: parallel\nseed: 3\ntraining:\n  users: [10, 20]\n  environments: 2\n  episode: 3\n"
         "  steps_per_iteration: 2\n  steps: 64\n" +
         entries;
}

Training training(const std::string& entries) { return parse_training(training_text(entries), "t.yaml"); }

std::string complaint(const std::string& entries) {
  try {
    training(entries);
  } catch (const sim::Error& error) {
    return sim::describe(error);
  }
  return "none";
}

TEST(TrainingFile, ReadsAMethodWithWhatIsSaidAndWhatIsUsual) {
  const Training read = training("  method: attmf\n  instances: fresh\n  learning: {batch: 32, hidden: [8, 8]}\n");
  const auto& spec = std::get<learner::marl::OffPolicySpec>(read.trainer.method);
  EXPECT_EQ(spec.batch, 32U);
  EXPECT_EQ(std::get<learner::bundle::NeighbourhoodSpec>(spec.actor).hidden, (std::vector<std::size_t>{8, 8}));
  EXPECT_EQ(spec.gamma, 0) << "nothing outlives a window that is redeployed";
  EXPECT_EQ(read.trainer.seed, 3U);
  EXPECT_EQ(read.trainer.plans.size(), 2U);
  EXPECT_EQ(read.trainer.plans[0]->spec().reward.kind, sim::RewardKind::price);
  EXPECT_EQ(read.steps, 64U);
}

TEST(TrainingFile, KeepsTheMethodsDiscountWhereStateCarriesOver) {
  const Training read = training("  method: attmf\n");
  EXPECT_EQ(std::get<learner::marl::OffPolicySpec>(read.trainer.method).gamma, 0.9);
}

TEST(TrainingFile, GivesPpoAMultiplierOnlyUnderAConstraint) {
  EXPECT_TRUE(
      std::get<learner::marl::OnPolicySpec>(training("  method: mappo\n").trainer.method).lagrangian.has_value());
  EXPECT_FALSE(std::get<learner::marl::OnPolicySpec>(training("  method: mappo\n  reward: price\n").trainer.method)
                   .lagrangian.has_value());
}

TEST(TrainingFile, DrawsWorkflowsFromTheCalibration) {
  const Training read = training("  method: mappo\n  calibration_draws: 2\n");
  EXPECT_NE(read.trainer.plans[0], read.trainer.plans[1]);
  EXPECT_EQ(read.trainer.plans[0]->agents(), read.trainer.plans[1]->agents());
}

TEST(TrainingFile, OverridesEntriesOfTheWorkflowThatItNames) {
  const Training read = parse_training(training_text("  method: mappo\n"), "t.yaml",
                                       {"workflow.ranges.replicas=[2, 6]", "workflow.qos.latency=9s"});
  const sim::WorkflowSpec& workflow = read.trainer.plans[0]->scenario().workflow();
  EXPECT_EQ(workflow.find("rgb")->index, 2U);
  EXPECT_EQ(workflow.functions[2].ranges.replicas_min, 2);
  EXPECT_EQ(workflow.functions[2].ranges.replicas_max, 6);
  EXPECT_EQ(workflow.qos.latency, std::chrono::seconds(9));
  EXPECT_EQ(parse_training(training_text("  method: mappo\n"), "t.yaml", {"workflow=branch"})
                .trainer.plans[0]
                ->scenario()
                .workflow()
                .name,
            "branch");
}

TEST(TrainingFile, ResolvedReadsAsTheSameTraining) {
  const Training once = training("  method: mappo\n");
  EXPECT_EQ(parse_training(once.resolved, "again.yaml").resolved, once.resolved);
}

// The same with another load, which workload and selection go with.
Training training_under(const std::string& load, const std::string& workload, const std::string& selection) {
  return parse_training(
      "workflow: parallel\nworkload: " + workload + "\ntraining:\n  method: mappo\n  " + load +
          "\n  environments: 2\n  episode: 3\n  steps_per_iteration: 2\n  steps: 64\n  selection: " + selection + "\n",
      "t.yaml");
}

TEST(TrainingFile, TakesRatesWithTheArrivalProcessOfTheWorkload) {
  const Training read = training_under("rates: [0.5/s, 120/m]", "{open_loop: {law: deterministic}, window: 10s}",
                                       "{rates: [1/s], windows: 3}");
  const sim::EnvironmentSpec& spec = read.trainer.plans[0]->spec();
  EXPECT_EQ(spec.load.levels, (std::vector<double>{0.5, 2}));
  EXPECT_EQ(spec.scenario.window, std::chrono::seconds(10));
  EXPECT_TRUE(std::holds_alternative<sim::DeterministicArrivals>(
      std::get<sim::OpenLoop>(spec.scenario.workload.source).process));
  EXPECT_EQ(read.selection.plans[0]->spec().load.levels, std::vector<double>{1});
  ASSERT_EQ(read.warnings.size(), 1U);
  EXPECT_EQ(read.warnings[0], "parallel: extrapolation: measured under 10 users, asked under 0.5 to 2 requests/s");
}

TEST(TrainingFile, TakesProfilesOfRates) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "faasconf-training-rates.csv";
  std::ofstream(path) << "start_s,rate_per_s\n0,0.5\n30,1.5\n60,1\n";
  const std::string load = "profiles: [" + path.string() + "]";
  const Training read = training_under(load, "{window: 30s}", "{" + load + ", windows: 3}");
  EXPECT_TRUE(read.trainer.plans[0]->is_open());
  EXPECT_EQ(read.trainer.plans[0]->spec().load.series, (std::vector<std::vector<double>>{{0.5, 1.5, 1}}));
  std::filesystem::remove(path);
}

TEST(TrainingFile, KeepsThinkTimeBackOffAndRetriesOfItsClients) {
  const Training read = training_under(
      "users: [3]", "{closed_loop: {think_time: 2s, back_off: 1s}, retry: {attempts: 2}}", "{users: [4], windows: 3}");
  const sim::Workload& workload = read.trainer.plans[0]->spec().scenario.workload;
  EXPECT_EQ(std::get<sim::ClosedLoop>(workload.source).think_time.mean(), 2);
  EXPECT_EQ(workload.retry->attempts, 2);
}

TEST(TrainingFile, RefusesLoadsThatDoNotFitTogether) {
  const auto complaint_under = [](const std::string& load, const std::string& workload, const std::string& selection) {
    try {
      training_under(load, workload, selection);
    } catch (const sim::Error& error) {
      return sim::describe(error);
    }
    return std::string("none");
  };
  EXPECT_THAT(complaint_under("rates: [1/s]", "{}", "{}"), HasSubstr("expected rates or profiles to select at"));
  EXPECT_THAT(complaint_under("rates: [1/s]", "{}", "{users: [3]}"), HasSubstr("the kind of load of the training"));
  EXPECT_THAT(complaint_under("rates: [1/s]", "{closed_loop: {think_time: 1s}}", "{rates: [1/s]}"),
              HasSubstr("expected open_loop, since training gives rates"));
  EXPECT_THAT(complaint_under("rates: [1/s]", "{open_loop: {rate: 1/s}}", "{rates: [1/s]}"),
              HasSubstr("expected no rate here"));
  EXPECT_THAT(complaint_under("users: [3]", "{closed_loop: {users: 3}}", "{}"), HasSubstr("expected no users here"));
  EXPECT_THAT(complaint_under("rates: [0/s]", "{}", "{rates: [1/s]}"), HasSubstr("rates"));
}

// A key beside another's value that makes it mean nothing.
TEST(TrainingFile, RefusesKeysThatItCannotHonour) {
  EXPECT_THAT(complaint("  method: mappo\n  season_windows: 5\n"), HasSubstr("load_knowledge: seasonal"));
  EXPECT_THAT(complaint("  method: mappo\n  qos_weight: 0.5\n"), HasSubstr("reward: price or cost"));
  EXPECT_THAT(complaint("  method: mappo\n  reward: price\n  learning: {multiplier: 1}\n"),
              HasSubstr("expected reward: constrained beside it"));
}

TEST(TrainingFile, NamesWhatIsWrong) {
  EXPECT_THAT(complaint("  method: atmf\n"), HasSubstr("t.yaml:9: training.method: expected one of mappo"));
  EXPECT_THAT(complaint("  method: mappo\n  setps: 3\n"), HasSubstr("setps"));
  EXPECT_THAT(complaint("  method: mappo\n  learning: {batch: 3}\n"), HasSubstr("batch"));
  EXPECT_THAT(complaint("  method: mappo\n  learning: {width: 10, heads: 3}\n"), HasSubstr("multiple of heads"));
  EXPECT_THAT(complaint("  method: mappo\n  safety: ses\n"), HasSubstr("ratios"));
  EXPECT_THAT(complaint("  method: mappo\n  profiles: [demo.csv]\n"), HasSubstr("one of users, rates and profiles"));
  EXPECT_THAT(complaint("  method: mappo\n  steps_per_iteration: 0\n"), HasSubstr("steps_per_iteration"));
}

struct Running {
  explicit Running(const Training& training) : trainer(training.trainer, alone, 1) {}
  learner::marl::Communicator alone;
  learner::marl::Trainer trainer;
};

class Checkpoints : public testing::TestWithParam<const char*> {};

// What went on from a file ends in the same weights as what never stopped.
TEST_P(Checkpoints, GoOnToTheLastBit) {
  at::set_num_threads(1);
  const Training plan = training(GetParam());
  const std::filesystem::path scratch = scratch_folder("checkpoints");
  const std::string path = (scratch / "a.ckpt").string();
  Running straight(plan), begun(plan), resumed(plan);
  for (int i = 0; i < 4; ++i) straight.trainer.iterate(0.1 * i);
  for (int i = 0; i < 2; ++i) begun.trainer.iterate(0.1 * i);
  write_checkpoint(path, {.experiment = plan.resolved, .best = 2.5, .has_best = true}, begun.trainer, begun.alone);

  Checkpoint checkpoint(path);
  EXPECT_EQ(checkpoint.notes().experiment, plan.resolved);
  EXPECT_EQ(checkpoint.notes().best, 2.5);
  checkpoint.restore(resumed.trainer);
  EXPECT_EQ(resumed.trainer.iterations(), 2U);
  for (int i = 2; i < 4; ++i) resumed.trainer.iterate(0.1 * i);
  const learner::bundle::PolicyBundle expected = policy_of(plan, straight.trainer),
                                      got = policy_of(plan, resumed.trainer);
  EXPECT_EQ(got.weights, expected.weights);
  EXPECT_EQ(got.metadata.normalizer.mean, expected.metadata.normalizer.mean);
  EXPECT_EQ(got.metadata.safety, expected.metadata.safety);
}

INSTANTIATE_TEST_SUITE_P(Methods, Checkpoints,
                         testing::Values("  method: mappo\n", "  method: attmf\n  safety: ses\n",
                                         "  method: attmf-modern\n  redeploy: false\n  safety: feasibility\n"));

TEST(Checkpoint, RefusesOtherFiles) {
  const std::filesystem::path scratch = scratch_folder("refused");
  const std::string path = (scratch / "no.ckpt").string();
  std::ofstream(path) << "not a checkpoint";
  try {
    Checkpoint checkpoint(path);
    FAIL() << "it was read";
  } catch (const sim::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no.ckpt: expected a checkpoint that faasconf train wrote"));
  }
}

TEST(Checkpoint, RefusesTheStateOfAnotherTraining) {
  const std::filesystem::path scratch = scratch_folder("another");
  const std::string path = (scratch / "a.ckpt").string();
  const Training one = training("  method: mappo\n"), other = training("  method: mappo\n  learning: {width: 16}\n");
  Running of_one(one), of_other(other);
  write_checkpoint(path, {.experiment = one.resolved}, of_one.trainer, of_one.alone);
  Checkpoint checkpoint(path);
  EXPECT_THROW(checkpoint.restore(of_other.trainer), sim::Error);
}

// Common random numbers: the same weights are judged alike, whatever the number of threads.
TEST(Greedy, JudgesTheSameWeightsAlike) {
  const Training plan = training("  method: mappo\n  selection: {users: [11, 17], windows: 6}\n");
  Running running(plan);
  running.trainer.iterate(0);
  const auto judge = [&](int threads) {
    return learner::marl::run_greedily(running.trainer.learner(), plan.selection.plans, 5, threads);
  };
  const learner::marl::GreedyReport once = judge(1), again = judge(2);
  EXPECT_EQ(once.price, again.price);
  ASSERT_EQ(once.loads.size(), 2U);
  EXPECT_EQ(once.loads[0].level, 11);
  EXPECT_EQ(once.loads[0].windows, 6U);
  EXPECT_EQ(once.loads[1].violations, again.loads[1].violations);
}

// RFC 3720, B.4 and the usual check value.
TEST(TensorBoardRecords, HaveCastagnolisChecksum) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
}

// length (8), checksum (4), wall time (9), step 300 (3), summary {value {tag "a", 1.5}} (12), checksum (4)
TEST(TensorBoardRecords, HoldStepAndScalars) {
  const std::string record = event_record(0, 300, {{"a", 1.5}});
  ASSERT_EQ(record.size(), 8U + 4 + 9 + 3 + 12 + 4);
  EXPECT_EQ(record[0], 24);
  EXPECT_EQ(record.substr(21, 3), "\x10\xac\x02") << "field 2, 300 as a varint";
  EXPECT_EQ(record.substr(24, 12), std::string("\x2a\x0a\x0a\x08\x0a\x01"
                                               "a\x15\x00\x00\xc0\x3f",
                                               12));
}

}  // namespace
}  // namespace faasconf::experiments::train
