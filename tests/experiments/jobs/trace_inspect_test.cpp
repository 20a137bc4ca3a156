#include "experiments/jobs/trace_inspect.hpp"

#include <gmock/gmock.h>

#include "tests/experiments/jobs/trace_folder.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::experiments::jobs {
namespace {

TEST(TraceInspectJob, TellsWhatATraceIsLike) {
  const traces::Trace trace = traces::many_functions(12);
  const TraceFolder folder("inspect-job", trace);
  const TraceInspectResult result = run(TraceInspectJob{.trace = folder.trace()});
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.statistics.functions, 12U);
  EXPECT_EQ(result.statistics.apps, 4U);
  EXPECT_EQ(result.statistics.calls, traces::totals(trace).calls);
}

TEST(TraceInspectJob, EndsWhereItIsCancelled) {
  const TraceFolder folder("inspect-job-cancelled", traces::many_functions(50));
  expect_ends_where_it_is_cancelled(TraceInspectJob{.trace = folder.trace()}, folder);
}

TEST(TraceInspectJob, RefusesATraceThatIsNotThere) {
  const TraceInspectJob job{.trace = {.path = "/no/such/trace.h5"}};
  EXPECT_THAT(complaint([&] { run(job); }), testing::HasSubstr("/no/such/trace.h5: no such file or folder"));
}

}  // namespace
}  // namespace faasconf::experiments::jobs
