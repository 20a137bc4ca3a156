#include "traces/core/select.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/traces/azure_text.hpp"
#include "tests/traces/made_up_trace.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::traces {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Five functions with 100, 10, 1000, 1 and 10 calls a day.
Trace five() {
  Trace trace;
  trace.functions = {function_of("f1", {{0, 100}}, Trigger::http), function_of("f2", {{5, 10}}, Trigger::timer),
                     function_of("g3", {{0, 500}, {1439, 500}}, Trigger::queue),
                     function_of("g4", {{9, 1}}, Trigger::http), function_of("g5", {{7, 10}}, Trigger::http)};
  trace.functions[3].owner = "p";
  trace.functions[4].app = "b";
  trace.functions[0].duration = DurationPercentiles{.average_ms = 50};
  trace.functions[2].duration = DurationPercentiles{.average_ms = 900};
  trace.functions[1].app_memory = MemoryPercentiles{.samples = 1, .average_mb = 170};
  return trace;
}

std::vector<std::string> names(const Selection& selection) {
  std::vector<std::string> result;
  for (const auto& function : select(five(), selection).trace.functions) result.push_back(function.function);
  return result;
}

TEST(Select, TakesAllUnlessTold) { EXPECT_THAT(names({}), ElementsAre("f1", "f2", "g3", "g4", "g5")); }

TEST(Select, ByTriggerOwnerAppAndFunction) {
  EXPECT_THAT(names({.triggers = {Trigger::timer, Trigger::queue}}), ElementsAre("f2", "g3"));
  EXPECT_THAT(names({.owners = {"p"}}), ElementsAre("g4"));
  EXPECT_THAT(names({.apps = {"b"}}), ElementsAre("g5"));
  EXPECT_THAT(names({.functions = {"f", "g5"}}), ElementsAre("f1", "f2", "g5"));
}

TEST(Select, ByRankOfPopularity) {
  EXPECT_THAT(names({.rank = Bounds{1, 2}}), ElementsAre("f1", "g3"));
  EXPECT_THAT(names({.rank = Bounds{3, 3}}), ElementsAre("f2"));  // of equals the earlier one
  EXPECT_THAT(names({.rank = Bounds{5, 9}}), ElementsAre("g4"));
}

TEST(Select, ByQuantileOfPopularity) {
  EXPECT_THAT(names({.quantile = Bounds{0, 0}}), ElementsAre("g4"));
  EXPECT_THAT(names({.quantile = Bounds{.75, 1}}), ElementsAre("f1", "g3"));
}

TEST(Shares, AreWrittenAsSharesOrPercentages) {
  for (const char* text : {"0.5..0.9", "50%..90%", ".5...9"}) {
    EXPECT_EQ(parse_shares(text).least, .5) << text;
    EXPECT_EQ(parse_shares(text).most, .9) << text;
  }
  EXPECT_EQ(parse_shares("50%..").least, .5);
  EXPECT_EQ(parse_shares("..90%").most, .9);
  EXPECT_EQ(parse_shares("75%").least, .75);
  EXPECT_EQ(parse_shares("0..1").most, 1);
}

TEST(Shares, AreRefusedWhereTheyCouldMeanEither) {
  for (const char* text :
       {"50..90", "0.5..90%", "50%..0.9", "50..90%", "1..90", "-1..1", "%", "5%0..9%0", "50%%", "101%"}) {
    EXPECT_THAT(message_of([&] { parse_shares(text); }), HasSubstr("expected ")) << text;
  }
  EXPECT_EQ(message_of([] { parse_shares("50..90"); }),
            "expected shares from 0 to 1 such as 0.5..0.9, or percentages such as 50%..90%, got \"50..90\"");
}

TEST(Ranks, AreWholeNumbersFromOne) {
  EXPECT_EQ(parse_ranks("2..5").most, 5);
  for (const char* text : {"0..5", "1.5..3", "2.5", "-1.."}) {
    EXPECT_THAT(message_of([&] { parse_ranks(text); }), HasSubstr("expected whole numbers from 1")) << text;
  }
}

TEST(Select, ByCallsDurationMemoryAndVariability) {
  EXPECT_THAT(names({.daily_calls = Bounds{.least = 10, .most = 100}}), ElementsAre("f1", "f2", "g5"));
  EXPECT_THAT(names({.duration_ms = Bounds{.most = 100}}), ElementsAre("f1"));  // the others have none
  EXPECT_THAT(names({.memory_mb = Bounds{.least = 100}}), ElementsAre("f2"));
  // all calls in one minute of 1440: sqrt(1439); in two of them: sqrt(719)
  EXPECT_THAT(names({.cv = Bounds{.most = 30}}), ElementsAre("g3"));
}

TEST(Select, SaysWhatWasNotMetByHowMany) {
  const Selected selected = select(five(), {.triggers = {Trigger::http}, .rank = Bounds{1, 2}});
  EXPECT_EQ(selected.trace.functions.size(), 1U);
  ASSERT_EQ(selected.criteria.size(), 2U);
  EXPECT_EQ(selected.criteria[0].name, "trigger");
  EXPECT_EQ(selected.criteria[0].unmet_by, 2U);
  EXPECT_EQ(selected.criteria[1].name, "rank");
  EXPECT_EQ(selected.criteria[1].unmet_by, 3U);
}

TEST(Totals, CountWhatATraceHolds) {
  const TraceTotals all = totals(five());
  EXPECT_EQ(all.functions, 5U);
  EXPECT_EQ(all.apps, 3U);
  EXPECT_EQ(all.owners, 2U);
  EXPECT_EQ(all.calls, 1121U);
}

TEST(CutWindow, TakesTheFirstAndTheLastMinuteAndNeitherOfTheirNeighbours) {
  Trace trace{.days = 2, .functions = {steady("f", 1)}, .origin = ""};
  trace.functions[0].counts[59].count = 1000;
  trace.functions[0].counts[60].count = 2;
  trace.functions[0].counts[144].count = 3;
  trace.functions[0].counts[145].count = 1000;
  const Trace window = cut_window(trace, 1h, 85min);
  EXPECT_EQ(window.days, 1U);
  const auto& counts = window.functions[0].counts;
  ASSERT_EQ(counts.size(), 85U);
  EXPECT_EQ(counts.front(), (MinuteCount{0, 2}));
  EXPECT_EQ(counts.back(), (MinuteCount{84, 3}));
  EXPECT_EQ(totals(window).calls, 83U + 2 + 3);
}

TEST(CutWindow, CrossesMidnightAndEndsWithTheTrace) {
  const Trace trace{.days = 2, .functions = {function_of("f", {{1439, 1}, {1440, 2}, {2879, 3}})}, .origin = ""};
  EXPECT_THAT(cut_window(trace, 23h + 59min, 2min).functions[0].counts,
              ElementsAre(MinuteCount{0, 1}, MinuteCount{1, 2}));
  EXPECT_THAT(cut_window(trace, 48h - 1min, 1min).functions[0].counts, ElementsAre(MinuteCount{0, 3}));
  EXPECT_EQ(cut_window(trace, 0min, 48h).functions, trace.functions);
  EXPECT_EQ(cut_window(trace, 0min, 48h).days, 2U);
}

TEST(CutWindow, RefusesWhatIsNotWithinTheTrace) {
  const Trace trace{.days = 1, .functions = {}, .origin = ""};
  EXPECT_EQ(message_of([&] { cut_window(trace, 23h, 61min); }),
            "window: expected at least a minute within the 1 days of the trace, got 61 minutes from minute 1380 on");
  EXPECT_EQ(message_of([&] { cut_window(trace, 0h, 0min); }),
            "window: expected at least a minute within the 1 days of the trace, got 0 minutes from minute 0 on");
  EXPECT_EQ(message_of([&] { cut_window(trace, 0h, 90s); }), "length: expected whole minutes, got 1m30s");
}

TEST(TraceTime, ReadsDaysHoursAndMinutes) {
  EXPECT_EQ(parse_trace_time("00:00"), 0min);
  EXPECT_EQ(parse_trace_time("1:00:00"), 0min);
  EXPECT_EQ(parse_trace_time("3:07:42"), 48h + 462min);
  for (const std::string text : {"0:00:00", "x:00:00", "1:24:00", "", "1", "1:2:3:4"}) {
    EXPECT_NE(message_of([&] { parse_trace_time(text); }), "no error") << text;
  }
}

TEST(Bounds, AreReadFromText) {
  EXPECT_EQ(parse_bounds("5..80").least, 5);
  EXPECT_EQ(parse_bounds("5..80").most, 80);
  EXPECT_TRUE(parse_bounds("5..").contains(1e300));
  EXPECT_TRUE(parse_bounds("..80").contains(-1e300));
  EXPECT_FALSE(parse_bounds("..80").contains(80.1));
  EXPECT_TRUE(parse_bounds("7").contains(7));
  EXPECT_FALSE(parse_bounds("7").contains(7.1));
  EXPECT_EQ(message_of([] { parse_bounds("x..3"); }), "expected bounds such as 5..80, 5.., ..80 or 7, got \"x..3\"");
  EXPECT_EQ(message_of([] { parse_bounds(""); }), "expected bounds such as 5..80, 5.., ..80 or 7, got \"\"");
  EXPECT_EQ(message_of([] { parse_bounds("3..2"); }),
            "expected bounds of which the first is not above the second, got \"3..2\"");
}

TEST(Triggers, AreReadFromText) {
  EXPECT_EQ(parse_trigger("queue"), Trigger::queue);
  EXPECT_EQ(message_of([] { parse_trigger("blob"); }),
            "expected one of http, timer, event, queue, storage, orchestration, others, got \"blob\"");
}

TEST(Selection, EndsWhenItsCallerSaysNo) {
  const Trace trace = many_functions(100);
  const auto no = [] { return false; };
  EXPECT_THROW(select(trace, {.go_on = no}), sim::Cancelled);
  EXPECT_THROW(cut_window(trace, 1h, 1h, no), sim::Cancelled);
}

}  // namespace
}  // namespace faasconf::traces
