#include "sim/model/arrivals.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/core/goodness_of_fit.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

Time at(double seconds) { return Time(from_seconds(seconds)); }

// All arrivals before the end, of one replication.
std::vector<Time> arrivals(const OpenLoop& open_loop, const Profile* profile, Time end, std::uint64_t replication = 0) {
  ArrivalProcess process(open_loop, profile, Time{}, RngStreams(3, replication).stream("arrivals"));
  std::vector<Time> times;
  for (;;) {
    const Time next = process.next(open_loop, profile);
    if (next >= end) return times;
    times.push_back(next);
  }
}

std::vector<double> counts(const std::vector<Time>& times, double window_s, std::size_t windows) {
  std::vector<double> count(windows);
  for (const Time time : times) {
    const auto window = static_cast<std::size_t>(to_seconds(time) / window_s);
    if (window < windows) ++count[window];
  }
  return count;
}

// Mean count of a window, and mean squared deviation from the exact mean, over replications.
struct CountEstimates {
  Estimate mean;
  Estimate variance;
};
CountEstimates estimate_counts(const OpenLoop& open_loop, double window_s, std::size_t windows) {
  const double exact = open_loop.rate_per_s * window_s;
  RunningMoments means;
  RunningMoments variances;
  for (std::uint64_t replication = 0; replication < 40; ++replication) {
    const auto times = arrivals(open_loop, nullptr, at(window_s * static_cast<double>(windows)), replication);
    RunningMoments count;
    RunningMoments squares;
    for (const double n : counts(times, window_s, windows)) {
      count.add(n);
      squares.add((n - exact) * (n - exact));
    }
    means.add(*count.mean());
    variances.add(*squares.mean());
  }
  return {.mean = estimate_of(means), .variance = estimate_of(variances)};
}

// Gaps between times that are mapped to operational time, where they come at rate 1.
template <class Map>
std::vector<double> operational_gaps(const std::vector<Time>& times, Map map) {
  std::vector<double> gaps;
  double last = 0;
  for (const Time time : times) {
    const double mapped = map(time);
    gaps.push_back(mapped - last);
    last = mapped;
  }
  return gaps;
}

double exponential_cdf(double x) { return -std::expm1(-x); }

// --- Poisson

// Oracle: counts of a Poisson process have a variance equal to their mean, in windows of any length.
TEST(PoissonArrivals, HaveCountsWithEqualMeanAndVariance) {
  for (const double window_s : {0.1, 3.0}) {
    const auto [mean, variance] = estimate_counts({.rate_per_s = 4, .process = PoissonArrivals{}}, window_s, 8000);
    EXPECT_THAT(mean, Estimates(4 * window_s));
    EXPECT_THAT(variance, Estimates(4 * window_s));
  }
}

// Oracle: the gaps are exponential.
TEST(PoissonArrivals, HaveExponentialGaps) {
  const auto times = arrivals({.rate_per_s = 4, .process = PoissonArrivals{}}, nullptr, at(10'000));
  const auto gaps = operational_gaps(times, [](Time time) { return 4 * to_seconds(time); });
  EXPECT_LT(kolmogorov_smirnov(gaps, exponential_cdf), kKolmogorovQuantile);
}

// --- deterministic and gamma

TEST(DeterministicArrivals, ComeLikeClockwork) {
  EXPECT_EQ(arrivals({.rate_per_s = 4, .process = DeterministicArrivals{}}, nullptr, at(1.1)),
            (std::vector<Time>{Time(250ms), Time(500ms), Time(750ms), Time(1s)}));
}

// Oracle: gaps of mean 1 / lambda and second moment (1 + cv^2) / lambda^2.
TEST(GammaArrivals, HaveGapsOfTheWantedSpread) {
  for (const double cv : {0.5, 2.0}) {
    RunningMoments means;
    RunningMoments squares;
    for (std::uint64_t replication = 0; replication < 40; ++replication) {
      const OpenLoop open_loop{.rate_per_s = 5, .process = GammaArrivals{.cv = cv}};
      ArrivalProcess process(open_loop, nullptr, Time{}, RngStreams(4, replication).stream("arrivals"));
      RunningMoments gap;
      RunningMoments square;
      Time last{};
      for (int i = 0; i < 20'000; ++i) {
        const Time next = process.next(open_loop, nullptr);
        gap.add(to_seconds(next - last));
        square.add(to_seconds(next - last) * to_seconds(next - last));
        last = next;
      }
      means.add(*gap.mean());
      squares.add(*square.mean());
    }
    EXPECT_THAT(estimate_of(means), Estimates(0.2)) << cv;
    EXPECT_THAT(estimate_of(squares), Estimates((1 + cv * cv) / 25)) << cv;
  }
}

// Oracle: the gaps follow the gamma distribution of shape 1 / cv^2.
TEST(GammaArrivals, HaveGammaGaps) {
  for (const double shape : {4.0, 0.25}) {
    const auto times =
        arrivals({.rate_per_s = 5, .process = GammaArrivals{.cv = 1 / std::sqrt(shape)}}, nullptr, at(5'000));
    const auto gaps = operational_gaps(times, [](Time time) { return 5 * to_seconds(time); });
    // gaps near 0 are rounded to whole nanoseconds, far below what the test sees
    EXPECT_LT(kolmogorov_smirnov(gaps, [=](double x) { return gamma_cdf(shape, shape * x); }), kKolmogorovQuantile)
        << shape;
  }
}

// --- Markov-modulated

// Oracle: two states with rates l1, l2 left at rates r1, r2. In a window of length t of the stationary process
// Var N / E N = 1 + 2 (l1 - l2)^2 r1 r2 / ((r1 + r2)^2 (l1 r2 + l2 r1)) x (1 - (1 - exp(-(r1 + r2) t)) / ((r1 + r2)
// t)). Heffes and Lucantoni (1986).
TEST(MmppArrivals, AreDispersedAsHeffesAndLucantoniSay) {
  const double l1 = 1, l2 = 9, r1 = 0.25, r2 = 1;
  const double mean_rate = (l1 * r2 + l2 * r1) / (r1 + r2);
  const OpenLoop open_loop{
      .rate_per_s = mean_rate,
      .process = MmppArrivals{.relative_rates = {l1 / 7, l2 / 7}, .mean_stay_s = {1 / r1, 1 / r2}}};
  for (const double window_s : {0.2, 2.0, 50.0}) {
    const auto [mean, variance] = estimate_counts(open_loop, window_s, static_cast<std::size_t>(40'000 / window_s));
    const double turns = (r1 + r2) * window_s;
    const double burstiness = 2 * (l1 - l2) * (l1 - l2) * r1 * r2 / ((r1 + r2) * (r1 + r2) * (l1 * r2 + l2 * r1));
    const double dispersion = 1 + burstiness * (1 + std::expm1(-turns) / turns);
    EXPECT_THAT(mean, Estimates(mean_rate * window_s)) << window_s;
    EXPECT_THAT(variance, Estimates(dispersion * mean_rate * window_s)) << window_s;
  }
}

// Oracle: it begins in its stationary mixture, so even the first moments bring the mean rate.
TEST(MmppArrivals, AreStationaryFromTheStart) {
  const OpenLoop open_loop{.rate_per_s = 6,
                           .process = MmppArrivals{.relative_rates = {0, 3, 1}, .mean_stay_s = {100, 50, 200}}};
  RunningMoments counted;
  for (std::uint64_t replication = 0; replication < 4'000; ++replication) {
    counted.add(static_cast<double>(arrivals(open_loop, nullptr, at(2), replication).size()));
  }
  EXPECT_THAT(estimate_of(counted), Estimates(12.0));
}

// --- profiles

const Profile kProfile{.steps = {{.start = Time(2s), .level = 3},
                                 {.start = Time(5s), .level = 0},
                                 {.start = Time(9s), .level = 0.5},
                                 {.start = Time(13s), .level = 10}},
                       .origin = ""};

TEST(Profile, IsZeroBeforeItsFirstStartAndStaysAtItsLastLevel) {
  EXPECT_EQ(integral(kProfile, Time{}, Time(2s)), 0);
  EXPECT_DOUBLE_EQ(integral(kProfile, Time{}, Time(15s)), 3 * 3 + 4 * 0 + 4 * 0.5 + 2 * 10);
  EXPECT_DOUBLE_EQ(integral(kProfile, Time(4s), Time(10s)), 3 + 0.5);
  EXPECT_DOUBLE_EQ(integral(kProfile, Time(100s), Time(101s)), 10);
}

// Oracle: counts of an inhomogeneous Poisson process on disjoint spans are Poisson with the integral of the rate.
TEST(PoissonArrivalsOnAProfile, HaveThePoissonCountOfEveryStep) {
  const std::vector<double> edges_s{0, 2, 5, 9, 13, 15};
  std::vector<RunningMoments> means(edges_s.size() - 1);
  std::vector<RunningMoments> variances(edges_s.size() - 1);
  for (std::uint64_t replication = 0; replication < 4'000; ++replication) {
    const auto times = arrivals({.process = PoissonArrivals{}}, &kProfile, at(15), replication);
    for (std::size_t i = 0; i + 1 < edges_s.size(); ++i) {
      const auto n = static_cast<double>(std::count_if(
          times.begin(), times.end(), [&](Time time) { return time >= at(edges_s[i]) && time < at(edges_s[i + 1]); }));
      const double exact = integral(kProfile, at(edges_s[i]), at(edges_s[i + 1]));
      means[i].add(n);
      variances[i].add((n - exact) * (n - exact));
    }
  }
  for (std::size_t i = 0; i + 1 < edges_s.size(); ++i) {
    const double exact = integral(kProfile, at(edges_s[i]), at(edges_s[i + 1]));
    EXPECT_THAT(estimate_of(means[i]), Estimates(exact)) << edges_s[i];
    EXPECT_THAT(estimate_of(variances[i]), Estimates(exact)) << edges_s[i];
  }
}

Profile staircase() {
  Profile profile;
  for (int i = 0; i < 1'000; ++i) profile.steps.push_back({.start = Time(i * 10s), .level = (i * 7) % 11 / 5.0});
  return profile;
}

// Oracle: time rescaled by the integral of the rate makes any such process Poisson of rate 1. Papangelou (1972).
TEST(PoissonArrivalsOnAProfile, HaveExponentialGapsInOperationalTime) {
  const Profile profile = staircase();
  const auto times = arrivals({.process = PoissonArrivals{}}, &profile, at(10'000));
  double sum = 0;
  Time last{};
  const auto gaps = operational_gaps(times, [&](Time time) {
    sum += integral(profile, last, time);
    last = time;
    return sum;
  });
  EXPECT_LT(kolmogorov_smirnov(gaps, exponential_cdf), kKolmogorovQuantile);
}

// Oracle: the gaps keep their distribution in operational time, whatever the profile.
TEST(GammaArrivalsOnAProfile, HaveGammaGapsInOperationalTime) {
  const Profile profile = staircase();
  const auto times = arrivals({.process = GammaArrivals{.cv = 0.5}}, &profile, at(10'000));
  double sum = 0;
  Time last{};
  const auto gaps = operational_gaps(times, [&](Time time) {
    sum += integral(profile, last, time);
    last = time;
    return sum;
  });
  EXPECT_LT(kolmogorov_smirnov(gaps, [](double x) { return gamma_cdf(4, 4 * x); }), kKolmogorovQuantile);
}

// Oracle: one request for every whole number that the integral reaches.
TEST(DeterministicArrivalsOnAProfile, ComeWhenTheIntegralReachesWholeNumbers) {
  const std::vector<double> exact_s{2 + 1 / 3.0, 2 + 2 / 3.0, 3,    3 + 1 / 3.0, 3 + 2 / 3.0, 4,    4 + 1 / 3.0,
                                    4 + 2 / 3.0, 5,           11.0, 13.0,        13.1,        13.2, 13.3};
  const auto times = arrivals({.process = DeterministicArrivals{}}, &kProfile, Time(13'350ms));
  ASSERT_EQ(times.size(), exact_s.size());
  // each gap is rounded to a nanosecond
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(to_seconds(times[i]), exact_s[i], 50e-9);
}

TEST(AProfileThatEndsAtZero, SendsNothingMore) {
  const Profile profile{.steps = {{.start = Time(0s), .level = 5}, {.start = Time(10s), .level = 0}}, .origin = ""};
  for (const OpenLoop& open_loop :
       {OpenLoop{.process = PoissonArrivals{}},
        OpenLoop{.process = MmppArrivals{.relative_rates = {1, 4}, .mean_stay_s = {1, 1}}}}) {
    const auto times = arrivals(open_loop, &profile, kNever);
    EXPECT_FALSE(times.empty());
    EXPECT_LE(times.back(), Time(10s));
  }
}

}  // namespace
}  // namespace faasconf::sim
