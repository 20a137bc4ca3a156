#include "learner/marl/off_policy.hpp"

#include <algorithm>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>

#include "learner/marl/optimizer_archive.hpp"
#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"
#include "sim/env/action.hpp"

namespace faasconf::learner::marl {
namespace {

constexpr double kTargetNoiseCut = 2.5;

torch::Tensor view(std::span<const float> rows, std::int64_t agents, std::int64_t columns) {
  const std::int64_t environments = static_cast<std::int64_t>(rows.size()) / (agents * columns);
  // from_blob wants a pointer that it could write through; nobody does
  return torch::from_blob(const_cast<float*>(rows.data()), {environments, agents, columns});
}

// While it lives, a network is a fixed function: gradients go through it, and none are of it.
class Frozen {
 public:
  explicit Frozen(torch::nn::Module& module) : module_(module) { set(false); }
  ~Frozen() { set(true); }
  Frozen(const Frozen&) = delete;

 private:
  void set(bool wants_gradient) {
    for (torch::Tensor& parameter : module_.parameters()) parameter.requires_grad_(wants_gradient);
  }

  torch::nn::Module& module_;
};

}  // namespace

OffPolicySpec off_policy_preset(const std::string& name) {
  OffPolicySpec spec;
  spec.actor = bundle::NeighbourhoodSpec{};
  const auto both = [&spec](bundle::Attention attention) {
    spec.actor = bundle::NeighbourhoodSpec{.attention = attention};
    spec.critic.attention = attention;
  };
  if (name == "attmf") return spec;
  if (name == "attmf-softmax") {
    both(bundle::Attention::softmax);
    return spec;
  }
  if (name == "mf") {
    both(bundle::Attention::mean);
    return spec;
  }
  if (name == "attmf-modern") {
    spec.actor = bundle::NeighbourhoodSpec{.attention = bundle::Attention::softmax,
                                           .normalisation = bundle::Normalisation::layer};
    spec.critic.attention = bundle::Attention::softmax;
    spec.critic.normalisation = bundle::Normalisation::layer;
    spec.actor_rate = spec.critic_rate = 3e-4;
    spec.tau = 0.005;
    spec.twin = true;
    spec.target_noise = 0.1;
    spec.policy_delay = 2;
    return spec;
  }
  if (name == "maddpg") {
    spec.actor = bundle::NeighbourhoodSpec{.attention = bundle::Attention::none,
                                           .shared = false,
                                           .normalisation = bundle::Normalisation::none,
                                           .hidden = {40, 40}};
    spec.critic = {
        .view = nets::CriticView::joint_by_agent, .normalisation = bundle::Normalisation::none, .hidden = {40, 40}};
    spec.actor_rate = 1e-3;
    spec.critic_rate = 3e-3;
    spec.gamma = 0.95;
    spec.tau = 0.05;
    spec.gradient_limit = 0.5;
    return spec;
  }
  if (name == "firm" || name == "ddpg") {
    spec.actor_rate = spec.critic_rate = 1e-3;
    spec.gamma = 0.95;
    spec.tau = 0.005;
    spec.critic.attention = bundle::Attention::none;
    spec.actor =
        bundle::NeighbourhoodSpec{.attention = bundle::Attention::none, .normalisation = bundle::Normalisation::none};
    if (name == "firm") return spec;
    spec.actor = bundle::JointSpec{.normalisation = bundle::Normalisation::none};
    spec.critic.view = nets::CriticView::joint;
    return spec;
  }
  throw sim::Error("expected one of attmf, attmf-softmax, attmf-modern, mf, maddpg, ddpg, firm, got \"" + name + "\"");
}

OffPolicyLearner::OffPolicyLearner(const OffPolicySpec& spec, const sim::AgentGraph& graph, std::size_t features,
                                   std::size_t shards, std::uint64_t seed, sim::Rng stream)
    : spec_(spec),
      structure_(graph),
      agents_(static_cast<std::int64_t>(graph.agents())),
      features_(static_cast<std::int64_t>(features)),
      shards_(shards),
      online_(make_networks(seed)),
      targets_(make_networks(seed)),
      actor_flat_(online_.actor_part()),
      critics_flat_(online_.critic_parts()),
      target_actor_flat_(targets_.actor_part()),
      target_critics_flat_(targets_.critic_parts()),
      actor_optimizer_({actor_flat_.parameters()}, torch::optim::AdamOptions(spec.actor_rate)),
      critic_optimizer_({critics_flat_.parameters()}, torch::optim::AdamOptions(spec.critic_rate)),
      standardizer_(features),
      fresh_(features),
      buffer_(spec.buffer, graph.agents(), features),
      rng_(stream) {
  targets_.actor->eval();
  for (const auto& critic : targets_.critics) critic->eval();
}

std::vector<Flat::Part> OffPolicyLearner::Networks::critic_parts() const {
  std::vector<Flat::Part> parts;
  for (const auto& critic : critics) parts.push_back({"critic" + std::to_string(parts.size()), critic.get()});
  return parts;
}

OffPolicyLearner::Networks OffPolicyLearner::make_networks(std::uint64_t seed) const {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  Networks networks{nets::make_actor(spec_.actor, agents_, features_, generator), {}};
  for (int i = 0; i < (spec_.twin ? 2 : 1); ++i) {
    networks.critics.push_back(nets::make_critic(spec_.critic, agents_, features_, generator));
  }
  return networks;
}

void OffPolicyLearner::act(std::span<const float> rows, std::span<float> actions) {
  if (!warm()) {
    for (float& action : actions) action = static_cast<float>(rng_.uniform());
    return;
  }
  const torch::NoGradGuard no_grad;
  online_.actor->eval();
  const torch::Tensor proposed =
      online_.actor->actions(standardizer_.apply(view(rows, agents_, features_)), structure_).contiguous();
  const float* const mean = proposed.data_ptr<float>();
  for (std::size_t i = 0; i < actions.size(); ++i) {
    actions[i] = std::clamp(mean[i] + static_cast<float>(spec_.noise * rng_.normal()), 0.0F, 1.0F);
  }
}

void OffPolicyLearner::observe(const Experience& experience) {
  steps_ += experience.rewards.size();
  fresh_.add(experience.rows);
  buffer_.add(experience);
}

std::size_t OffPolicyLearner::phases() const { return 1 + (warm() ? 2 * spec_.updates : 0); }

std::vector<double> OffPolicyLearner::compute(std::size_t phase) {
  if (phase == 0) return fresh_.take();
  return phase % 2 == 1 ? compute_critics() : compute_actor();
}

void OffPolicyLearner::apply(std::size_t phase, std::span<const double> mean) {
  if (phase == 0) {
    std::vector<double> sums(mean.begin(), mean.end());
    for (double& sum : sums) sum *= static_cast<double>(shards_);
    standardizer_.learn(sums);
  } else if (phase % 2 == 1) {
    critics_flat_.assign(mean, spec_.gradient_limit);
    critic_optimizer_.step();
  } else {
    if (moves_policy()) {
      actor_flat_.assign(mean, spec_.gradient_limit);
      actor_optimizer_.step();
      target_actor_flat_.approach(actor_flat_, spec_.tau);
      target_critics_flat_.approach(critics_flat_, spec_.tau);
    }
    ++updates_;
  }
}

// batch x agents, or x 1
torch::Tensor OffPolicyLearner::target(const torch::Tensor& rewards, const torch::Tensor& next_rows) {
  if (spec_.gamma == 0) return rewards;
  const torch::NoGradGuard no_grad;
  torch::Tensor actions = targets_.actor->actions(next_rows, structure_);
  if (spec_.target_noise > 0) {
    torch::Tensor noise = torch::empty_like(actions);
    float* const to = noise.data_ptr<float>();
    for (std::int64_t i = 0; i < noise.numel(); ++i) {
      to[i] = static_cast<float>(spec_.target_noise * std::clamp(rng_.normal(), -kTargetNoiseCut, kTargetNoiseCut));
    }
    actions = (actions + noise).clamp_(0, 1);
  }
  torch::Tensor value = targets_.critics[0]->values(next_rows, actions, structure_);
  if (spec_.twin) value = torch::min(value, targets_.critics[1]->values(next_rows, actions, structure_));
  return rewards + spec_.gamma * value;
}

std::vector<double> OffPolicyLearner::compute_critics() {
  batch_ = buffer_.sample(std::max<std::size_t>(1, spec_.batch / shards_), rng_);
  batch_.rows = standardizer_.apply(batch_.rows);
  const torch::Tensor wanted = target(batch_.rewards, standardizer_.apply(batch_.next_rows));
  critics_flat_.clear_gradients();
  torch::Tensor loss = torch::zeros({});
  for (const auto& critic : online_.critics) {
    critic->train();
    loss = loss + (critic->values(batch_.rows, batch_.actions, structure_) - wanted).square().mean();
  }
  loss.backward();
  critic_loss_ = loss.item<double>();
  return critics_flat_.numbers();
}

std::vector<double> OffPolicyLearner::compute_actor() {
  if (!moves_policy()) return {};
  online_.actor->train();
  online_.critics[0]->eval();
  const Frozen critic(*online_.critics[0]);
  actor_flat_.clear_gradients();
  const torch::Tensor proposed = online_.actor->actions(batch_.rows, structure_);
  const torch::Tensor loss =
      -online_.critics[0]->values_of_policy(batch_.rows, proposed, batch_.actions, structure_).mean();
  loss.backward();
  actor_loss_ = loss.item<double>();
  return actor_flat_.numbers();
}

std::vector<std::pair<std::string, double>> OffPolicyLearner::figures() const {
  return {{"critic_loss", critic_loss_}, {"actor_loss", actor_loss_}, {"updates", static_cast<double>(updates_)}};
}

void OffPolicyLearner::save(torch::serialize::OutputArchive& archive) {
  actor_flat_.save("actor", archive);
  critics_flat_.save("critics", archive);
  target_actor_flat_.save("target_actor", archive);
  target_critics_flat_.save("target_critics", archive);
  save_optimizer("actor_optimizer", actor_optimizer_, archive);
  save_optimizer("critic_optimizer", critic_optimizer_, archive);
}

void OffPolicyLearner::load(torch::serialize::InputArchive& archive) {
  actor_flat_.load("actor", archive);
  critics_flat_.load("critics", archive);
  target_actor_flat_.load("target_actor", archive);
  target_critics_flat_.load("target_critics", archive);
  load_optimizer("actor_optimizer", actor_optimizer_, archive);
  load_optimizer("critic_optimizer", critic_optimizer_, archive);
}

std::vector<std::byte> OffPolicyLearner::save_shard() {
  sim::ArchiveWriter writer;
  writer(rng_, steps_, updates_, fresh_, standardizer_, buffer_);
  return writer.take();
}

void OffPolicyLearner::load_shard(std::span<const std::byte> bytes) {
  sim::ArchiveReader reader(bytes);
  reader(rng_, steps_, updates_, fresh_, standardizer_, buffer_);
  if (!reader.at_end()) throw sim::Error("the saved state of a shard is of another experiment, or damaged");
}

}  // namespace faasconf::learner::marl
