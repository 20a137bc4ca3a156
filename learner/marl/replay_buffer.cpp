#include "learner/marl/replay_buffer.hpp"

#include <algorithm>

#include "sim/env/action.hpp"

namespace faasconf::learner::marl {
namespace {

void put(std::vector<float>& into, std::size_t place, std::span<const float> row) {
  const std::size_t first = place * row.size();
  if (into.size() < first + row.size()) into.resize(first + row.size());
  std::copy(row.begin(), row.end(), into.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace

ReplayBuffer::ReplayBuffer(std::size_t capacity, std::size_t agents, std::size_t features)
    : capacity_(capacity), agents_(agents), features_(features) {}

void ReplayBuffer::add(const Experience& experience) {
  const std::size_t row = agents_ * features_, action = agents_ * sim::kKnobs;
  for (std::size_t i = 0; i < experience.rewards.size(); ++i) {
    const float reward = static_cast<float>(experience.rewards[i]);
    put(rows_, next_, experience.rows.subspan(i * row, row));
    put(actions_, next_, experience.actions.subspan(i * action, action));
    put(rewards_, next_, {&reward, 1});
    put(next_rows_, next_, experience.next_rows.subspan(i * row, row));
    next_ = (next_ + 1) % capacity_;
    filled_ = std::min(filled_ + 1, capacity_);
  }
}

Batch ReplayBuffer::sample(std::size_t count, sim::Rng& rng) const {
  const auto batch = static_cast<std::int64_t>(count), agents = static_cast<std::int64_t>(agents_),
             features = static_cast<std::int64_t>(features_), knobs = static_cast<std::int64_t>(sim::kKnobs);
  Batch drawn{torch::empty({batch, agents, features}), torch::empty({batch, agents, knobs}), torch::empty({batch, 1}),
              torch::empty({batch, agents, features})};
  const std::size_t row = agents_ * features_, action = agents_ * sim::kKnobs;
  const auto copy = [](const std::vector<float>& from, std::size_t place, std::size_t size, const torch::Tensor& to,
                       std::size_t i) {
    std::copy_n(from.data() + place * size, size, to.data_ptr<float>() + i * size);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = rng.below(static_cast<std::uint32_t>(filled_));
    copy(rows_, place, row, drawn.rows, i);
    copy(actions_, place, action, drawn.actions, i);
    copy(rewards_, place, 1, drawn.rewards, i);
    copy(next_rows_, place, row, drawn.next_rows, i);
  }
  return drawn;
}

}  // namespace faasconf::learner::marl
