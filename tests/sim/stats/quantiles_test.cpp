#include "sim/stats/quantiles.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"
#include "tests/sim/stats/samples.hpp"

namespace faasconf::sim {
namespace {

constexpr double rounding = 1.0 + 1e-12;
const double promise = QuantileSketch().relative_error() * rounding;

const std::vector<double> probabilities = {0.0, 0.001, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1.0};

template <class Summary>
Summary summary_of(const std::vector<double>& values) {
  Summary summary;
  for (const double value : values) summary.add(value);
  return summary;
}

std::vector<double> draw(std::size_t size, const std::function<double()>& sample) {
  std::vector<double> values(size);
  for (double& value : values) value = sample();
  return values;
}

template <class Summary>
void expect_within_relative_error(const Summary& summary, std::vector<double> values, double relative_error) {
  std::sort(values.begin(), values.end());
  ASSERT_EQ(summary.count(), values.size());
  for (const double p : probabilities) {
    const double exact = *quantile_of_sorted(values, p);
    EXPECT_NEAR(summary.quantile(p).value(), exact, relative_error * exact) << "p = " << p;
  }
}

TEST(QuantileOfSorted, InterpolatesAsNumPyDoes) {
  const std::vector<double> sorted = {1, 2, 4, 8};  // at p, order statistic 1 + 3 p
  EXPECT_EQ(quantile_of_sorted(sorted, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(quantile_of_sorted(sorted, 0.25).value(), 1.75);
  EXPECT_DOUBLE_EQ(quantile_of_sorted(sorted, 0.5).value(), 3.0);
  EXPECT_DOUBLE_EQ(quantile_of_sorted(sorted, 0.9).value(), 6.8);
  EXPECT_EQ(quantile_of_sorted(sorted, 1.0), 8.0);
}

TEST(QuantileOfSorted, IsAbsentWithoutValues) { EXPECT_FALSE(quantile_of_sorted({}, 0.5)); }

TEST(QuantileSketch, PromisesAtMostOnePercent) { EXPECT_LE(QuantileSketch().relative_error(), 0.01); }

TEST(QuantileSketch, OfMoreBitsPromisesMore) {
  const QuantileSketch fine(10);
  EXPECT_EQ(fine.relative_error(), 1.0 / 1024);
  Samples samples(11);
  auto sketch = fine;
  const auto values = draw(20'000, [&] { return samples.exponential(); });
  for (const double value : values) sketch.add(value);
  expect_within_relative_error(sketch, values, fine.relative_error() * rounding);
}

// Oracle: 64,000 equidistant values of one bucket, whose order statistics are known.
TEST(QuantileSketch, TakesTheValuesOfABucketToLieEvenlyInIt) {
  QuantileSketch sketch;
  const double width = sketch.relative_error();
  for (int i = 0; i < 64'000; ++i) sketch.add(1 + width * (i + 0.5) / 64'000);
  for (const double p : {0.1, 0.5, 0.9}) EXPECT_NEAR(sketch.quantile(p).value(), 1 + width * p, 1e-3 * width);
}

// Oracle: the quantiles of the exponential distribution, q = -log(1 - p), density 1 - p, |f'| = f. Their error is that
// of the interpolation, w^2 / 8 with w at most q / 128; equidistant values have no other.
TEST(QuantileSketch, ErrsLittleWhereTheDensityIsSmooth) {
  QuantileSketch sketch;
  constexpr int count = 1'000'000;
  for (int i = 0; i < count; ++i) sketch.add(-std::log1p(-(i + 0.5) / count));
  for (const double p : {0.25, 0.5, 0.75, 0.95, 0.99}) {
    const double exact = -std::log1p(-p);
    const double width = exact * sketch.relative_error();
    EXPECT_NEAR(sketch.quantile(p).value(), exact, width * width / 8 + 2.0 / count / (1 - p)) << "p = " << p;
  }
}

TEST(QuantileSketch, OfOneValueManyTimesIsThatValue) {
  QuantileSketch sketch;
  for (int i = 0; i < 10'000; ++i) sketch.add(0.3);
  for (const double p : probabilities) EXPECT_EQ(sketch.quantile(p), 0.3) << "p = " << p;
}

TEST(QuantileSketch, KeepsItsPromiseOnUniformSamples) {
  Samples samples(1);
  const auto values = draw(20'000, [&] { return samples.uniform(); });
  expect_within_relative_error(summary_of<QuantileSketch>(values), values, promise);
}

TEST(QuantileSketch, KeepsItsPromiseOnExponentialSamples) {
  Samples samples(2);
  const auto values = draw(20'000, [&] { return 0.1 * samples.exponential(); });
  expect_within_relative_error(summary_of<QuantileSketch>(values), values, promise);
}

TEST(QuantileSketch, KeepsItsPromiseOnHeavyTailedLogNormalSamples) {
  Samples samples(3);
  const auto values = draw(20'000, [&] { return std::exp(3.0 * samples.normal()); });
  expect_within_relative_error(summary_of<QuantileSketch>(values), values, promise);
}

TEST(QuantileSketch, KeepsItsPromiseFromTheSmallestBucketToTheLargestDouble) {
  const double largest = std::numeric_limits<double>::max();
  const std::vector<double> values = {1e-9, 2e-9, 1.0, 1.0 + 1.0 / 64, 2.0, 1e100, 0.99 * largest, largest};
  const auto sketch = summary_of<QuantileSketch>(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = static_cast<double>(i) / 7.0;
    if (p * 7.0 != static_cast<double>(i)) continue;  // would interpolate by a rounding error
    EXPECT_NEAR(sketch.quantile(p).value() / values[i], 1.0, promise) << values[i];
  }
}

TEST(QuantileSketch, KnowsTheSmallestAndLargestValueExactly) {
  const auto sketch = summary_of<QuantileSketch>({0.123, 0.456, 0.789});
  EXPECT_EQ(sketch.quantile(0.0), 0.123);
  EXPECT_EQ(sketch.quantile(1.0), 0.789);
}

TEST(QuantileSketch, TakesTinyValuesForZero) {
  const auto sketch = summary_of<QuantileSketch>({0.0, 1e-10, 5e-10, 1.0, 2.0});
  EXPECT_EQ(sketch.count(), 5u);
  EXPECT_EQ(sketch.quantile(0.25), 0.0);
  EXPECT_NEAR(sketch.quantile(0.75).value(), 1.0, promise);
}

TEST(QuantileSketch, IsAbsentWithoutValues) { EXPECT_FALSE(QuantileSketch().quantile(0.5)); }

TEST(QuantileSketch, MergedEqualsThatOfAllValues) {
  Samples samples(4);
  const auto small = draw(1000, [&] { return 1e-6 * samples.exponential(); });
  const auto large = draw(1000, [&] { return 1e3 * samples.exponential(); });
  auto all = summary_of<QuantileSketch>(small);
  for (const double value : large) all.add(value);

  auto upwards = summary_of<QuantileSketch>(small);
  upwards.merge(summary_of<QuantileSketch>(large));
  auto downwards = summary_of<QuantileSketch>(large);
  downwards.merge(summary_of<QuantileSketch>(small));
  QuantileSketch from_nothing;
  from_nothing.merge(all);
  from_nothing.merge(QuantileSketch());
  EXPECT_EQ(upwards.count(), 2000u);
  for (const double p : probabilities) {
    EXPECT_EQ(upwards.quantile(p), all.quantile(p)) << "p = " << p;
    EXPECT_EQ(downwards.quantile(p), all.quantile(p)) << "p = " << p;
    EXPECT_EQ(from_nothing.quantile(p), all.quantile(p)) << "p = " << p;
  }
}

TEST(QuantileSketch, TakesNoMoreMemoryForMoreValuesOfTheSameRange) {
  const auto size_of = [](int repetitions) {
    QuantileSketch sketch;
    for (int i = 0; i < repetitions; ++i) {
      for (const double value : {0.001, 0.1, 10.0, 1000.0}) sketch.add(value);
    }
    ArchiveWriter writer;
    sketch.archive(writer);
    return writer.take().size();
  };
  EXPECT_EQ(size_of(10'000), size_of(1));
  EXPECT_LE(size_of(1), 21u * 1024u + 128u);  // 0.001 to 1000 touches 20 octaves, 1 KiB each
}

TEST(Quantiles, AreExactUpToTheLimit) {
  Samples samples(5);
  const auto values = draw(Quantiles::exact_limit, [&] { return samples.exponential(); });
  const auto quantiles = summary_of<Quantiles>(values);
  EXPECT_TRUE(quantiles.is_exact());
  expect_within_relative_error(quantiles, values, 0.0);
}

TEST(Quantiles, BecomeASketchBeyondTheLimit) {
  Samples samples(6);
  const auto values = draw(Quantiles::exact_limit + 1, [&] { return samples.exponential(); });
  const auto quantiles = summary_of<Quantiles>(values);
  EXPECT_FALSE(quantiles.is_exact());
  expect_within_relative_error(quantiles, values, Quantiles::relative_error * rounding);
}

TEST(Quantiles, SayHowFarTheyMayBeOff) {
  EXPECT_EQ(Quantiles::resolution(5.12, Quantiles::exact_limit), 0.0);
  EXPECT_DOUBLE_EQ(Quantiles::resolution(5.12, Quantiles::exact_limit + 1), 0.01);
}

// Ten windows of 1,000 values, merged one by one or those of the second half beforehand.
TEST(Quantiles, DoNotDependOnTheOrderOfMerging) {
  Samples samples(12);
  std::vector<Quantiles> windows;
  for (int i = 0; i < 10; ++i) {
    windows.push_back(summary_of<Quantiles>(draw(1000, [&] { return samples.exponential(); })));
  }
  Quantiles one_by_one;
  for (const Quantiles& window : windows) one_by_one.merge(window);
  Quantiles in_halves;
  Quantiles second_half;
  for (std::size_t i = 0; i < 5; ++i) {
    second_half.merge(windows[9 - i]);
    in_halves.merge(windows[i]);
  }
  in_halves.merge(second_half);
  for (const double p : probabilities) EXPECT_EQ(in_halves.quantile(p), one_by_one.quantile(p)) << "p = " << p;
}

TEST(Quantiles, AreTheSameSortedOrNot) {
  Samples samples(7);
  auto quantiles = summary_of<Quantiles>(draw(101, [&] { return samples.exponential(); }));
  auto sorted = quantiles;
  sorted.sort();
  for (const double p : probabilities) EXPECT_EQ(sorted.quantile(p), quantiles.quantile(p)) << "p = " << p;
}

// The few are sorted in another way than the many; half of the values occur more than once.
TEST(Quantiles, AreSortedWhateverTheirNumber) {
  Samples samples(8);
  for (std::size_t count = 1; count <= 130; ++count) {
    std::vector<double> values =
        draw(count, [&] { return std::floor(static_cast<double>(count) * samples.uniform()); });
    auto quantiles = summary_of<Quantiles>(values);
    quantiles.sort();
    std::sort(values.begin(), values.end());
    for (const double p : probabilities) {
      ASSERT_EQ(quantiles.quantile(p), quantile_of_sorted(values, p)) << count << " values, p = " << p;
    }
  }
}

TEST(Quantiles, CountValuesAddedAfterSorting) {
  auto quantiles = summary_of<Quantiles>({3.0, 2.0});
  quantiles.sort();
  quantiles.add(1.0);
  EXPECT_EQ(quantiles.quantile(0.0), 1.0);
  EXPECT_EQ(quantiles.quantile(0.5), 2.0);
}

TEST(Quantiles, AreAbsentWithoutValues) {
  EXPECT_FALSE(Quantiles().quantile(0.5));
  EXPECT_TRUE(Quantiles().is_exact());
}

TEST(Quantiles, MergedEqualThoseOfAllValues) {
  struct Sizes {
    std::size_t left, right;
  };
  Samples samples(8);
  const Sizes cases[] = {{0, 10}, {10, 0}, {2000, 2096}, {2000, 2097}, {5000, 10}, {10, 5000}, {5000, 5000}};
  for (const auto [left, right] : cases) {
    const auto first = draw(left, [&] { return samples.exponential(); });
    const auto second = draw(right, [&] { return samples.exponential(); });
    auto all = summary_of<Quantiles>(first);
    for (const double value : second) all.add(value);
    auto merged = summary_of<Quantiles>(first);
    merged.merge(summary_of<Quantiles>(second));
    EXPECT_EQ(merged.count(), left + right);
    EXPECT_EQ(merged.is_exact(), left + right <= Quantiles::exact_limit);
    for (const double p : probabilities) EXPECT_EQ(merged.quantile(p), all.quantile(p)) << "p = " << p;
  }
}

TEST(Quantiles, ForgetEverythingWhenCleared) {
  Samples samples(9);
  auto quantiles = summary_of<Quantiles>(draw(5000, [&] { return samples.exponential(); }));
  quantiles.clear();
  EXPECT_EQ(quantiles.count(), 0u);
  EXPECT_TRUE(quantiles.is_exact());
  EXPECT_FALSE(quantiles.quantile(0.5));
  quantiles.add(7.0);
  EXPECT_EQ(quantiles.quantile(0.5), 7.0);
}

TEST(Quantiles, SurviveSavingAndRestoring) {
  Samples samples(10);
  for (const std::size_t size : {std::size_t{100}, std::size_t{5000}}) {
    auto quantiles = summary_of<Quantiles>(draw(size, [&] { return samples.exponential(); }));
    ArchiveWriter writer;
    quantiles.archive(writer);
    const auto bytes = writer.take();

    Quantiles restored;
    ArchiveReader reader(bytes);
    restored.archive(reader);
    EXPECT_TRUE(reader.at_end());
    quantiles.add(1e-3);
    restored.add(1e-3);
    EXPECT_EQ(restored.count(), quantiles.count());
    for (const double p : probabilities) EXPECT_EQ(restored.quantile(p), quantiles.quantile(p)) << "p = " << p;
  }
}

}  // namespace
}  // namespace faasconf::sim
