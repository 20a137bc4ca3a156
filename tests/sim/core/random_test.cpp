#include "sim/core/random.hpp"

#include <array>
#include <bit>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/core/goodness_of_fit.hpp"

namespace faasconf::sim {
namespace {

using State = std::array<std::uint64_t, 4>;

// Starts of the tails, beyond which the ziggurats use other code.
constexpr double kExponentialTail = 7.69711747013105;
constexpr double kNormalTail = 3.65415288536101;

std::vector<std::uint64_t> first_values(Rng rng, std::size_t count = 3) {
  std::vector<std::uint64_t> values(count);
  for (std::uint64_t& value : values) value = rng.next();
  return values;
}

// A generator whose next value is given, and whose later ones are random. The ziggurats read the layer off the last 8
// bits and the place in it off the others: so a draw can be sent to the tail.
Rng with_first_value(std::uint64_t value, Rng& seeds) {
  return std::bit_cast<Rng>(State{0, seeds.next(), seeds.next(), std::rotr(value, 23)});
}

// Squared correlations of many pairs of streams, each times its length: chi-square with one degree of freedom a pair.
class Correlation {
 public:
  void add(Rng a, Rng b) {
    constexpr int length = 10'000;
    double sum = 0;
    // 12 is 1 / variance of a uniform number
    for (int i = 0; i < length; ++i) sum += 12 * (a.uniform() - 0.5) * (b.uniform() - 0.5);
    statistic_ += sum * sum / length;
    ++pairs_;
  }
  double statistic() const { return statistic_; }
  double quantile() const { return chi_square_quantile(pairs_); }

 private:
  double statistic_ = 0;
  int pairs_ = 0;
};

// The values published with the reference implementation, https://prng.di.unimi.it/xoshiro256plusplus.c; the first two
// by hand: 5 x 2^23 + 1 and 7 x 2^23 + 103.
TEST(Rng, GivesTheReferenceValuesOfXoshiro256PlusPlus) {
  const std::vector<std::uint64_t> expected = {41943041,
                                               58720359,
                                               3588806011781223,
                                               3591011842654386,
                                               9228616714210784205U,
                                               9973669472204895162U,
                                               14011001112246962877U,
                                               12406186145184390807U,
                                               15849039046786891736U,
                                               10450023813501588000U};
  EXPECT_EQ(first_values(std::bit_cast<Rng>(State{1, 2, 3, 4}), 10), expected);
}

// The values published with the reference implementation, https://prng.di.unimi.it/splitmix64.c
TEST(Rng, FillsItsStateWithTheReferenceValuesOfSplitMix64) {
  const State expected = {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U};
  EXPECT_EQ(std::bit_cast<State>(Rng(1234567)), expected);
}

TEST(Rng, IsCopiedWithItsState) {
  static_assert(std::is_trivially_copyable_v<Rng>);
  Rng rng(1);
  rng.next();
  Rng copy = rng;
  EXPECT_EQ(copy, rng);
  EXPECT_EQ(copy.next(), rng.next());
}

TEST(Rng, EveryBitIsOneHalfOfTheTime) {
  Rng rng(1);
  constexpr int count = 100'000;
  std::array<int, 64> ones{};
  for (int i = 0; i < count; ++i) {
    const std::uint64_t bits = rng.next();
    for (std::size_t bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>(bits >> bit & 1);
  }
  double statistic = 0;
  for (const int one : ones) statistic += 4.0 * (one - count / 2) * (one - count / 2) / count;
  EXPECT_LT(statistic, chi_square_quantile(64));
}

TEST(Uniform, FillsItsRangeEvenly) {
  Rng rng(2);
  EXPECT_LT(uniform_chi_square(1024, 2'000'000, [&rng] { return rng.uniform(); }), chi_square_quantile(1023));
}

TEST(Uniform, IsUncorrelatedWithItsSuccessor) {
  Rng rng(3);
  const auto pairs = [&rng] { return (rng.below(32) * 32 + rng.below(32) + 0.5) / 1024; };
  EXPECT_LT(uniform_chi_square(1024, 2'000'000, pairs), chi_square_quantile(1023));
}

TEST(Uniform, ReachesZeroButNeverOne) {
  Rng seeds(18);
  EXPECT_EQ(with_first_value(0, seeds).uniform(), 0);
  EXPECT_EQ(with_first_value(~std::uint64_t{0}, seeds).uniform(), 1 - 0x1p-53);
}

TEST(UniformPositive, ReachesOneButNeverZero) {
  Rng seeds(19);
  EXPECT_EQ(with_first_value(0, seeds).uniform_positive(), 0x1p-53);
  EXPECT_EQ(with_first_value(~std::uint64_t{0}, seeds).uniform_positive(), 1);
}

TEST(UniformPositive, FillsItsRangeEvenly) {
  Rng rng(4);
  EXPECT_LT(uniform_chi_square(1024, 2'000'000, [&rng] { return rng.uniform_positive(); }), chi_square_quantile(1023));
}

TEST(Below, GivesOnlyZeroBelowOne) {
  Rng rng(5);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(rng.below(1), 0U);
}

TEST(Below, GivesEachResultEquallyOften) {
  for (const std::uint32_t bound : {2U, 3U, 10U, 100U}) {
    Rng rng(bound);
    const auto draw = [&rng, bound] { return (rng.below(bound) + 0.5) / bound; };
    EXPECT_LT(uniform_chi_square(bound, 1'000'000, draw), chi_square_quantile(bound - 1)) << bound;
  }
}

// With 3 x 2^30 results and 2^32 inputs, the plain product would give every third result twice as often:
// the remainder by 3 would be uneven as 2 : 1 : 1.
TEST(Below, IsUnbiasedForBoundsNearTheRange) {
  Rng rng(6);
  const auto draw = [&rng] { return (rng.below(3U << 30) % 3 + 0.5) / 3; };
  EXPECT_LT(uniform_chi_square(3, 1'000'000, draw), chi_square_quantile(2));
}

TEST(Below, StaysBelowTheLargestBound) {
  Rng rng(7);
  const auto draw = [&rng] { return (rng.below(~0U) + 0.5) / ~0U; };
  EXPECT_LT(uniform_chi_square(1024, 1'000'000, draw), chi_square_quantile(1023));
}

TEST(ExponentialDraw, FollowsItsDistribution) {
  Rng rng(8);
  const auto sample = draw_many(1'000'000, [&rng] { return rng.exponential(); });
  EXPECT_LT(kolmogorov_smirnov(sample, [](double x) { return -std::expm1(-x); }), kKolmogorovQuantile);
}

// Bins finer than the layers of the ziggurat, whose edges would show.
TEST(ExponentialDraw, HasASmoothDensity) {
  Rng rng(9);
  const auto draw = [&rng] { return -std::expm1(-rng.exponential()); };
  EXPECT_LT(uniform_chi_square(2048, 8'000'000, draw), chi_square_quantile(2047));
}

TEST(ExponentialDraw, ReachesItsTailAsOftenAsItShould) {
  Rng rng(10);
  constexpr int count = 4'000'000;
  int beyond = 0;
  for (int i = 0; i < count; ++i) beyond += rng.exponential() > kExponentialTail;
  const double expected = count * std::exp(-kExponentialTail);
  EXPECT_NEAR(beyond, expected, kNormalQuantile * std::sqrt(expected));
}

TEST(ExponentialDraw, FollowsItsDistributionInTheTail) {
  Rng seeds(16);
  const auto sample = draw_many(200'000, [&] { return with_first_value(~std::uint64_t{255}, seeds).exponential(); });
  EXPECT_LT(kolmogorov_smirnov(sample, [](double x) { return -std::expm1(kExponentialTail - x); }),
            kKolmogorovQuantile);
}

TEST(NormalDraw, FollowsItsDistribution) {
  Rng rng(11);
  const auto sample = draw_many(1'000'000, [&rng] { return rng.normal(); });
  EXPECT_LT(kolmogorov_smirnov(sample, normal_cdf), kKolmogorovQuantile);
}

TEST(NormalDraw, HasASmoothDensity) {
  Rng rng(12);
  EXPECT_LT(uniform_chi_square(2048, 8'000'000, [&rng] { return normal_cdf(rng.normal()); }),
            chi_square_quantile(2047));
}

TEST(NormalDraw, ReachesItsTailsAsOftenAsItShould) {
  Rng rng(13);
  constexpr int count = 4'000'000;
  int above = 0;
  int below = 0;
  for (int i = 0; i < count; ++i) {
    const double x = rng.normal();
    above += x > kNormalTail;
    below += x < -kNormalTail;
  }
  const double expected = count * normal_cdf(-kNormalTail);
  EXPECT_NEAR(above, expected, kNormalQuantile * std::sqrt(expected));
  EXPECT_NEAR(below, expected, kNormalQuantile * std::sqrt(expected));
}

TEST(NormalDraw, FollowsItsDistributionInBothTails) {
  const double chance = normal_cdf(-kNormalTail);
  const auto distance = [chance](double x) { return 1 - normal_cdf(-x) / chance; };
  Rng seeds(17);
  const auto above = [&] { return with_first_value(0x7fffffffffffff00, seeds).normal(); };
  const auto below = [&] { return -with_first_value(0x8000000000000000, seeds).normal(); };
  EXPECT_LT(kolmogorov_smirnov(draw_many(200'000, above), distance), kKolmogorovQuantile);
  EXPECT_LT(kolmogorov_smirnov(draw_many(200'000, below), distance), kKolmogorovQuantile);
}

TEST(GammaDraw, FollowsItsDistribution) {
  for (const double shape : {0.1, 0.5, 0.999, 1.0, 1.5, 4.0, 100.0}) {
    Rng rng(14);
    const auto sample = draw_many(200'000, [&rng, shape] { return rng.gamma(shape); });
    EXPECT_LT(kolmogorov_smirnov(sample, [shape](double x) { return gamma_cdf(shape, x); }), kKolmogorovQuantile)
        << shape;
  }
}

TEST(GammaDraw, HasTheRightTail) {
  Rng rng(15);
  std::vector<double> beyond;
  constexpr int count = 4'000'000;
  constexpr double threshold = 14;
  for (int i = 0; i < count; ++i) {
    const double x = rng.gamma(3);
    if (x > threshold) beyond.push_back(x);
  }
  // P(X > x) of shape 3 is that of at most 2 Poisson arrivals
  const auto survival = [](double x) { return std::exp(-x) * (1 + x + x * x / 2); };
  const double expected = count * survival(threshold);
  EXPECT_NEAR(static_cast<double>(beyond.size()), expected, kNormalQuantile * std::sqrt(expected));
  EXPECT_LT(kolmogorov_smirnov(beyond, [&](double x) { return 1 - survival(x) / survival(threshold); }),
            kKolmogorovQuantile);
}

TEST(RngStreams, AreTheSameForTheSameKey) {
  EXPECT_EQ(RngStreams(1, 2).stream("arrivals", 3), RngStreams(1, 2).stream("arrivals", 3));
}

// From an independent implementation of the derivation in Python. Should they change, so does every result ever
// published.
TEST(RngStreams, NeverChangeTheirFirstValues) {
  using Values = std::vector<std::uint64_t>;
  EXPECT_EQ(first_values(RngStreams(0).stream("arrivals")),
            (Values{10269939026898035385U, 9258579358562076515U, 6038878369348938221U}));
  EXPECT_EQ(first_values(RngStreams(1).stream("arrivals")),
            (Values{5522706386776040221U, 3080345580472394263U, 3618681590533988170U}));
  EXPECT_EQ(first_values(RngStreams(1).stream("cold_start", 7)),
            (Values{579833686906774154U, 9473574152268985235U, 3747318405093560492U}));
  EXPECT_EQ(first_values(RngStreams(1, 29).stream("service_time", 3)),
            (Values{13972239340053871727U, 17467721641621955238U, 7782775690211531357U}));
}

// Draws of each kind from one stream: a change of an algorithm shows here. The gamma draws pass through libm.
TEST(RngStreams, NeverChangeTheirFirstDraws) {
  Rng rng = RngStreams(1).stream("golden");
  EXPECT_EQ(rng.uniform(), 0.56154598810640333);
  EXPECT_EQ(rng.below(1000), 697U);
  EXPECT_EQ(rng.exponential(), 0.3562147146583044);
  EXPECT_EQ(rng.normal(), -0.42857594814825345);
  EXPECT_DOUBLE_EQ(rng.gamma(2.5), 0.25962757221344801);
  EXPECT_DOUBLE_EQ(rng.gamma(0.5), 2.1268119831352057);
}

TEST(RngStreams, AreAllDifferent) {
  std::set<std::uint64_t> values;
  std::size_t streams = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    for (std::uint64_t replication = 0; replication < 8; ++replication) {
      for (const char* name : {"", "a", "b", "ab", "ba", "aa", "arrivals", "service_time"}) {
        for (std::uint64_t index = 0; index < 32; ++index, ++streams) {
          values.insert(RngStreams(seed, replication).stream(name, index).next());
        }
      }
    }
  }
  EXPECT_EQ(values.size(), streams);
}

// Streams made from seed + i would share values, shifted by a step.
TEST(RngStreams, OfNeighbouringKeysShareNoValues) {
  std::set<std::uint64_t> values;
  std::size_t drawn = 0;
  const auto draw = [&](Rng rng) {
    for (int i = 0; i < 200; ++i, ++drawn) values.insert(rng.next());
  };
  for (std::uint64_t i = 0; i < 64; ++i) {
    draw(RngStreams(i).stream("a"));
    draw(RngStreams(1000, i + 1).stream("a"));
    draw(RngStreams(1000).stream("a", i));
  }
  EXPECT_EQ(values.size(), drawn);
}

TEST(RngStreams, OfNeighbouringSeedsAreUncorrelated) {
  Correlation correlation;
  for (std::uint64_t i = 0; i < 100; ++i) {
    correlation.add(RngStreams(i).stream("arrivals"), RngStreams(i + 1).stream("arrivals"));
  }
  EXPECT_LT(correlation.statistic(), correlation.quantile());
}

TEST(RngStreams, OfNeighbouringReplicationsAreUncorrelated) {
  Correlation correlation;
  for (std::uint64_t i = 0; i < 100; ++i) {
    correlation.add(RngStreams(1, i).stream("arrivals"), RngStreams(1, i + 1).stream("arrivals"));
  }
  EXPECT_LT(correlation.statistic(), correlation.quantile());
}

TEST(RngStreams, OfNeighbouringIndicesAreUncorrelated) {
  const RngStreams streams(1);
  Correlation correlation;
  for (std::uint64_t i = 0; i < 100; ++i) {
    correlation.add(streams.stream("arrivals", i), streams.stream("arrivals", i + 1));
  }
  EXPECT_LT(correlation.statistic(), correlation.quantile());
}

TEST(RngStreams, OfDifferentNamesAreUncorrelated) {
  const RngStreams streams(1);
  Correlation correlation;
  for (int i = 0; i < 100; ++i) {
    correlation.add(streams.stream("name_" + std::to_string(i)), streams.stream("name_" + std::to_string(i + 1)));
  }
  EXPECT_LT(correlation.statistic(), correlation.quantile());
}

// A replication may draw only once from each of many streams: across streams, too, the draws must look random.
TEST(RngStreams, BeginUniformlyAcrossIndices) {
  const RngStreams streams(1);
  std::uint64_t index = 0;
  const auto pairs = [&] {
    Rng first = streams.stream("arrivals", index++);
    Rng second = streams.stream("arrivals", index++);
    return (first.below(16) * 16 + second.below(16) + 0.5) / 256;
  };
  EXPECT_LT(uniform_chi_square(256, 200'000, pairs), chi_square_quantile(255));
}

TEST(RngStreams, BeginUniformlyAcrossSeeds) {
  std::uint64_t seed = 0;
  const auto pairs = [&] {
    Rng first = RngStreams(seed++).stream("arrivals");
    Rng second = RngStreams(seed++).stream("arrivals");
    return (first.below(16) * 16 + second.below(16) + 0.5) / 256;
  };
  EXPECT_LT(uniform_chi_square(256, 200'000, pairs), chi_square_quantile(255));
}

TEST(RngStreams, DoNotConfuseTheRolesOfTheirKeys) {
  EXPECT_NE(RngStreams(1, 2).stream("a"), RngStreams(2, 1).stream("a"));
  EXPECT_NE(RngStreams(1, 0).stream("a", 2), RngStreams(1, 2).stream("a", 0));
  EXPECT_NE(RngStreams(1).stream("a", 1), RngStreams(1).stream("a1"));
}

}  // namespace
}  // namespace faasconf::sim
