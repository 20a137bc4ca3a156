#include "experiments/jobs/trace_synthesize.hpp"

#include <gmock/gmock.h>

#include "experiments/jobs/bad_value.hpp"
#include "tests/experiments/jobs/trace_folder.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(TraceSynthesizeJob, MakesAStore) {
  const TraceFolder folder("synthesize-job");
  const TraceSynthesizeResult result =
      run(TraceSynthesizeJob{.trace = {.seed = 7, .functions = 100, .days = 2}, .out = folder.path("made.h5")});
  EXPECT_EQ(result.files, std::vector{folder.path("made.h5")});
  EXPECT_GE(result.functions, 100U);
  EXPECT_GT(result.apps, 10U);
  const traces::TraceStore store(folder.path("made.h5"));
  EXPECT_EQ(store.size(), result.functions);
  EXPECT_EQ(store.origin().days, 2U);
  EXPECT_EQ(store.origin().origin, result.origin);
  EXPECT_THAT(store.origin().creator, StartsWith("faasconf "));
  EXPECT_THAT(store.origin().record, HasSubstr("functions: 100"));
}

TEST(TraceSynthesizeJob, IsTheSameForAnyNumberOfThreads) {
  const TraceFolder folder("synthesize-job-threads");
  TraceSynthesizeJob job{.trace = {.functions = 200}, .out = folder.path("alone.h5")};
  run(job);
  job.out = folder.path("shared.h5");
  job.threads = 3;
  run(job);
  EXPECT_EQ(traces::TraceStore(folder.path("alone.h5")).trace(), traces::TraceStore(folder.path("shared.h5")).trace());
}

TEST(TraceSynthesizeJob, MakesTheFilesOfTheDataSet) {
  const TraceFolder folder("synthesize-job-files");
  const TraceSynthesizeResult result =
      run(TraceSynthesizeJob{.trace = {.functions = 50, .days = 2}, .out = folder.path("week")});
  EXPECT_EQ(result.files.size(), 7U);
  EXPECT_EQ(folder.outputs().size(), 7U);
}

TEST(TraceSynthesizeJob, EndsWhereItIsCancelled) {
  const TraceFolder folder("synthesize-job-cancelled");
  expect_ends_where_it_is_cancelled(TraceSynthesizeJob{.trace = {.functions = 100}, .out = folder.path("made.h5")},
                                    folder);
  expect_ends_where_it_is_cancelled(TraceSynthesizeJob{.trace = {.functions = 100}, .out = folder.path("made")},
                                    folder);
}

TEST(TraceSynthesizeJob, RefusesWhatCannotBeMade) {
  const TraceFolder folder("synthesize-job-refuses");
  EXPECT_THROW(run(TraceSynthesizeJob{.trace = {.functions = 10}, .out = ""}), BadValue);
  const TraceSynthesizeJob none{.trace = {.functions = 0}, .out = folder.path("none.h5")};
  EXPECT_THAT(complaint([&] { run(none); }), HasSubstr("functions: expected an integer from 1"));
}

}  // namespace
}  // namespace faasconf::experiments::jobs
