#include "learner/marl/replay_buffer.hpp"

#include <cmath>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"
#include "sim/env/action.hpp"

namespace faasconf::learner::marl {
namespace {

constexpr std::size_t kAgents = 2, kFeatures = 3;

// Transitions whose numbers all tell which they are: number n has rows n, actions n + 0.25, next rows n + 0.5 and
// reward -n.
void add(ReplayBuffer& buffer, const std::vector<int>& which) {
  std::vector<float> rows, actions, next_rows;
  std::vector<double> rewards;
  for (const int n : which) {
    rows.insert(rows.end(), kAgents * kFeatures, static_cast<float>(n));
    actions.insert(actions.end(), kAgents * sim::kKnobs, static_cast<float>(n) + 0.25F);
    next_rows.insert(next_rows.end(), kAgents * kFeatures, static_cast<float>(n) + 0.5F);
    rewards.push_back(-n);
  }
  const std::vector<double> violations(rewards.size());
  const std::vector<std::uint8_t> truncated(rewards.size());
  const std::vector<double> loads(rewards.size());
  buffer.add({.rows = rows,
              .actions = actions,
              .next_rows = next_rows,
              .rewards = rewards,
              .violations = violations,
              .unserved = violations,
              .truncated = truncated,
              .loads = loads});
}

// How often each transition comes in so many draws.
std::map<int, int> counts_of(const ReplayBuffer& buffer, std::size_t draws, std::uint64_t seed = 1) {
  sim::Rng rng(seed);
  const Batch batch = buffer.sample(draws, rng);
  std::map<int, int> counts;
  for (std::int64_t i = 0; i < batch.rewards.size(0); ++i) {
    const auto n = static_cast<int>(-batch.rewards[i].item<float>());
    EXPECT_TRUE(batch.rows[i].eq(n).all().item<bool>());
    EXPECT_TRUE(batch.actions[i].eq(n + 0.25).all().item<bool>());
    EXPECT_TRUE(batch.next_rows[i].eq(n + 0.5).all().item<bool>());
    ++counts[n];
  }
  return counts;
}

TEST(ReplayBuffer, GivesWhatItWasGiven) {
  ReplayBuffer buffer(10, kAgents, kFeatures);
  add(buffer, {1, 2, 3});
  EXPECT_EQ(buffer.size(), 3U);
  sim::Rng rng(1);
  const Batch batch = buffer.sample(7, rng);
  EXPECT_EQ(batch.rows.sizes(), at::IntArrayRef({7, 2, 3}));
  EXPECT_EQ(batch.actions.sizes(), at::IntArrayRef({7, 2, 4}));
  EXPECT_EQ(batch.rewards.sizes(), at::IntArrayRef({7, 1}));
  EXPECT_EQ(batch.next_rows.sizes(), at::IntArrayRef({7, 2, 3}));
}

// 1,200 draws from 4: each comes 300 times, with standard deviation sqrt(1200 / 4 * 3 / 4) = 15.
TEST(ReplayBuffer, DrawsAllAlike) {
  ReplayBuffer buffer(10, kAgents, kFeatures);
  add(buffer, {1, 2, 3, 4});
  const auto counts = counts_of(buffer, 1200);
  ASSERT_EQ(counts.size(), 4U);
  for (const auto& [n, count] : counts) EXPECT_NEAR(count, 300, 5 * 15) << n;
}

TEST(ReplayBuffer, KeepsTheNewest) {
  ReplayBuffer buffer(3, kAgents, kFeatures);
  add(buffer, {1, 2});
  add(buffer, {3, 4});
  EXPECT_EQ(buffer.size(), 3U);
  add(buffer, {5});
  const auto counts = counts_of(buffer, 100);
  ASSERT_EQ(counts.size(), 3U);
  EXPECT_EQ(counts.begin()->first, 3);
  add(buffer, {6, 7, 8, 9, 10, 11, 12});
  EXPECT_EQ(counts_of(buffer, 100).begin()->first, 10);
}

TEST(ReplayBuffer, GoesOnAfterwardsAsBefore) {
  ReplayBuffer buffer(3, kAgents, kFeatures), restored(3, kAgents, kFeatures);
  add(buffer, {1, 2, 3, 4});
  sim::ArchiveWriter writer;
  writer(buffer);
  const auto bytes = writer.take();
  sim::ArchiveReader reader(bytes);
  reader(restored);
  for (ReplayBuffer* const one : {&buffer, &restored}) add(*one, {5});
  EXPECT_EQ(counts_of(restored, 50), counts_of(buffer, 50));
}

}  // namespace
}  // namespace faasconf::learner::marl
