#include "sim/stats/running_moments.hpp"

#include <type_traits>

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"
#include "tests/sim/stats/samples.hpp"

namespace faasconf::sim {
namespace {

static_assert(std::is_trivially_copyable_v<RunningMoments>);

RunningMoments moments_of(std::initializer_list<double> values) {
  RunningMoments moments;
  for (const double value : values) moments.add(value);
  return moments;
}

TEST(RunningMoments, MatchNumbersWorkedByHand) {
  const auto moments = moments_of({2, 4, 4, 4, 5, 5, 7, 9});  // mean 5, squared deviations sum to 32
  EXPECT_EQ(moments.count(), 8u);
  EXPECT_DOUBLE_EQ(moments.sum(), 40.0);
  EXPECT_DOUBLE_EQ(moments.mean().value(), 5.0);
  EXPECT_DOUBLE_EQ(moments.variance().value(), 32.0 / 7.0);
  EXPECT_DOUBLE_EQ(moments.standard_deviation().value(), std::sqrt(32.0 / 7.0));
  EXPECT_DOUBLE_EQ(moments.standard_error().value(), std::sqrt(4.0 / 7.0));
  EXPECT_EQ(moments.min(), 2.0);
  EXPECT_EQ(moments.max(), 9.0);
}

TEST(RunningMoments, AreAbsentWithoutValues) {
  const RunningMoments empty;
  EXPECT_EQ(empty.count(), 0u);
  EXPECT_EQ(empty.sum(), 0.0);
  EXPECT_FALSE(empty.mean());
  EXPECT_FALSE(empty.variance());
  EXPECT_FALSE(empty.min());
  EXPECT_FALSE(empty.max());
}

TEST(RunningMoments, OfOneValueHaveAMeanButNoVariance) {
  const auto moments = moments_of({3.5});
  EXPECT_EQ(moments.mean(), 3.5);
  EXPECT_EQ(moments.min(), 3.5);
  EXPECT_EQ(moments.max(), 3.5);
  EXPECT_FALSE(moments.variance());
  EXPECT_FALSE(moments.standard_deviation());
  EXPECT_FALSE(moments.standard_error());
}

TEST(RunningMoments, KeepTheVarianceOfSmallDifferencesBetweenLargeNumbers) {
  const double far = 1e12;
  const auto moments = moments_of({far + 1, far + 2, far + 3, far + 4});
  EXPECT_DOUBLE_EQ(moments.variance().value(), 5.0 / 3.0);
}

TEST(RunningMoments, MergedEqualThoseOfAllValues) {
  Samples samples(1);
  for (const int cut : {0, 1, 10, 500, 999, 1000}) {
    RunningMoments all, left, right;
    for (int i = 0; i < 1000; ++i) {
      const double value = 1e6 + samples.normal();
      all.add(value);
      (i < cut ? left : right).add(value);
    }
    left.merge(right);
    EXPECT_EQ(left.count(), all.count());
    EXPECT_NEAR(left.mean().value(), all.mean().value(), 1e-14 * 1e6);
    EXPECT_NEAR(left.variance().value(), all.variance().value(), 1e-8);
    EXPECT_NEAR(left.sum(), all.sum(), 1e-12 * 1e9);
    EXPECT_EQ(left.min(), all.min());
    EXPECT_EQ(left.max(), all.max());
  }
}

TEST(RunningMoments, MergedOutOfTwoHalvesMatchNumbersWorkedByHand) {
  auto moments = moments_of({2, 4, 4, 4});
  moments.merge(moments_of({5, 5, 7, 9}));
  EXPECT_DOUBLE_EQ(moments.mean().value(), 5.0);
  EXPECT_DOUBLE_EQ(moments.variance().value(), 32.0 / 7.0);
  EXPECT_EQ(moments.min(), 2.0);
  EXPECT_EQ(moments.max(), 9.0);
}

TEST(RunningMoments, SurviveSavingAndRestoring) {
  auto moments = moments_of({1, 2, 4});
  ArchiveWriter writer;
  moments.archive(writer);
  const auto bytes = writer.take();

  RunningMoments restored;
  ArchiveReader reader(bytes);
  restored.archive(reader);
  EXPECT_TRUE(reader.at_end());
  moments.add(8);
  restored.add(8);
  EXPECT_EQ(restored.variance(), moments.variance());
  EXPECT_EQ(restored.sum(), moments.sum());
  EXPECT_EQ(restored.min(), moments.min());
  EXPECT_EQ(restored.max(), moments.max());
}

}  // namespace
}  // namespace faasconf::sim
