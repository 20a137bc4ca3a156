#include "traces/core/minute_series.hpp"

#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/traces/made_up_trace.hpp"

namespace faasconf::traces {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Two days of three functions: two of app a, one of app ab.
Trace two_days() {
  Trace trace{.days = 2, .functions = {}, .origin = {}};
  trace.functions.push_back(function_of("f1", {{0, 1}, {1439, 2}, {1440, 3}}));
  trace.functions.push_back(function_of("f2", {{0, 10}, {2879, 20}}));
  trace.functions.push_back(function_of("g", {{5, 100}}));
  trace.functions.back().app = "ab";
  return trace;
}

MinuteSeries series_of(const std::variant<FunctionKey, AppKey>& whose, std::optional<int> day = std::nullopt) {
  return read_series(two_days(), "t", {.whose = whose, .day = day});
}
std::uint64_t sum(const MinuteSeries& series) {
  return std::accumulate(series.counts.begin(), series.counts.end(), std::uint64_t{0});
}

TEST(SeriesOfFunctions, IsOfAFunctionByItsNameOrItsRow) {
  for (const FunctionKey& key : {FunctionKey("f1"), FunctionKey(std::size_t{1})}) {
    const MinuteSeries series = series_of(key);
    EXPECT_EQ(series.function, "f1");
    EXPECT_EQ(series.app, "a");
    EXPECT_EQ(series.first_day, 1);
    ASSERT_EQ(series.days(), 2U);
    EXPECT_EQ(series.counts[0], 1U);
    EXPECT_EQ(series.counts[1439], 2U);
    EXPECT_EQ(series.counts[1440], 3U);
    EXPECT_EQ(sum(series), 6U);
  }
}

TEST(SeriesOfFunctions, IsOfOneDay) {
  const MinuteSeries first = series_of(FunctionKey("f2"), 1);
  EXPECT_EQ(first.days(), 1U);
  EXPECT_EQ(first.first_day, 1);
  EXPECT_EQ(sum(first), 10U);
  const MinuteSeries second = series_of(FunctionKey("f2"), 2);
  EXPECT_EQ(second.first_day, 2);
  EXPECT_EQ(second.counts[1439], 20U);
  EXPECT_EQ(sum(second), 20U);
}

TEST(SeriesOfFunctions, OfAnAppSumsItsFunctions) {
  Trace trace = two_days();
  trace.functions.back().app = "b";
  const MinuteSeries series = read_series(trace, "t", {.whose = AppKey{"a"}});
  EXPECT_EQ(series.functions, 2U);
  EXPECT_EQ(series.function, "");
  EXPECT_EQ(series.counts[0], 11U);
  EXPECT_EQ(sum(series), 36U);
}

TEST(SeriesOfFunctions, SaysWhatIsThereTwiceOrNotAtAll) {
  const auto says = [](const std::string& what) { return ThrowsMessage<sim::Error>(HasSubstr(what)); };
  EXPECT_THAT([] { series_of(FunctionKey("f")); },
              says("t: expected one function to begin with \"f\", got \"f2\" after \"f1\""));
  EXPECT_THAT([] { series_of(AppKey{"a"}); }, says("t: expected one app to begin with \"a\", got \"ab\" after \"a\""));
  EXPECT_THAT([] { series_of(FunctionKey("h")); }, says("got \"h\", which none of the 3 functions has"));
  EXPECT_THAT([] { series_of(FunctionKey(std::size_t{4})); }, says("got \"4\", which none of the 3 functions has"));
  EXPECT_THAT([] { series_of(FunctionKey("g"), 3); }, says("t: day: expected one from 1 to 2, got 3"));
}

TEST(FunctionKey, IsARowWhenItHasUpToNineDigits) {
  EXPECT_EQ(parse_function_key("12"), FunctionKey(std::size_t{12}));
  EXPECT_EQ(parse_function_key("999999999"), FunctionKey(std::size_t{999999999}));
  EXPECT_EQ(parse_function_key("1234567890"), FunctionKey("1234567890"));
  EXPECT_EQ(parse_function_key("40d07b"), FunctionKey("40d07b"));
}

TEST(FunctionKey, IsNeitherEmptyNorRowZero) {
  for (const std::string text : {"", "0", "000"}) {
    try {
      parse_function_key(text);
      ADD_FAILURE() << "no error for \"" << text << '"';
    } catch (const sim::Error& error) {
      EXPECT_EQ(error.what(),
                "function: expected a row from 1 or the beginning of a HashFunction, got \"" + text + "\"");
    }
  }
}

}  // namespace
}  // namespace faasconf::traces
