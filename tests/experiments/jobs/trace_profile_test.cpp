#include "experiments/jobs/trace_profile.hpp"

#include <chrono>

#include <gmock/gmock.h>

#include "experiments/config/profile_file.hpp"
#include "tests/experiments/jobs/trace_folder.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// "rising": m calls in minute m, and "steady": 5 in each, of the same app.
traces::Trace two_functions_trace() {
  traces::TraceFunction rising = traces::function_of("rising", {});
  for (std::uint32_t minute = 1; minute < traces::kMinutesPerDay; ++minute) rising.counts.push_back({minute, minute});
  return {.functions = {rising, traces::steady("steady", 5)}, .origin = "made up"};
}

TraceProfileJob rising_from_one(const TraceFolder& folder) {
  return {.trace = folder.trace(),
          .whose = traces::FunctionKey{"rising"},
          .profile = {
              .start = std::chrono::hours(1), .length = std::chrono::minutes(11), .users_min = 10, .users_max = 20}};
}

TEST(TraceProfileJob, GivesUsersThatFollowTheCounts) {
  const TraceFolder folder("profile-job", two_functions_trace());
  const TraceProfileResult result = run(rising_from_one(folder));
  ASSERT_EQ(result.profile.steps.size(), 11U);
  EXPECT_EQ(result.profile.steps.front().level, 10);
  EXPECT_EQ(result.profile.steps[5].level, 15);
  EXPECT_EQ(result.profile.steps.back().level, 20);
  EXPECT_THAT(result.profile.origin, HasSubstr("trace.h5, sha256 "));
}

TEST(TraceProfileJob, AddsTheFunctionsOfAnApp) {
  const TraceFolder folder("profile-job-app", two_functions_trace());
  TraceProfileJob job = rising_from_one(folder);
  job.whose = traces::AppKey{"a"};
  EXPECT_THAT(run(job).profile.origin, HasSubstr("app a (2 functions), start 01:00, length 11m, scale 65..75"));
}

TEST(TraceProfileJob, RecordsWhatDecidesTheProfile) {
  const TraceFolder folder("profile-job-record", two_functions_trace());
  const TraceProfileJob job = rising_from_one(folder);
  const TraceProfileResult result = run(job);
  ASSERT_EQ(result.files.size(), 1U);
  write(folder.path("profile.csv"), job, result);
  const std::string text = config::read_text_file(folder.path("profile.csv"));
  EXPECT_THAT(text, StartsWith("# faasconf: {\"format\":\"faasconf-profile\""));
  EXPECT_THAT(text, HasSubstr("function: rising"));
  EXPECT_THAT(text, HasSubstr("start: 1h"));
  EXPECT_THAT(text, HasSubstr("max_users: 20"));
  EXPECT_THAT(text, HasSubstr("\"seed\":null"));
  EXPECT_EQ(config::read_profile(folder.path("profile.csv")).profile.steps.size(), 11U);
}

TEST(TraceProfileJob, EndsWhereItIsCancelled) {
  const TraceFolder folder("profile-job-cancelled", traces::many_functions(30));
  expect_ends_where_it_is_cancelled(TraceProfileJob{.trace = folder.trace()}, folder);
}

TEST(TraceProfileJob, RefusesAFunctionThatIsNotThere) {
  const TraceFolder folder("profile-job-refuses", two_functions_trace());
  TraceProfileJob job = rising_from_one(folder);
  job.whose = traces::FunctionKey{"falling"};
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("falling"));
}

}  // namespace
}  // namespace faasconf::experiments::jobs
