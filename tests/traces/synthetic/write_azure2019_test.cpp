#include "traces/synthetic/write_azure2019.hpp"

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"
#include "traces/azure/azure2019.hpp"

namespace faasconf::traces {
namespace {

using tests::read_file;
using tests::ScratchFolder;

// The reader's means over days are weighted sums, so equal to a few last digits.
TEST(SyntheticFiles, AreWhatTheReaderReads) {
  const ScratchFolder folder;
  const SyntheticTrace made({.seed = 2, .functions = 300, .days = 3});
  const std::vector<std::string> paths = write_azure2019(folder.path(), made, 2);
  ASSERT_EQ(paths.size(), 9U);
  const auto part = [&](std::size_t kind) {
    return std::vector(paths.begin() + static_cast<std::ptrdiff_t>(3 * kind),
                       paths.begin() + static_cast<std::ptrdiff_t>(3 * kind + 3));
  };
  const Azure2019Trace read = read_azure2019({.invocations = part(0), .durations = part(1), .memory = part(2)});
  EXPECT_EQ(read.report.dropped + read.report.mended, 0U);
  EXPECT_EQ(read.report.of(Fault::count_differs).count, 0U);
  EXPECT_EQ(read.trace.days, 3U);

  std::map<std::string, TraceFunction> by_name;
  for (const TraceFunction& function : read.trace.functions) by_name[function.function] = function;
  ASSERT_EQ(by_name.size(), made.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    const TraceFunction function = made.function(i);
    const TraceFunction& found = by_name.at(function.function);
    EXPECT_EQ(found.counts, function.counts);
    EXPECT_EQ(found.trigger, function.trigger);
    EXPECT_EQ(found.app, function.app);
    ASSERT_TRUE(found.duration && found.app_memory);
    EXPECT_EQ(found.duration->count, function.duration->count);
    EXPECT_NEAR(found.duration->average_ms, function.duration->average_ms, 1e-9 * function.duration->average_ms);
    EXPECT_EQ(found.app_memory->samples, function.app_memory->samples);
    EXPECT_NEAR(found.app_memory->percentiles_mb[3], function.app_memory->percentiles_mb[3], 1e-6);
  }
}

TEST(SyntheticFiles, AreTheSameForAnyNumberOfThreads) {
  const ScratchFolder folder;
  const SyntheticTrace trace({.seed = 8, .functions = 700, .days = 2});
  std::map<std::size_t, std::string> written;
  for (const std::size_t threads : {1U, 2U, 5U}) {
    for (const std::string& path : write_azure2019(folder.path(), trace, threads)) written[threads] += read_file(path);
  }
  EXPECT_GT(written[1].size(), 700U * 2880);
  EXPECT_EQ(written[1], written[2]);
  EXPECT_EQ(written[1], written[5]);
}

TEST(SyntheticFiles, AreNotThereWhenTheCallerSaysNo) {
  const ScratchFolder folder;
  std::atomic<bool> go_on = true;
  const SyntheticTrace trace({.seed = 8, .functions = 400, .go_on = [&] { return go_on.load(); }});
  EXPECT_THROW(write_azure2019(folder.path(), trace, 2, [&](std::size_t) { go_on = false; }), sim::Cancelled);
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace faasconf::traces
