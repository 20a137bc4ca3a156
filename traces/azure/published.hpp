#pragma once
// Statistics of the Azure Functions 2019 data set as published: by Shahrad et al., "Serverless in the Wild" (USENIX ATC
// 2020), and of its released files. Shares are of 1.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "traces/core/trace.hpp"

namespace faasconf::traces::published {

// By trigger, in the order of Trigger. The data set's own table of functions sums to 105.7 %; here to 1.
inline constexpr std::array<double, 7> kFunctionShares = {.4096, .2696, .0246, .1429, .0218, .0776, .0539};
inline constexpr std::array<double, 7> kCallShares = {.225, .018, .309, .424, .008, .014, .001};

// The first day's file, a Monday.
inline constexpr std::uint32_t kFunctions = 46'412;
inline constexpr double kFewerThan10Calls = .366;  // of its functions
inline constexpr double kNonZeroMinutes = .149;    // of its cells
inline constexpr double kTopFunctionCalls = 123.0e6;
inline constexpr double kTopFunctionCv = .095;  // of its minute counts

// Calls by the most popular functions.
inline constexpr double kTopFunctionShare = .135;
inline constexpr double kTopThousandthShare = .71;
inline constexpr double kTopHundredthShare = .93;

// Functions with at most so many calls a day, mean of 14 days.
inline constexpr std::array<double, 5> kDailyCalls = {1, 10, 24, 288, 1440};
inline constexpr std::array<double, 5> kDailyCallsShares = {.33, .54, .62, .83, .93};

// Apps with so many functions: 1, 2, 3, 4 to 5, 6 to 10, more.
inline constexpr std::array<std::size_t, 5> kAppSizes = {1, 2, 3, 5, 10};
inline constexpr std::array<double, 6> kAppSizeShares = {.54, .16, .10, .08, .07, .05};

// A function's mean execution time: shares up to so many seconds. The log-normal fit (of ln s) is another one's, of the
// same data: it has 21 % under 100 ms and its median at 0.68 s.
inline constexpr std::array<double, 4> kDurations_s = {.1, .95, 10, 60};
inline constexpr std::array<double, 4> kDurationShares = {.15, .50, .85, .96};
inline constexpr double kDurationFitMu = -.38;
inline constexpr double kDurationFitSigma = 2.36;

// An app's mean memory: P(X <= x) = 1 - (1 + (x / lambda)^c)^-k, Burr's type XII. Its median is 140 MB.
inline constexpr double kMemoryBurrC = 11.652;
inline constexpr double kMemoryBurrK = .221;
inline constexpr double kMemoryBurrLambda_mb = 107.083;
inline constexpr double kMemoryMedian_mb = 140;
inline double memory_quantile_mb(double probability) {
  const double tail = std::pow(1 - probability, -1 / kMemoryBurrK);
  return kMemoryBurrLambda_mb * std::pow(std::max(tail - 1, 0.0), 1 / kMemoryBurrC);
}

// Coefficients of variation of the times between an app's calls: about 0, and at most 1.
inline constexpr double kCvAboutZero = .21;
inline constexpr double kCvAtMostOne = .59;

inline constexpr double kBaseline = .5;      // of the load over a day: its quietest hour over its busiest
inline constexpr double kWeekendRows = .78;  // functions called on a day of the weekend, over those on a weekday

}  // namespace faasconf::traces::published
