#include "sim/core/pool.hpp"

#include <set>

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"
#include "sim/core/random.hpp"

namespace faasconf::sim {
namespace {

TEST(Pool, ReusesWhatIsGivenBack) {
  Pool<int> pool;
  const std::uint32_t first = pool.take();
  const std::uint32_t second = pool.take();
  EXPECT_NE(first, second);
  pool[first] = 1;
  pool[second] = 2;
  pool.give_back(first);
  EXPECT_EQ(pool.taken(), 1U);
  EXPECT_EQ(pool.take(), first);
  EXPECT_EQ(pool[first], 1);  // the slot keeps what its last owner left
  EXPECT_EQ(pool[second], 2);
  EXPECT_EQ(pool.slots(), 2U);
}

TEST(Pool, NeverGivesASlotTwice) {
  Rng rng(1);
  Pool<int> pool;
  std::set<std::uint32_t> taken;
  std::size_t most = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (taken.empty() || rng.uniform() < 0.5) {
      ASSERT_TRUE(taken.insert(pool.take()).second);
      most = std::max(most, taken.size());
    } else {
      const auto one = std::next(taken.begin(), rng.below(static_cast<std::uint32_t>(taken.size())));
      pool.give_back(*one);
      taken.erase(one);
    }
    ASSERT_EQ(pool.taken(), taken.size());
  }
  EXPECT_EQ(pool.slots(), most);  // memory grows with the most that were taken at once
}

TEST(Pool, IsEmptyAfterClear) {
  Pool<int> pool;
  pool.take();
  pool.give_back(pool.take());
  pool.clear();
  EXPECT_EQ(pool.taken(), 0U);
  EXPECT_EQ(pool.slots(), 0U);
  EXPECT_EQ(pool.take(), 0U);
}

TEST(Pool, GoesThroughAnArchive) {
  Pool<int> pool;
  for (int i = 0; i < 5; ++i) pool[pool.take()] = i;
  pool.give_back(3);
  pool.give_back(1);
  ArchiveWriter writer;
  writer(pool);
  const auto bytes = writer.take();
  Pool<int> copy;
  ArchiveReader reader(bytes);
  reader(copy);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(copy.taken(), 3U);
  EXPECT_EQ(copy[4], 4);
  EXPECT_EQ(copy.take(), pool.take());
  EXPECT_EQ(copy.take(), pool.take());
  EXPECT_EQ(copy.take(), pool.take());
}

}  // namespace
}  // namespace faasconf::sim
