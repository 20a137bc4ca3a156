#include "traces/core/key_set.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "sim/core/random.hpp"

namespace faasconf::traces {
namespace {

TEST(KeySet, KnowsWhatItHasMet) {
  KeySet keys;
  sim::Rng rng = sim::RngStreams(1).stream("keys");
  std::set<std::uint64_t> oracle;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t key = std::uint64_t{rng.below(10'000)}
                              << (8 * rng.below(5));  // 0 among them, and low bits alike
    EXPECT_EQ(keys.insert(key), oracle.insert(key).second) << key;
  }
  keys.clear();
  EXPECT_TRUE(keys.insert(0));
  EXPECT_TRUE(keys.insert(1));
  EXPECT_FALSE(keys.insert(0));
}

TEST(KeyOf, TellsWhereNamesEnd) {
  const std::set<std::uint64_t> keys{key_of("ab", "c"), key_of("a", "bc"), key_of("a", "b", "c"), key_of("abc", "")};
  EXPECT_EQ(keys.size(), 4U);
}

}  // namespace
}  // namespace faasconf::traces
