#include "traces/store/store_series.hpp"

#include <cstdint>

#include <gtest/gtest.h>

#include "tests/scratch_folder.hpp"
#include "tests/traces/made_up_trace.hpp"

namespace faasconf::traces {
namespace {

TEST(StoreSeries, IsThatOfItsTrace) {
  const tests::ScratchFolder folder;
  const Trace trace{
      .days = 2, .functions = {function_of("f", {{0, 1}}), function_of("g", {{5, 100}, {1440, 3}})}, .origin = {}};
  write_store(folder / "t.h5", trace, "me");
  std::uint64_t done = 0;
  const MinuteSeries series =
      read_series(TraceStore(folder / "t.h5"), "t",
                  {.whose = FunctionKey("g"), .progress = [&](std::uint64_t functions) { done = functions; }});
  EXPECT_EQ(series.counts, read_series(trace, "t", {.whose = FunctionKey("g")}).counts);
  EXPECT_EQ(series.counts[1440], 3U);
  EXPECT_EQ(done, 2U);
}

}  // namespace
}  // namespace faasconf::traces
