#include "learner/marl/standardizer.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"

namespace faasconf::learner::marl {
namespace {

// By hand: the columns have mean 4 and deviation 3, mean -1 and deviation 1; the last is constant.
const std::vector<float> kRows = {1, -2, 1234.5F, 7, 0, 1234.5F, 1, 0, 1234.5F, 7, -2, 1234.5F};

std::vector<double> sums_of(std::span<const float> rows) {
  RowSums sums(3);
  sums.add(rows);
  return sums.take();
}

torch::Tensor apply(const Standardizer& standardizer, std::vector<float> row) {
  return standardizer.apply(torch::tensor(row));
}

TEST(Standardizer, HasTheMomentsOfTheRows) {
  Standardizer standardizer(3);
  standardizer.learn(sums_of(kRows));
  EXPECT_TRUE(torch::allclose(standardizer.mean(), torch::tensor({4.0F, -1.0F, 1234.5F})));
  EXPECT_TRUE(torch::allclose(standardizer.scale(), torch::tensor({1 / 3.0F, 1.0F, 0.0F})));
  EXPECT_TRUE(torch::allclose(apply(standardizer, {10, -1.5, 0}), torch::tensor({2.0F, -0.5F, 0.0F})));
}

TEST(Standardizer, MakesZerosOfWhatHasNotVaried) {
  Standardizer standardizer(3);
  EXPECT_TRUE(torch::equal(apply(standardizer, {1, 2, 3}), torch::zeros({3}))) << "nothing is known yet";
  standardizer.learn(sums_of(kRows));
  EXPECT_EQ(apply(standardizer, {1, 2, 1e6F})[2].item<float>(), 0);

  // 0.1 as float, which double does not add up exactly
  Standardizer of_tenths(3);
  of_tenths.learn(sums_of(std::vector<float>(3000, 0.1F)));
  EXPECT_TRUE(torch::equal(of_tenths.scale(), torch::zeros({3}))) << of_tenths.scale();
}

TEST(Standardizer, CutsAtItsLimit) {
  Standardizer standardizer(3, 2);
  standardizer.learn(sums_of(kRows));
  EXPECT_TRUE(torch::equal(apply(standardizer, {1000, -1000, 0}), torch::tensor({2.0F, -2.0F, 0.0F})));
}

// Shards tell the mean of their sums; times their number it is the sum of all rows.
TEST(Standardizer, LearnsBitByBit) {
  Standardizer at_once(3), in_parts(3);
  at_once.learn(sums_of(kRows));
  in_parts.learn(sums_of(std::span(kRows).first(3)));
  in_parts.learn(sums_of(std::span(kRows).subspan(3)));
  EXPECT_TRUE(torch::equal(in_parts.mean(), at_once.mean()));
  EXPECT_TRUE(torch::equal(in_parts.scale(), at_once.scale()));
}

TEST(RowSums, BeginAnewWhenTaken) {
  RowSums sums(3);
  sums.add(kRows);
  EXPECT_EQ(sums.take()[0], 4);
  EXPECT_EQ(sums.take(), std::vector<double>(7));
}

TEST(Standardizer, ComesBackFromItsArchive) {
  Standardizer standardizer(3), restored(3);
  standardizer.learn(sums_of(kRows));
  sim::ArchiveWriter writer;
  writer(standardizer);
  const auto bytes = writer.take();
  sim::ArchiveReader reader(bytes);
  reader(restored);
  EXPECT_TRUE(torch::equal(restored.mean(), standardizer.mean()));
  EXPECT_TRUE(torch::equal(restored.scale(), standardizer.scale()));
}

}  // namespace
}  // namespace faasconf::learner::marl
