#include "learner/marl/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"

namespace faasconf::learner::marl {
namespace {

constexpr double kLevelWidth = 5;  // users; series are divided into levels of that width
constexpr double kRateLevels = 6;  // series of rates are divided into so many
enum Sum : std::size_t { kReward, kPrice, kViolations, kReplaced, kSums };

double level_width(const sim::EnvironmentPlan& plan) {
  if (!plan.is_open()) return kLevelWidth;
  double most = 0;
  for (const std::vector<double>& series : plan.spec().load.series) most = std::max(most, std::ranges::max(series));
  return most > 0 ? most / kRateLevels : 1;
}

std::vector<double> levels_of(const sim::EnvironmentPlan& plan) {
  const sim::LoadSpec& load = plan.spec().load;
  const double width = level_width(plan);
  std::set<double> levels(load.levels.begin(), load.levels.end());
  for (const std::vector<double>& series : load.series) {
    for (const double level : series) levels.insert(std::floor(level / width + 0.5) * width);
  }
  return {levels.begin(), levels.end()};
}

bool same_workflow(const sim::EnvironmentPlan& a, const sim::EnvironmentPlan& b) {
  return a.scenario().spec().workflow.name == b.scenario().spec().workflow.name && a.agents() == b.agents();
}

torch::Tensor tensor_of(std::span<const std::byte> bytes) {
  torch::Tensor out = torch::empty({static_cast<std::int64_t>(bytes.size())}, torch::kUInt8);
  std::copy(bytes.begin(), bytes.end(), static_cast<std::byte*>(out.data_ptr()));
  return out;
}

std::span<const std::byte> bytes_of(const torch::Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.data_ptr()), static_cast<std::size_t>(tensor.numel())};
}

std::string shard_name(std::size_t shard) { return "shard" + std::to_string(shard); }

}  // namespace

std::vector<AgentGroup> groups_of(const Plans& plans) {
  std::vector<AgentGroup> groups;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (i == 0 || !same_workflow(*plans[i - 1], *plans[i])) groups.push_back({&plans[i]->graph(), 0, {}});
    AgentGroup& group = groups.back();
    ++group.environments;
    const std::vector<double> levels = levels_of(*plans[i]);
    std::vector<double> joined;
    std::ranges::set_union(group.levels, levels, std::back_inserter(joined));
    group.levels = std::move(joined);
  }
  return groups;
}

Trainer::Trainer(TrainerSpec spec, Communicator& communicator, int threads)
    : spec_(std::move(spec)), communicator_(communicator), pool_(threads) {
  if (spec_.shards < communicator_.ranks()) {
    throw sim::Error("expected at least as many shards as processes, got " + std::to_string(spec_.shards) + " and " +
                     std::to_string(communicator_.ranks()));
  }
  if (spec_.steps_per_iteration == 0) throw sim::Error("expected at least one step an iteration, got 0");
  for (std::size_t i = communicator_.first_shard(spec_.shards); i < communicator_.end_shard(spec_.shards); ++i) {
    shards_.push_back(make_shard(i));
  }
  for_all_shards([](Shard& shard) { shard.environments.reset(); });
}

std::unique_ptr<Trainer::Shard> Trainer::make_shard(std::size_t number) const {
  const sim::RngStreams streams(spec_.seed);
  const std::uint64_t weights = streams.stream("weights").next();
  auto shard = std::unique_ptr<Shard>(new Shard{
      .environments = {spec_.plans, streams.stream("environments", number).next(), 1},
      .learner = nullptr,
      .safety = spec_.safety ? spec_.safety() : nullptr,
      .safety_stream = streams.stream("safety", number),
  });
  const std::vector<AgentGroup> groups = groups_of(spec_.plans);
  const std::size_t features = shard->environments.features();
  if (const auto* const off_policy = std::get_if<OffPolicySpec>(&spec_.method)) {
    if (groups.size() > 1) throw sim::Error("expected one workflow for a method with a replay buffer, got several");
    shard->learner = std::make_unique<OffPolicyLearner>(*off_policy, *groups.front().graph, features, spec_.shards,
                                                        weights, streams.stream("exploration", number));
  } else {
    if (spec_.safety) {
      throw sim::Error("a safety filter changes actions, which PPO's ratios do not allow; expected safety: none");
    }
    shard->learner = std::make_unique<OnPolicyLearner>(std::get<OnPolicySpec>(spec_.method), groups, features,
                                                       spec_.shards, weights, streams.stream("exploration", number));
  }
  shard->actions.resize(shard->environments.agents() * sim::kKnobs);
  shard->loads.resize(shard->environments.size());
  return shard;
}

std::size_t Trainer::steps_per_iteration() const {
  return spec_.shards * spec_.plans.size() * spec_.steps_per_iteration;
}

void Trainer::for_all_shards(const std::function<void(Shard&)>& work) {
  pool_.run(shards_.size(), [&](std::size_t i) { work(*shards_[i]); });
}

std::vector<double> Trainer::mean_over_shards(const std::function<std::vector<double>(Shard&)>& numbers) {
  for_all_shards([&](Shard& shard) { shard.computed = numbers(shard); });
  std::vector<double> mine;
  for (const auto& shard : shards_) mine.insert(mine.end(), shard->computed.begin(), shard->computed.end());
  const std::vector<double> all = communicator_.gather(mine);
  std::vector<double> mean(all.size() / spec_.shards);
  for (std::size_t i = 0; i < all.size(); ++i) mean[i % mean.size()] += all[i];
  for (double& number : mean) number /= static_cast<double>(spec_.shards);
  return mean;
}

IterationReport Trainer::iterate(double share) {
  const bool lives = learner().wants_experience();
  const auto windows = static_cast<double>(spec_.plans.size() * spec_.steps_per_iteration);
  if (lives) for_all_shards([this](Shard& shard) { live(shard); });
  for_all_shards([share](Shard& shard) { shard.learner->set_progress(share); });
  try {
    learn();
  } catch (const sim::Error& error) {
    throw sim::Error("training stops in iteration " + std::to_string(iterations_) + ", after " +
                     std::to_string(steps_) + " steps: " + error.what());
  }
  ++iterations_;
  if (!lives) return {};
  steps_ += steps_per_iteration();
  const std::vector<double> sums = mean_over_shards([](Shard& shard) { return shard.sums; });
  return {.reward = sums[kReward] / windows,
          .price = sums[kPrice] / windows,
          .violations = sums[kViolations] / windows,
          .replaced = sums[kReplaced] / windows,
          .steps = steps_per_iteration()};
}

void Trainer::live(Shard& shard) const {
  shard.sums.assign(kSums, 0);
  for (std::size_t t = 0; t < spec_.steps_per_iteration; ++t) step(shard);
}

void Trainer::step(Shard& shard) const {
  sim::VectorEnv& environments = shard.environments;
  shard.rows.assign(environments.observations().begin(), environments.observations().end());
  {
    const std::lock_guard alone(torch_);
    shard.learner->act(shard.rows, shard.actions);
  }
  for (std::size_t i = 0; i < environments.size(); ++i) shard.loads[i] = environments.environment(i).next_load();
  if (shard.safety != nullptr) shard.sums[kReplaced] += static_cast<double>(review(shard));
  environments.step(shard.actions);
  for (std::size_t i = 0; i < environments.size(); ++i) {
    shard.sums[kReward] += environments.rewards()[i];
    shard.sums[kPrice] += environments.prices()[i];
    shard.sums[kViolations] += environments.violations()[i];
    if (shard.safety == nullptr) continue;
    const std::size_t first = environments.first_agent(i) * sim::kKnobs;
    const std::size_t end = environments.first_agent(i + 1) * sim::kKnobs;
    shard.safety->learn(shard.loads[i], std::span(shard.actions).subspan(first, end - first), environments.prices()[i],
                        environments.violations()[i] < 0.5);
  }
  const std::lock_guard alone(torch_);
  shard.learner->observe({.rows = shard.rows,
                          .actions = shard.actions,
                          .next_rows = environments.final_observations(),
                          .rewards = environments.rewards(),
                          .violations = environments.violations(),
                          .unserved = environments.unserved(),
                          .truncated = environments.truncated(),
                          .loads = shard.loads});
}

// how many proposals were replaced
std::size_t Trainer::review(Shard& shard) const {
  std::size_t replaced = 0;
  for (std::size_t i = 0; i < shard.environments.size(); ++i) {
    const std::size_t first = shard.environments.first_agent(i) * sim::kKnobs;
    const std::size_t end = shard.environments.first_agent(i + 1) * sim::kKnobs;
    const auto proposal = std::span(shard.actions).subspan(first, end - first);
    if (shard.safety->review(shard.loads[i], proposal, shard.safety_stream)) ++replaced;
  }
  return replaced;
}

void Trainer::learn() {
  const std::size_t phases = learner().phases();
  for (std::size_t phase = 0; phase < phases; ++phase) {
    const std::vector<double> mean = mean_over_shards([this, phase](Shard& shard) {
      const std::lock_guard alone(torch_);
      return shard.learner->compute(phase);
    });
    for (const auto& shard : shards_) shard->learner->apply(phase, mean);
  }
}

void Trainer::save(torch::serialize::OutputArchive& archive) {
  sim::ArchiveWriter mine;
  for (const auto& shard : shards_) {
    std::vector<std::byte> environments = shard->environments.save(), learner = shard->learner->save_shard();
    std::vector<std::byte> safety = shard->safety ? shard->safety->save() : std::vector<std::byte>{};
    std::vector<std::byte> together;
    sim::ArchiveWriter one;
    one(environments, learner, safety, shard->safety_stream);
    together = one.take();
    mine(together);
  }
  const std::vector<std::vector<std::byte>> ranks = communicator_.collect(mine.take());
  if (communicator_.rank() != 0) return;
  std::size_t number = 0;
  for (const std::vector<std::byte>& of_rank : ranks) {
    sim::ArchiveReader reader(of_rank);
    while (!reader.at_end()) {
      std::vector<std::byte> shard;
      reader(shard);
      archive.write(shard_name(number++), tensor_of(shard), true);
    }
  }
  sim::ArchiveWriter counters;
  counters(steps_, iterations_);
  archive.write("counters", tensor_of(counters.take()), true);
  torch::serialize::OutputArchive weights(archive.compilation_unit());
  learner().save(weights);
  archive.write("learner", weights);
}

void Trainer::load(torch::serialize::InputArchive& archive) {
  torch::Tensor bytes;
  archive.read("counters", bytes, true);
  sim::ArchiveReader counters(bytes_of(bytes));
  counters(steps_, iterations_);
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    Shard& shard = *shards_[i];
    archive.read(shard_name(communicator_.first_shard(spec_.shards) + i), bytes, true);
    std::vector<std::byte> environments, learner, safety;
    sim::ArchiveReader reader(bytes_of(bytes));
    reader(environments, learner, safety, shard.safety_stream);
    shard.environments.restore(environments);
    shard.learner->load_shard(learner);
    if (shard.safety) shard.safety->restore(safety);
    torch::serialize::InputArchive weights;
    archive.read("learner", weights);
    shard.learner->load(weights);
  }
}

}  // namespace faasconf::learner::marl
