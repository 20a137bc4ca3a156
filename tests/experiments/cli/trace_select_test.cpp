#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/experiments/cli/in_process.hpp"
#include "traces/core/totals.hpp"
#include "traces/store/store.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::HasSubstr;

nlohmann::json json_of(const Ran& ran) { return nlohmann::json::parse(ran.out); }

TEST(TraceSelect, SaysHowMuchIsKept) {
  const Ran ran = faasconf("trace select azure-demo-day.csv --trigger http --json");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  const auto line = json_of(ran);
  EXPECT_EQ(line["of"]["functions"], 5);
  EXPECT_LT(line["kept"]["functions"], 5);
  EXPECT_EQ(line["unmet_by"]["trigger"], 5 - line["kept"]["functions"].get<int>());
  EXPECT_LT(line["kept"]["calls"], line["of"]["calls"]);
  EXPECT_THAT(line["origin"].get<std::string>(), HasSubstr("; selected, trigger http, seed 1"));
}

TEST(TraceSelect, WritesAStoreOfTheWindow) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf("trace select azure-demo-day.csv --rank 1 --start 12:00 --length 85m --out s.h5");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("s.h5\n"));
  const traces::Trace trace = traces::TraceStore("s.h5").trace();
  ASSERT_EQ(trace.functions.size(), 1U);
  EXPECT_LT(trace.functions[0].counts.back().minute, 85U);
  EXPECT_THAT(trace.origin, HasSubstr("start 12h, length 1h25m"));
}

TEST(TraceSelect, WritesFilesThatItReadsBack) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf("trace select azure-demo-day.csv --rank 1..2 --out days --json");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  const Ran again = faasconf("trace select days --json");
  ASSERT_EQ(again.code, kDone) << again.err;
  EXPECT_EQ(json_of(again)["kept"], json_of(ran)["kept"]);
}

TEST(TraceSelect, ScalesTheRateToAMean) {
  const Ran ran = faasconf("trace select azure-demo-day.csv --mean-rate 10 --json");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_NEAR(json_of(ran)["kept"]["calls"].get<double>(), 14'400, 4 * 120);
  EXPECT_LT(json_of(ran)["rate_factor"].get<double>(), 1);
}

TEST(TraceSelect, JudgesASample) {
  const Ran ran = faasconf("trace select azure-demo-day.csv --sample 3");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Kolmogorov-Smirnov"));
  EXPECT_THAT(ran.out, HasSubstr("correlation of calls per minute"));
}

TEST(TraceSelect, SaysWhatItCannotUse) {
  const auto expect_misused = [](const std::string& options, const std::string& message) {
    const Ran ran = faasconf("trace select azure-demo-day.csv " + options);
    EXPECT_EQ(ran.code, kMisused) << options;
    EXPECT_THAT(ran.err, HasSubstr(message)) << options;
  };
  expect_misused("--trigger blob", "--trigger: expected one of http");
  expect_misused("--rank x", "--rank: expected bounds such as");
  expect_misused("--start 2:00:00", "window: expected at least a minute within the 1 days");
  expect_misused("--start 25:00", "--start: expected a time of day");
  expect_misused("--rate-factor 0", "--rate-factor: expected a number > 0");
  expect_misused("--rate-factor 2 --mean-rate 3", "--mean-rate: expected no --rate-factor beside it");
  expect_misused("--sample 0", "--sample: ");
  expect_misused("--on-bad-row maybe", "--on-bad-row: expected error, skip or fix");
  EXPECT_EQ(faasconf("trace select none.csv").code, kMisused);
}

}  // namespace
}  // namespace faasconf::experiments::cli
