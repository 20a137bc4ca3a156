#include "traces/azure/azure2019_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::traces {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using tests::read_file;
using tests::ScratchFolder;

constexpr const char* kInvocations = "invocations_per_function_md.anon.d01.csv";
constexpr const char* kDurations = "function_durations_percentiles.anon.d01.csv";
constexpr const char* kMemory = "app_memory_percentiles.anon.d01.csv";

TraceFunction function_of(std::vector<MinuteCount> counts) {
  TraceFunction function;
  function.owner = "o";
  function.app = "a";
  function.function = "f";
  function.trigger = Trigger::queue;
  function.counts = std::move(counts);
  return function;
}

std::string zeros(int minutes) {
  std::string text;
  for (int i = 0; i < minutes; ++i) text += ",0";
  return text;
}

std::string second_line(const std::string& text) { return text.substr(text.find('\n') + 1); }

TEST(Azure2019Writer, WritesTheSchemaOfTheDataSet) {
  const ScratchFolder folder;
  Azure2019Writer writer(folder.path(), 1);
  TraceFunction function = function_of({{2, 7}, {1439, 12}});
  function.duration = DurationPercentiles{1.5, 19, 1, 4, {1, 1, 1.25, 1.5, 2, 4, 4}};
  function.app_memory = MemoryPercentiles{9, 120.5, {1, 2, 3, 4, 5, 6, 7, 8}};
  writer.append(function);
  writer.commit();
  const std::string invocations = read_file(folder / kInvocations);
  EXPECT_THAT(invocations, StartsWith("HashOwner,HashApp,HashFunction,Trigger,1,2,3,"));
  EXPECT_THAT(invocations.substr(0, invocations.find('\n')), EndsWith(",1439,1440"));
  EXPECT_EQ(second_line(invocations), "o,a,f,queue,0,0,7" + zeros(1436) + ",12\n");
  EXPECT_EQ(read_file(folder / kDurations),
            "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,"
            "percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,"
            "percentile_Average_100\no,a,f,1.5,19,1,4,1,1,1.25,1.5,2,4,4\n");
  EXPECT_EQ(second_line(read_file(folder / kMemory)), "o,a,9,120.5,1,2,3,4,5,6,7,8\n");
}

TEST(Azure2019Writer, WritesNoRowForAnIdleDayNorForWhatIsNotKnown) {
  const ScratchFolder folder;
  Azure2019Writer writer(folder.path(), 2);
  writer.append(function_of({{1440, 1}}));
  writer.commit();
  EXPECT_EQ(second_line(read_file(folder / kInvocations)), "");
  EXPECT_EQ(second_line(read_file(folder / "invocations_per_function_md.anon.d02.csv")),
            "o,a,f,queue,1" + zeros(1439) + "\n");
  EXPECT_EQ(second_line(read_file(folder / "function_durations_percentiles.anon.d02.csv")), "");
  EXPECT_EQ(second_line(read_file(folder / "app_memory_percentiles.anon.d02.csv")), "");
}

TEST(Azure2019Writer, LeavesNothingUnlessCommitted) {
  const ScratchFolder folder;
  { Azure2019Writer(folder.path(), 1).append(function_of({{1, 1}})); }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(Azure2019Writer, RefusesAFolderWithFilesOfOtherDays) {
  const ScratchFolder folder;
  {
    Azure2019Writer writer(folder.path(), 2);
    writer.append(function_of({{0, 1}, {1440, 1}}));
    writer.commit();
  }
  EXPECT_NO_THROW(Azure2019Writer(folder.path(), 2));
  try {
    Azure2019Writer(folder.path(), 1);
    ADD_FAILURE();
  } catch (const sim::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("with nothing but the 4 files that are written, got one with \""));
    EXPECT_THAT(error.what(), HasSubstr(".d02.csv"));
  }
}

TEST(Azure2019Writer, AddsARecord) {
  const ScratchFolder folder;
  Azure2019Writer writer(folder / "csv", 1);
  writer.append(function_of({{0, 1}}));
  writer.add_record("origin: test\n");
  writer.commit();
  ASSERT_EQ(writer.paths().size(), 4U);
  EXPECT_EQ(writer.paths().back(), folder / "csv/record.yaml");
  EXPECT_EQ(read_file(folder / "csv/record.yaml"), "origin: test\n");
}

TEST(Azure2019Writer, SaysWhatItCannotWrite) {
  const ScratchFolder folder;
  const auto error_of = [](const auto& action) -> std::string {
    try {
      action();
    } catch (const sim::Error& error) {
      return error.what();
    }
    return "no error";
  };
  TraceFunction odd = function_of({{1, 1}});
  odd.app = "a,b";
  EXPECT_THAT(error_of([&] { Azure2019Writer(folder.path(), 1).append(odd); }), HasSubstr("got \"a,b\""));
  EXPECT_THAT(error_of([&] {
                Azure2019Writer(folder.path(), 1).append(function_of({{1440, 1}}));
              }),
              HasSubstr("expected calls on 1 days, got one on day 2"));
  EXPECT_THAT(error_of([&] { Azure2019Writer(folder.path(), 0); }), HasSubstr("days: expected 1 to"));
  EXPECT_THAT(error_of([&] { Azure2019Writer(folder / "none/csv", 1); }), HasSubstr("which does not"));
}

}  // namespace
}  // namespace faasconf::traces
