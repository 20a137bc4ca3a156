#include "traces/replay/idle_histogram.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace faasconf::traces {
namespace {

using namespace std::chrono_literals;
using Windows = sim::IdleWindows;

IdleHistogram with(int count, sim::Duration idle, IdleHistogram histogram = IdleHistogram()) {
  for (int i = 0; i < count; ++i) histogram.add(idle);
  return histogram;
}

TEST(IdleHistogram, KeepsLoadedForItsRangeAtFirst) { EXPECT_EQ(IdleHistogram().windows(), (Windows{0min, 240min})); }

// 100 idle times of 10.5 min: the bin from 10 to 11 min. Head 10 min less 10 %, tail 11 min and 10 %.
TEST(IdleHistogram, LoadsBetweenItsPercentilesWithMargins) {
  IdleHistogram histogram = with(100, 10min + 30s);
  EXPECT_EQ(histogram.windows(), (Windows{9min, 12min + 6s - 9min}));
  // 100 of 101 are more than 99 %, 100 of 102 are less
  histogram.add(30min);
  EXPECT_EQ(histogram.windows(), (Windows{9min, 12min + 6s - 9min}));
  histogram.add(30min);
  EXPECT_EQ(histogram.windows(), (Windows{9min, 34min + 6s - 9min}));
}

// Exactly 5 of 100 lie in the first bin: that is the 5th percentile's. 4 of 100 are too few.
TEST(IdleHistogram, IsNotUnloadedWhereTheHeadIsTheFirstMinute) {
  EXPECT_EQ(with(95, 20min, with(5, 59s)).windows().pre_warm, 0min);
  EXPECT_EQ(with(96, 20min, with(4, 59s)).windows().pre_warm, 18min);
}

// The edges of minutes belong to the bins that they begin.
TEST(IdleHistogram, CountsWholeMinutes) {
  EXPECT_EQ(with(1, 1min - 1ns).windows().pre_warm, 0min);
  EXPECT_EQ(with(1, 1min).windows().pre_warm, 54s);
  EXPECT_EQ(with(1, 240min - 1ns).windows(), (Windows{239 * 54s, 240 * 66s - 239 * 54s}));
  EXPECT_EQ(with(1, 240min).windows(), (Windows{204min, 72min})) << "a forecast of 240 min";
}

// k of 240 bins have one each: CV^2 = 240 / k - 1, which is 4 at k = 48.
TEST(IdleHistogram, ThatIsFlatTellsNothing) {
  IdleHistogram histogram;
  for (int bin = 0; bin < 48; ++bin) histogram.add(bin * 1min + 5min);
  EXPECT_NEAR(histogram.bin_cv(), 2, 1e-12);
  histogram.add(100min);
  EXPECT_LT(histogram.bin_cv(), 2);
  EXPECT_EQ(histogram.windows(), (Windows{0min, 240min}));
}

// The mean of 240, 10 and 300 min, which are too few for a model, less 15 % to 15 % more.
TEST(IdleHistogram, ThatMostIdleTimesExceedGivesWayToAForecast) {
  IdleHistogram histogram = with(1, 10min, with(1, 240min));
  EXPECT_EQ(histogram.windows().pre_warm, 9min);
  histogram.add(300min);
  EXPECT_EQ(histogram.windows(), (Windows{9350s, 3300s}));
}

TEST(IdleHistogram, ForecastsFromTheLatestIdleTimesAlone) {
  const IdleHistogram histogram = with(IdleHistogram::kRecent, 20h, with(70, 5h));
  EXPECT_EQ(histogram.windows(), (Windows{17h, 6h}));
}

// 1300, 1200, .. 400 min: the trend would go on to 300.
TEST(IdleHistogram, ForecastsNothingShorterThanTheShortest) {
  IdleHistogram histogram;
  for (int i = 0; i < 10; ++i) histogram.add(1300min - i * 100min);
  EXPECT_EQ(histogram.windows(), (Windows{340min, 120min}));
}

}  // namespace
}  // namespace faasconf::traces
