#include "experiments/jobs/trace_select.hpp"

#include <chrono>

#include <gmock/gmock.h>

#include "experiments/jobs/bad_value.hpp"
#include "tests/experiments/jobs/trace_folder.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(TraceSelectJob, KeepsTheFunctionsThatMeetAllCriteria) {
  const TraceFolder folder("select-job");
  TraceSelectJob job{.trace = folder.trace()};
  job.selection.rank = traces::Bounds{1, 5};
  const TraceSelectResult result = run(job);
  EXPECT_EQ(result.of.functions, 12U);
  EXPECT_EQ(result.kept.functions, 5U);
  EXPECT_EQ(result.trace.functions.size(), 5U);
  ASSERT_EQ(result.criteria.size(), 1U);
  EXPECT_EQ(result.criteria[0].unmet_by, 7U);
  EXPECT_THAT(result.trace.origin, EndsWith("; selected, rank 1..5, seed 1"));
  EXPECT_TRUE(result.files.empty());
  EXPECT_TRUE(folder.outputs().empty());
}

TEST(TraceSelectJob, KeepsAStretchOfTime) {
  const TraceFolder folder("select-job-window");
  TraceSelectJob job{.trace = folder.trace()};
  job.start = std::chrono::hours(12);
  for (const traces::TraceFunction& function : run(job).trace.functions) {
    EXPECT_TRUE(function.counts.empty() || function.counts.back().minute < 720U) << function.function;
  }
  job.length = std::chrono::minutes(1);
  for (const traces::TraceFunction& function : run(job).trace.functions) EXPECT_LE(function.counts.size(), 1U);
}

TEST(TraceSelectJob, JudgesItsSample) {
  const TraceFolder folder("select-job-sample");
  TraceSelectJob job{.trace = folder.trace()};
  job.sample = 4;
  const TraceSelectResult result = run(job);
  EXPECT_EQ(result.kept.functions, 4U);
  ASSERT_TRUE(result.sample);
  EXPECT_GT(result.sample->correlation, 0);
  EXPECT_TRUE(result.sample->memory_mb);
}

TEST(TraceSelectJob, MakesATraceBusier) {
  const TraceFolder folder("select-job-rate");
  TraceSelectJob job{.trace = folder.trace()};
  job.rate = CallRate{.of = CallRate::Of::factor, .value = 2};
  EXPECT_EQ(run(job).kept.calls, 2 * run(job).of.calls);
  job.rate = CallRate{.of = CallRate::Of::mean, .value = 10};
  const TraceSelectResult thinned = run(job);
  EXPECT_NEAR(static_cast<double>(thinned.kept.calls), 14'400, 5 * 120);
  EXPECT_LT(thinned.factor, 1);
}

TEST(TraceSelectJob, SaysInItsOriginAllThatIsDone) {
  const TraceFolder folder("select-job-origin");
  TraceSelectJob job{.trace = folder.trace()};
  job.selection.triggers = {traces::Trigger::http, traces::Trigger::timer};
  job.start = std::chrono::hours(12);
  job.rate = CallRate{.of = CallRate::Of::factor, .value = 0.5};
  EXPECT_THAT(run(job).trace.origin, EndsWith("; selected, trigger http timer, start 12h, rate factor 0.5, seed 1"));
}

TEST(TraceSelectJob, WritesWhatIsLeftWithARecord) {
  const TraceFolder folder("select-job-store");
  TraceSelectJob job{.trace = folder.trace()};
  job.selection.rank = traces::Bounds{.least = 3};
  job.rate = CallRate{.of = CallRate::Of::peak, .value = 50};
  job.out = folder.path("some.h5");
  const TraceSelectResult result = run(job);
  EXPECT_EQ(result.files, std::vector{job.out});
  const traces::TraceStore store(job.out);
  EXPECT_EQ(store.trace().functions, result.trace.functions);
  EXPECT_THAT(store.origin().record, HasSubstr("rank: 3.."));
  EXPECT_THAT(store.origin().record, HasSubstr("rate: {peak: 50}"));
  EXPECT_THAT(store.origin().record, HasSubstr("trace.h5"));
}

TEST(TraceSelectJob, EndsWhereItIsCancelled) {
  const TraceFolder folder("select-job-cancelled", traces::many_functions(40));
  TraceSelectJob job{.trace = folder.trace()};
  job.selection.rank = traces::Bounds{.most = 30};
  job.sample = 20;
  job.speed = 2;
  job.rate = CallRate{.of = CallRate::Of::factor, .value = 1.5};
  job.out = folder.path("some.h5");
  expect_ends_where_it_is_cancelled(job, folder);
}

TEST(TraceSelectJob, RefusesAnEmptySample) {
  const TraceFolder folder("select-job-refuses");
  TraceSelectJob job{.trace = folder.trace()};
  job.sample = 0;
  EXPECT_THROW(run(job), BadValue);
}

}  // namespace
}  // namespace faasconf::experiments::jobs
