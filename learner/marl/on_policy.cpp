#include "learner/marl/on_policy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <sstream>
#include <string>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>

#include "learner/marl/optimizer_archive.hpp"
#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"
#include "sim/env/action.hpp"

namespace faasconf::learner::marl {
namespace {

// "10", "2.5"
std::string text_of(double level) {
  std::ostringstream text;
  text << level;
  return text.str();
}

constexpr auto kActions = static_cast<std::int64_t>(sim::kKnobs);
constexpr double kLeastDeviation = 1e-4;  // added to what advantages are divided by

std::int64_t count_of(std::size_t number) { return static_cast<std::int64_t>(number); }

// Agents of the first group count: networks that take one number of agents have one group.
std::int64_t agents_of(const AgentGroup& group) { return count_of(group.graph->agents()); }

torch::Tensor stacked(const std::vector<torch::Tensor>& steps) { return torch::stack(steps); }

// An action's density must not depend on which others are looked at beside it.
bundle::NetworkSpec without_batch_norm(const bundle::NetworkSpec& actor) {
  const auto normalises_batches = [](const auto& spec) {
    if constexpr (requires { spec.normalisation; }) return spec.normalisation == bundle::Normalisation::batch;
    return false;
  };
  if (std::visit(normalises_batches, actor)) {
    throw sim::Error("PPO: expected an actor with layer normalisation or none, got one with batch normalisation");
  }
  return actor;
}

// environments x columns from doubles
template <class Number>
torch::Tensor column(std::span<const Number> numbers) {
  torch::Tensor out = torch::empty({count_of(numbers.size()), 1});
  std::transform(numbers.begin(), numbers.end(), out.data_ptr<float>(),
                 [](Number number) { return static_cast<float>(number); });
  return out;
}

}  // namespace

OnPolicyLearner::Spread::Spread(double initial)
    : log(register_parameter("log", torch::full({kActions}, std::log(initial)))) {}

OnPolicyLearner::OnPolicyLearner(const OnPolicySpec& spec, const std::vector<AgentGroup>& groups, std::size_t features,
                                 std::size_t shards, std::uint64_t seed, sim::Rng stream)
    : spec_(spec),
      features_(count_of(features)),
      shards_(shards),
      groups_(numbered(spec, groups)),
      networks_(spec, groups.front(), features_, seed),
      flat_({{"actor", networks_.actor.get()}, {"spread", networks_.spread.get()}, {"value", networks_.value.get()}}),
      optimizer_({flat_.parameters()}, torch::optim::AdamOptions(spec.rate).eps(1e-5)),
      lagrangian_(spec.lagrangian.value_or(LagrangianSpec{}), groups_.back().end_level()),
      level_sums_(2 * lagrangian_.levels()),
      standardizer_(features),
      fresh_(features),
      rng_(stream) {}

OnPolicyLearner::Networks::Networks(const OnPolicySpec& spec, const AgentGroup& group, std::int64_t features,
                                    std::uint64_t seed)
    : spread(std::make_shared<Spread>(spec.initial_spread)) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  actor = nets::make_actor(without_batch_norm(spec.actor), agents_of(group), features, generator);
  value = std::make_shared<nets::ValueNetwork>(features, count_of(spec.value_width), generator);
}

std::vector<OnPolicyLearner::Group> OnPolicyLearner::numbered(const OnPolicySpec& spec,
                                                              const std::vector<AgentGroup>& groups) {
  std::vector<Group> all;
  std::size_t levels = 0;
  for (const AgentGroup& group : groups) {
    if (!std::holds_alternative<bundle::TransformerSpec>(spec.actor) && agents_of(group) != agents_of(groups.front())) {
      throw sim::Error("a network for a fixed number of agents: expected workflows of as many functions, got " +
                       std::to_string(agents_of(groups.front())) + " and " + std::to_string(agents_of(group)));
    }
    all.push_back({group, nets::Structure(*group.graph), levels, {}, {}, {}});
    levels = all.back().end_level();
  }
  return all;
}

torch::Tensor OnPolicyLearner::density(const torch::Tensor& mean, const torch::Tensor& drawn) const {
  const torch::Tensor scaled = (drawn - mean) * torch::exp(-networks_.spread->log);
  const torch::Tensor by_knob = -0.5 * scaled.square() - networks_.spread->log - 0.5 * std::log(2 * std::numbers::pi);
  return spec_.joint_ratio ? by_knob.sum({1, 2}).unsqueeze(-1) : by_knob.sum(-1);
}

void OnPolicyLearner::act(std::span<const float> rows, std::span<float> actions) {
  const torch::NoGradGuard no_grad;
  for (Group& group : groups_) {
    const std::int64_t environments = count_of(group.spec.environments), agents = agents_of(group.spec);
    const auto numbers = static_cast<std::size_t>(environments * agents);
    const torch::Tensor seen =
        standardizer_.apply(torch::from_blob(const_cast<float*>(rows.data()), {environments, agents, features_}));
    const torch::Tensor mean = networks_.actor->logits(seen, group.structure);
    torch::Tensor noise = torch::empty_like(mean, at::MemoryFormat::Contiguous);
    std::generate_n(noise.data_ptr<float>(), noise.numel(), [this] { return static_cast<float>(rng_.normal()); });
    const torch::Tensor drawn = mean + noise * torch::exp(networks_.spread->log);
    const torch::Tensor chosen = torch::sigmoid(drawn);
    std::copy_n(chosen.data_ptr<float>(), numbers * sim::kKnobs, actions.data());

    group.rollout.rows.push_back(seen);
    group.rollout.drawn.push_back(drawn);
    group.rollout.densities.push_back(density(mean, drawn));
    group.rollout.values.push_back(networks_.value->forward(seen));
    rows = rows.subspan(numbers * static_cast<std::size_t>(features_));
    actions = actions.subspan(numbers * sim::kKnobs);
  }
}

std::size_t OnPolicyLearner::level_of(const Group& group, double load) const {
  const std::vector<double>& levels = group.spec.levels;
  const auto nearest = std::ranges::min_element(levels, {}, [load](double level) { return std::abs(level - load); });
  return group.first_level + static_cast<std::size_t>(nearest - levels.begin());
}

void OnPolicyLearner::observe(const Experience& experience) {
  const torch::NoGradGuard no_grad;
  fresh_.add(experience.rows);
  std::size_t first = 0;
  std::span<const float> next_rows = experience.next_rows;
  for (Group& group : groups_) {
    const std::size_t environments = group.spec.environments;
    const auto of_group = [&](auto numbers) { return column(numbers.subspan(first, environments)); };
    Rollout& rollout = group.rollout;
    rollout.gains.push_back(
        (1 - spec_.gamma) *
        torch::cat({of_group(experience.rewards), of_group(experience.violations) + of_group(experience.unserved)},
                   -1));
    rollout.goes_on.push_back(1 - of_group(experience.truncated));
    torch::Tensor levels = torch::empty({count_of(environments)}, torch::kLong);
    for (std::size_t i = 0; i < environments; ++i) {
      const std::size_t level = level_of(group, experience.loads[first + i]);
      levels.data_ptr<std::int64_t>()[i] = count_of(level);
      level_sums_[2 * level] += 1;
      level_sums_[2 * level + 1] += experience.violations[first + i];
    }
    rollout.levels.push_back(levels);

    const std::int64_t agents = agents_of(group.spec);
    if (spec_.gamma > 0) {
      const torch::Tensor seen = standardizer_.apply(
          torch::from_blob(const_cast<float*>(next_rows.data()), {count_of(environments), agents, features_}));
      rollout.next.push_back(networks_.value->forward(seen));
    }
    next_rows = next_rows.subspan(environments * static_cast<std::size_t>(agents * features_));
    first += environments;
  }
}

void OnPolicyLearner::set_progress(double share) {
  set_rate(optimizer_, spec_.rate + (spec_.final_rate - spec_.rate) * share);
}

std::vector<double> OnPolicyLearner::compute(std::size_t phase) {
  return phase == 0 ? statistics() : gradients(phase - 1);
}

void OnPolicyLearner::apply(std::size_t phase, std::span<const double> mean) {
  if (phase == 0) {
    digest(mean);
    return;
  }
  flat_.assign(mean, spec_.gradient_limit);
  optimizer_.step();
}

std::vector<double> OnPolicyLearner::statistics() {
  std::vector<double> numbers = fresh_.take();
  numbers.insert(numbers.end(), level_sums_.begin(), level_sums_.end());
  std::ranges::fill(level_sums_, 0);
  return numbers;
}

// moments, multipliers, and what follows from them
void OnPolicyLearner::digest(std::span<const double> mean) {
  std::vector<double> sums(mean.begin(), mean.end());
  for (double& sum : sums) sum *= static_cast<double>(shards_);
  const std::size_t of_rows = sums.size() - level_sums_.size();
  for (std::size_t level = 0; spec_.lagrangian && level < lagrangian_.levels(); ++level) {
    lagrangian_.update(level, sums[of_rows + 2 * level + 1], sums[of_rows + 2 * level]);
  }
  for (Group& group : groups_) {
    group.samples = samples_of(group);
    group.rollout = {};
  }
  standardizer_.learn(std::span(sums).first(of_rows));
}

OnPolicyLearner::Samples OnPolicyLearner::samples_of(const Group& group) const {
  const torch::NoGradGuard no_grad;
  const Rollout& rollout = group.rollout;
  // A_t = d_t + gamma lambda A_(t+1), d_t = r_t + gamma V(s_(t+1)) - V(s_t); a truncated episode still has its V
  std::vector<torch::Tensor> advantages(rollout.gains.size());
  torch::Tensor later = torch::zeros_like(rollout.gains.back());
  for (std::size_t t = rollout.gains.size(); t-- > 0;) {
    torch::Tensor advantage = rollout.gains[t] - rollout.values[t];
    if (spec_.gamma > 0) {
      advantage =
          advantage + spec_.gamma * rollout.next[t] + spec_.gamma * spec_.gae_lambda * rollout.goes_on[t] * later;
    }
    advantages[t] = later = advantage;
  }
  const torch::Tensor apart = stacked(advantages).flatten(0, 1);
  const torch::Tensor returns = apart + stacked(rollout.values).flatten(0, 1);

  torch::Tensor multipliers = torch::zeros({count_of(lagrangian_.levels())});
  for (std::size_t level = 0; spec_.lagrangian && level < lagrangian_.levels(); ++level) {
    multipliers[count_of(level)] = lagrangian_.multiplier(level);
  }
  const torch::Tensor multiplier = multipliers.index_select(0, stacked(rollout.levels).flatten());
  torch::Tensor joined = (apart.select(1, 0) - multiplier * apart.select(1, 1)) / (1 + multiplier);
  joined = (joined - joined.mean()) / (joined.std(false) + kLeastDeviation);
  return {stacked(rollout.rows).flatten(0, 1), stacked(rollout.drawn).flatten(0, 1),
          stacked(rollout.densities).flatten(0, 1), joined.unsqueeze(-1), returns};
}

void OnPolicyLearner::shuffle() {
  for (Group& group : groups_) {
    group.order.resize(static_cast<std::size_t>(group.samples.rows.size(0)));
    std::iota(group.order.begin(), group.order.end(), 0);
    for (std::size_t i = group.order.size(); i > 1; --i) {
      std::swap(group.order[i - 1], group.order[rng_.below(static_cast<std::uint32_t>(i))]);
    }
  }
}

torch::Tensor OnPolicyLearner::loss(const Samples& samples, const nets::Structure& structure) {
  const torch::Tensor mean = networks_.actor->logits(samples.rows, structure);
  const torch::Tensor ratio = torch::exp(density(mean, samples.drawn) - samples.densities);
  const torch::Tensor policy_loss =
      -torch::min(ratio * samples.advantages, ratio.clamp(1 - spec_.clip, 1 + spec_.clip) * samples.advantages).mean();
  const torch::Tensor value_loss = (networks_.value->forward(samples.rows) - samples.returns).square().mean();
  policy_loss_ = policy_loss.item<double>();
  value_loss_ = value_loss.item<double>();
  // the entropy of a normal distribution is the logarithm of its spread, up to a constant
  return policy_loss + value_loss - spec_.entropy * networks_.spread->log.sum();
}

std::vector<double> OnPolicyLearner::gradients(std::size_t minibatch) {
  const std::size_t part = minibatch % spec_.minibatches;
  if (part == 0) shuffle();
  flat_.clear_gradients();
  for (Group& group : groups_) {
    const std::size_t count = group.order.size();
    const std::size_t begin = part * count / spec_.minibatches, end = (part + 1) * count / spec_.minibatches;
    if (begin == end) continue;
    const torch::Tensor chosen = torch::from_blob(group.order.data() + begin, {count_of(end - begin)}, torch::kLong);
    const auto pick = [&chosen](const torch::Tensor& all) { return all.index_select(0, chosen); };
    const Samples& all = group.samples;
    const double share = static_cast<double>(group.spec.environments) / static_cast<double>(environments());
    (share * loss({pick(all.rows), pick(all.drawn), pick(all.densities), pick(all.advantages), pick(all.returns)},
                  group.structure))
        .backward();
  }
  return flat_.numbers();
}

std::size_t OnPolicyLearner::environments() const {
  std::size_t all = 0;
  for (const Group& group : groups_) all += group.spec.environments;
  return all;
}

std::vector<std::pair<std::string, double>> OnPolicyLearner::figures() const {
  std::vector<std::pair<std::string, double>> all = {
      {"policy_loss", policy_loss_},
      {"value_loss", value_loss_},
      {"spread", torch::exp(networks_.spread->log).mean().item<double>()}};
  for (std::size_t g = 0; spec_.lagrangian && g < groups_.size(); ++g) {
    const Group& group = groups_[g];
    for (std::size_t i = 0; i < group.spec.levels.size(); ++i) {
      const std::string of_group = groups_.size() > 1 ? std::to_string(g) + "/" : "";
      all.emplace_back("multiplier/" + of_group + text_of(group.spec.levels[i]),
                       lagrangian_.multiplier(group.first_level + i));
    }
  }
  return all;
}

void OnPolicyLearner::save(torch::serialize::OutputArchive& archive) {
  flat_.save("networks", archive);
  save_optimizer("optimizer", optimizer_, archive);
}

void OnPolicyLearner::load(torch::serialize::InputArchive& archive) {
  flat_.load("networks", archive);
  load_optimizer("optimizer", optimizer_, archive);
}

std::vector<std::byte> OnPolicyLearner::save_shard() {
  sim::ArchiveWriter writer;
  writer(rng_, lagrangian_, standardizer_, fresh_, level_sums_);
  return writer.take();
}

void OnPolicyLearner::load_shard(std::span<const std::byte> bytes) {
  sim::ArchiveReader reader(bytes);
  reader(rng_, lagrangian_, standardizer_, fresh_, level_sums_);
  if (!reader.at_end()) throw sim::Error("the saved state of a shard is of another experiment, or damaged");
}

}  // namespace faasconf::learner::marl
