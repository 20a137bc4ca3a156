#include "traces/files/seal.hpp"

#include <cstddef>

#include <gtest/gtest.h>

#include "traces/files/digest.hpp"

namespace faasconf::files {
namespace {

constexpr Seal kSeal{.before = ",\"sha256\":\"", .after = "\"}\n"};

TEST(Seal, IsTheDigestOfAllThatStandsBeforeIt) {
  EXPECT_EQ(sealed("{\"a\":1", kSeal), "{\"a\":1,\"sha256\":\"" + sha256("{\"a\":1,\"sha256\":\"") + "\"}\n");
  EXPECT_TRUE(is_sealed(sealed("{\"a\":1", kSeal), kSeal));
}

TEST(Seal, IsBrokenByEveryFlippedBit) {
  const std::string whole = sealed("some bytes", kSeal);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(is_sealed(damaged, kSeal)) << bit;
  }
}

TEST(Seal, IsBrokenWhereTheFileEndsEarlyOrGoesOn) {
  const std::string whole = sealed("some bytes", kSeal);
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(is_sealed(whole.substr(0, size), kSeal)) << size;
  EXPECT_FALSE(is_sealed(whole + "\n", kSeal));
}

TEST(Seal, IsToldFromNone) {
  std::string damaged = sealed("some bytes", kSeal);
  damaged.front() = 'S';
  EXPECT_TRUE(looks_sealed(damaged, kSeal));
  EXPECT_FALSE(looks_sealed("some bytes}\n", kSeal));
}

}  // namespace
}  // namespace faasconf::files
