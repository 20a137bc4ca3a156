#include "sim/env/normalizer.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"

namespace faasconf::sim {
namespace {

TEST(Normalizer, StandardisesColumns) {
  Normalizer normalizer(2);
  const std::vector<float> rows = {1, 100, 2, 200, 3, 300};
  normalizer.learn(rows);
  std::vector<float> scaled = rows;
  normalizer.apply(scaled);
  EXPECT_EQ(scaled, (std::vector<float>{-1, -1, 0, 0, 1, 1}));
}

TEST(Normalizer, CutsOutliersAndIgnoresWhatNeverVaries) {
  Normalizer normalizer(2, 3);
  normalizer.learn(std::vector<float>{0, 5, 1, 5});
  std::vector<float> scaled = {1000, 7, -1000, 5};
  normalizer.apply(scaled);
  EXPECT_EQ(scaled, (std::vector<float>{3, 0, -3, 0}));
}

TEST(Normalizer, GoesThroughAnArchive) {
  Normalizer normalizer(1);
  normalizer.learn(std::vector<float>{1, 2, 4});
  ArchiveWriter writer;
  writer(normalizer);
  const std::vector<std::byte> bytes = writer.take();
  Normalizer restored;
  ArchiveReader reader(bytes);
  reader(restored);
  std::vector<float> a = {3};
  std::vector<float> b = {3};
  normalizer.apply(a);
  restored.apply(b);
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace faasconf::sim
