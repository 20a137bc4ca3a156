#include "sim/core/quantity.hpp"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// Never a quantity, whatever the unit.
const std::vector<std::string> kNonsense = {
    "",    " ",    "nan", "inf", "-1",  "+1",   "m",     "s",     "Mi",    "%",    ".5s", "5.s",   ".5",  "5.", "1,5s",
    "1e3", "1e3m", "0x1", "1_0", "1 s", "\x80", "-0.5s", "nan m", "inf s", "--1s", "1..", "1.2.3", "1s ", " 1s"};

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};

TEST(Quantity, AddsOnlyToItsOwnKind) {
  static_assert(Addable<Millicores, Millicores>);
  static_assert(!Addable<Millicores, Mebibytes>);
  static_assert(!Addable<Millicores, double>);
}

TEST(Quantity, CalculatesLikeANumber) {
  Millicores cpu{500};
  cpu += Millicores{250};
  cpu -= Millicores{50};
  EXPECT_EQ(cpu, Millicores{700});
  EXPECT_EQ(cpu + Millicores{1} - Millicores{2}, Millicores{699});
  EXPECT_EQ(2 * cpu, cpu * 2);
  EXPECT_EQ(cpu / Millicores{350}, 2);
  EXPECT_LT(Mebibytes{1}, Mebibytes{2});
}

TEST(ParseCpu, ReadsMillicores) { EXPECT_EQ(parse_cpu("500m"), Millicores{500}); }

TEST(ParseCpu, ReadsANakedNumberAsCores) {
  EXPECT_EQ(parse_cpu("2"), Millicores{2000});
  EXPECT_EQ(parse_cpu("0.5"), Millicores{500});
}

TEST(ParseCpu, ReadsDecimalCoresWithoutRoundingTwice) {
  for (int millicores = 1; millicores < 10'000; ++millicores) {
    const std::string digits = std::to_string(10'000 + millicores);
    const std::string cores = digits.substr(1, 1) + "." + digits.substr(2);
    ASSERT_EQ(parse_cpu(cores), Millicores{static_cast<double>(millicores)}) << cores;
  }
}

TEST(ParseCpu, RefusesNonsense) {
  for (const std::string& text : kNonsense) EXPECT_THROW(parse_cpu(text), Error) << text;
}

TEST(ParseCpu, RefusesNone) {
  EXPECT_THROW(parse_cpu("0"), Error);
  EXPECT_THROW(parse_cpu("0m"), Error);
}

TEST(ParseCpu, RefusesForeignUnits) {
  for (const char* text : {"500Mi", "1s", "500M", "5 m", "500mm", "1core", "50%"}) {
    EXPECT_THROW(parse_cpu(text), Error) << text;
  }
}

TEST(ParseCpu, RefusesOverflow) { EXPECT_THROW(parse_cpu(std::string(400, '9')), Error); }

TEST(ParseCpu, SaysWhatWasExpectedAndWhatCame) {
  EXPECT_EQ(message_of([] { parse_cpu("-1"); }), "expected a positive cpu quantity such as 500m or 2, got \"-1\"");
}

TEST(ParseMemory, ReadsBinaryUnits) {
  EXPECT_EQ(parse_memory("512Ki"), Mebibytes{0.5});
  EXPECT_EQ(parse_memory("256Mi"), Mebibytes{256});
  EXPECT_EQ(parse_memory("1.5Gi"), Mebibytes{1536});
  EXPECT_EQ(parse_memory("2Ti"), Mebibytes{2 * 1024 * 1024});
}

TEST(ParseMemory, ReadsDecimalUnits) {
  EXPECT_EQ(parse_memory("128k"), Mebibytes{128e3 / 1048576});
  EXPECT_EQ(parse_memory("128M"), Mebibytes{128e6 / 1048576});
  EXPECT_EQ(parse_memory("1G"), Mebibytes{1e9 / 1048576});
  EXPECT_EQ(parse_memory("1T"), Mebibytes{1e12 / 1048576});
}

TEST(ParseMemory, ReadsZero) { EXPECT_EQ(parse_memory("0Mi"), Mebibytes{0}); }

TEST(ParseMemory, RefusesNonsense) {
  for (const std::string& text : kNonsense) EXPECT_THROW(parse_memory(text), Error) << text;
}

TEST(ParseMemory, RefusesForeignUnits) {
  for (const char* text : {"1m", "1mi", "1MI", "1MB", "1MiB", "1K", "1B", "1Mi ", "1MiMi", "1Gi512Mi", "1i"}) {
    EXPECT_THROW(parse_memory(text), Error) << text;
  }
}

TEST(ParseMemory, RefusesOverflow) {
  EXPECT_THROW(parse_memory(std::string(400, '9') + "Mi"), Error);
  EXPECT_THROW(parse_memory(std::string(308, '9') + "Ti"), Error);
}

TEST(ParseMemory, SaysThatANakedNumberLacksItsUnit) {
  EXPECT_EQ(message_of([] { parse_memory("256"); }), "expected a memory quantity such as 256Mi or 1Gi, got \"256\"");
}

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("7ns"), 7ns);
  EXPECT_EQ(parse_duration("250us"), 250us);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("10m"), 10min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("43d"), 43 * 24h);
}

TEST(ParseDuration, ReadsZero) { EXPECT_EQ(parse_duration("0s"), 0s); }

TEST(ParseDuration, AddsTheComponentsOfACompound) {
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("1d2h3m4s5ms6us7ns"), 26h + 3min + 4s + 5ms + 6us + 7ns);
  EXPECT_EQ(parse_duration("1d1ns"), 24h + 1ns);
  EXPECT_EQ(parse_duration("0m90s"), 90s);
}

TEST(ParseDuration, ReadsDecimalsExactly) {
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0.1s"), 100ms);
  EXPECT_EQ(parse_duration("0.123456789s"), 123456789ns);
  EXPECT_EQ(parse_duration("1.5h0.5m"), 90min + 30s);
  EXPECT_EQ(parse_duration("0.00000000000125d"), 108ns);
  EXPECT_EQ(parse_duration("1.000" + std::string(1000, '0') + "s"), 1s);
}

TEST(ParseDuration, RoundsWhatIsFinerThanANanosecond) {
  EXPECT_EQ(parse_duration("0.4ns"), 0ns);
  EXPECT_EQ(parse_duration("0.5ns"), 1ns);
  EXPECT_EQ(parse_duration("0.49" + std::string(1000, '9') + "ns"), 0ns);
}

TEST(ParseDuration, ReadsTheLongestSpan) {
  EXPECT_EQ(parse_duration("9223372036854775807ns"), kForever);
  EXPECT_EQ(parse_duration("9223372036.854775807s"), kForever);
}

TEST(ParseDuration, RefusesLongerSpans) {
  const std::string expected = "expected a duration of at most 106751d, got ";
  for (const char* text : {"9223372036854775808ns", "9223372036.854775808s", "106752d", "99999999999999999999s",
                           "106751d86400s", "9223372036854775807.5ns"}) {
    EXPECT_EQ(message_of([text] { parse_duration(text); }), expected + "\"" + text + "\"");
  }
}

TEST(ParseDuration, RefusesNonsense) {
  for (const std::string& text : kNonsense) EXPECT_THROW(parse_duration(text), Error) << text;
}

TEST(ParseDuration, RefusesForeignUnits) {
  for (const char* text : {"1S", "1sec", "1min", "1H", "1w", "1y", "1Ms", "500Mi", "1hs"}) {
    EXPECT_THROW(parse_duration(text), Error) << text;
  }
}

TEST(ParseDuration, RefusesUnitsThatDoNotFall) {
  for (const char* text : {"30m1h", "1s1s", "1ms1s", "1h30m1h"}) EXPECT_THROW(parse_duration(text), Error) << text;
}

TEST(ParseDuration, RefusesUnfinishedCompounds) {
  for (const char* text : {"1h30", "1h-30m", "1h 30m", "1h30m ", "1hm"}) {
    EXPECT_THROW(parse_duration(text), Error) << text;
  }
}

TEST(ParseDuration, SaysThatANakedNumberLacksItsUnit) {
  EXPECT_EQ(message_of([] { parse_duration("30"); }), "expected a duration such as 30s, 500ms or 1h30m, got \"30\"");
}

TEST(ParsePercentage, ReadsHundredths) {
  EXPECT_EQ(parse_percentage("1%"), 0.01);
  EXPECT_EQ(parse_percentage("99.9%"), 0.999);
  EXPECT_EQ(parse_percentage("0%"), 0);
  EXPECT_EQ(parse_percentage("150%"), 1.5);
}

TEST(ParsePercentage, RefusesNonsense) {
  for (const std::string& text : kNonsense) EXPECT_THROW(parse_percentage(text), Error) << text;
  for (const char* text : {"1", "0.01", "1%%", "1 %", "%1", "1s"}) EXPECT_THROW(parse_percentage(text), Error) << text;
}

TEST(ParsePercentage, SaysWhatWasExpectedAndWhatCame) {
  EXPECT_EQ(message_of([] { parse_percentage("5"); }), "expected a percentage such as 1% or 99.5%, got \"5\"");
}

TEST(FormatCpu, WritesMillicores) {
  EXPECT_EQ(format(Millicores{500}), "500m");
  EXPECT_EQ(format(Millicores{2000}), "2000m");
  EXPECT_EQ(format(Millicores{0.5}), "0.5m");
  EXPECT_EQ(format(Millicores{1e6}), "1000000m");
}

TEST(FormatMemory, WritesWholeMebibytesOrKibibytes) {
  EXPECT_EQ(format(Mebibytes{256}), "256Mi");
  EXPECT_EQ(format(Mebibytes{0}), "0Mi");
  EXPECT_EQ(format(Mebibytes{0.5}), "512Ki");
  EXPECT_EQ(format(Mebibytes{1048576}), "1048576Mi");
}

TEST(FormatDuration, WritesTheComponentsThatAreNotZero) {
  EXPECT_EQ(format(Duration(90s)), "1m30s");
  EXPECT_EQ(format(Duration(1h + 7ns)), "1h7ns");
  EXPECT_EQ(format(Duration(1500ms)), "1s500ms");
}

TEST(FormatDuration, WritesDaysAsHours) { EXPECT_EQ(format(Duration(43 * 24h)), "1032h"); }

TEST(FormatDuration, WritesZeroAsSeconds) { EXPECT_EQ(format(Duration(0)), "0s"); }

TEST(FormatDuration, WritesNegativeSpansForMessages) {
  EXPECT_EQ(format(Duration(-90s)), "-1m30s");
  EXPECT_EQ(format(Duration::min()), "-2562047h47m16s854ms775us808ns");
}

TEST(FormatDuration, IsReadBackExactly) {
  Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    const Duration duration(static_cast<std::int64_t>(rng.next() >> (1 + rng.below(63))));
    ASSERT_EQ(parse_duration(format(duration)), duration) << duration.count();
  }
  EXPECT_EQ(parse_duration(format(kForever)), kForever);
}

TEST(FormatCpu, IsReadBackExactly) {
  Rng rng(2);
  for (int i = 0; i < 20'000; ++i) {
    const Millicores cpu{rng.uniform_positive() * std::exp(10 * rng.normal())};
    ASSERT_EQ(parse_cpu(format(cpu)), cpu);
  }
}

TEST(FormatMemory, IsReadBackExactly) {
  Rng rng(3);
  for (int i = 0; i < 20'000; ++i) {
    const Mebibytes memory{rng.uniform() * std::exp(10 * rng.normal())};
    ASSERT_EQ(parse_memory(format(memory)), memory);
  }
}

}  // namespace
}  // namespace faasconf::sim
