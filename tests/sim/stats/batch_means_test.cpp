#include "sim/stats/batch_means.hpp"

#include <gtest/gtest.h>

#include "tests/sim/stats/samples.hpp"

namespace faasconf::sim {
namespace {

TEST(BatchMeansInterval, IsTheIntervalOfTheBatchMeans) {
  const std::vector<double> series = {0, 2, 1, 3, 2, 4};  // batch means 1, 2, 3
  EXPECT_EQ(batch_means_interval(series, 3), mean_interval(std::vector<double>{1, 2, 3}));
}

TEST(BatchMeansInterval, LeavesARemainderOutAtTheFront) {
  const std::vector<double> series = {999, 999, 0, 2, 1, 3, 2, 4};
  EXPECT_EQ(batch_means_interval(series, 3), mean_interval(std::vector<double>{1, 2, 3}));
}

TEST(BatchMeansInterval, IsAbsentWhenABatchWouldBeEmpty) {
  EXPECT_FALSE(batch_means_interval(std::vector<double>(29, 1.0)));
  EXPECT_TRUE(batch_means_interval(std::vector<double>(30, 1.0)));
  EXPECT_FALSE(batch_means_interval(std::vector<double>(100, 1.0), 1));
}

// An AR(1) with correlation 0.8 has a correlation time of 9 steps; batches of 200 are nearly independent, while an
// interval that takes single observations for independent is 3 times too narrow.
TEST(BatchMeansInterval, CoversTheMeanOfAnAutocorrelatedSeries) {
  Samples samples(1);
  const int repetitions = 2000;
  int hits = 0;
  int naive_hits = 0;
  for (int i = 0; i < repetitions; ++i) {
    const auto series = samples.autoregressive(6000, 0.8);
    hits += batch_means_interval(series)->contains(0.0);
    naive_hits += mean_interval(series)->contains(0.0);
  }
  EXPECT_TRUE(covers_at_95_percent(hits, repetitions)) << hits;
  EXPECT_LT(naive_hits, 0.6 * repetitions);
}

// Batch means 10, 0, 1, 0, 1, 0, 1, 0: without the first, squared deviations are 12/7 over 7^2, the least. Keeping
// one fewer would give 3/2 over 6^2, which is more.
TEST(Mser5Truncation, MatchesASeriesWorkedByHand) {
  std::vector<double> series;
  for (const double mean : {10, 0, 1, 0, 1, 0, 1, 0}) series.insert(series.end(), 5, mean);
  EXPECT_EQ(mser5_truncation(series), 5u);
}

TEST(Mser5Truncation, KeepsAllOfAConstantSeries) { EXPECT_EQ(mser5_truncation(std::vector<double>(100, 3.0)), 0u); }

TEST(Mser5Truncation, KeepsAllOfASeriesTooShortToJudge) {
  EXPECT_EQ(mser5_truncation(std::vector<double>{}), 0u);
  EXPECT_EQ(mser5_truncation(std::vector<double>{9, 1, 1, 1, 1, 1, 1}), 0u);
}

TEST(Mser5Truncation, NeverCutsMoreThanHalf) {
  std::vector<double> series;
  for (int i = 0; i < 1000; ++i) series.push_back(i);  // never steady
  EXPECT_LE(mser5_truncation(series), 500u);
  EXPECT_GE(mser5_truncation(series), 450u);
}

// The transient 50 * 0.95^i sinks to a tenth of the stationary standard deviation 1 / sqrt(1 - 0.95^2) = 3.2 after 99.
TEST(Mser5Truncation, RemovesTheTransientOfAnAutoregressiveSeries) {
  Samples samples(2);
  RunningMoments whole, kept;
  for (int i = 0; i < 200; ++i) {
    const auto series = samples.autoregressive(5000, 0.95, 50.0);
    const std::size_t first = mser5_truncation(series);
    EXPECT_GE(first, 20u);
    double sum = 0.0;
    for (const double value : series) sum += value;
    whole.add(sum / 5000.0);
    sum = 0.0;
    for (std::size_t j = first; j < series.size(); ++j) sum += series[j];
    kept.add(sum / static_cast<double>(series.size() - first));
  }
  const double bias = 50.0 / (1.0 - 0.95) / 5000.0;  // of the whole series: 0.2
  EXPECT_NEAR(whole.mean().value(), bias, 4.0 * whole.standard_error().value());
  EXPECT_LT(kept.mean().value(), 0.25 * bias + 4.0 * kept.standard_error().value());
}

}  // namespace
}  // namespace faasconf::sim
