#include "traces/source/trace_source.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"
#include "tests/traces/message_of.hpp"
#include "traces/files/digest.hpp"
#include "traces/store/store.hpp"
#include "traces/synthetic/write_azure2019.hpp"

namespace faasconf::traces {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using tests::message_of;
using tests::ScratchFolder;

const SynthesisSpec kDay{.seed = 3, .functions = 200};

// The same made-up trace as a store, as a folder of the 2019 data set, and its invocations alone.
class SameTrace {
 public:
  SameTrace() {
    const SyntheticTrace made(kDay);
    write_store(folder_ / "t.h5", made.trace(), "me");
    std::filesystem::create_directory(folder_ / "csv");
    csv_ = write_azure2019(folder_ / "csv", made, 1);
  }

  std::string store() const { return folder_ / "t.h5"; }
  std::string csv_folder() const { return folder_ / "csv"; }
  std::string csv_file() const { return csv_.front(); }

 private:
  ScratchFolder folder_;
  std::vector<std::string> csv_;
};

std::string calls_of_2021(const ScratchFolder& folder) {
  tests::write_file(folder / "2021.txt", "app,func,end_timestamp,duration\na,f,57.25,57\na,g,63,2\na,f,100,1.5\n");
  return folder / "2021.txt";
}

std::vector<TraceInvocation> invocations_of(const TraceSource& source) {
  std::vector<TraceInvocation> calls;
  source.each_invocation({}, [&](const TraceInvocation& call) { calls.push_back(call); });
  return calls;
}

TEST(TraceSource, ReadsTheSameTraceFromAStoreAndFromAFolder) {
  const SameTrace same;
  const Trace of_store = open_trace(same.store())->read().trace;
  const Trace of_folder = open_trace(same.csv_folder())->read().trace;
  ASSERT_EQ(of_store.functions.size(), of_folder.functions.size());
  EXPECT_EQ(of_store.functions, of_folder.functions);
  EXPECT_EQ(of_store.days, 1U);
  EXPECT_THAT(of_store.origin, StartsWith("synthetic: "));
  EXPECT_THAT(of_folder.origin, StartsWith("Azure Functions 2019: "));
  EXPECT_THAT(of_folder.origin, HasSubstr(same.csv_file() + " sha256 " + files::sha256_of_file(same.csv_file())));
}

TEST(TraceSource, InspectsThemAlike) {
  const SameTrace same;
  const TraceStatistics of_store = open_trace(same.store())->inspect().statistics;
  const TraceStatistics of_folder = open_trace(same.csv_folder())->inspect().statistics;
  EXPECT_EQ(of_store.calls, of_folder.calls);
  EXPECT_EQ(of_store.popularity, of_folder.popularity);
  EXPECT_EQ(of_store.durations_s, of_folder.durations_s);
  EXPECT_EQ(of_store.memory_median_mb, of_folder.memory_median_mb);
}

TEST(TraceSource, GivesSeriesAndSaysWhereTheyComeFrom) {
  const SameTrace same;
  const ReadSeries of_store = open_trace(same.store(), "mine")->series({.whose = FunctionKey(std::size_t{2})});
  const ReadSeries of_file = open_trace(same.csv_file(), "mine")->series({.whose = FunctionKey(std::size_t{2})});
  EXPECT_EQ(of_store.series.counts, of_file.series.counts);
  EXPECT_EQ(of_file.origin, "file mine, sha256 " + files::sha256_of_file(same.csv_file()));
  EXPECT_THAT(of_store.origin,
              StartsWith("file mine, sha256 " + files::sha256_of_file(same.store()) + " (synthetic: "));
}

TEST(TraceSource, TellsOfTheSingleCallsOf2021) {
  const ScratchFolder folder;
  const auto source = open_trace(calls_of_2021(folder));
  const ReadTrace read = source->read();
  EXPECT_EQ(read.trace.functions.size(), 2U);
  EXPECT_EQ(read.report.rows, 3U);
  const std::vector<TraceInvocation> calls = invocations_of(*source);
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[1].function, 1U);
  EXPECT_EQ(calls[1].start_s, 61);
  EXPECT_EQ(source->series({.whose = FunctionKey("f")}).series.counts[1], 1U);
  EXPECT_EQ(source->inspect().statistics.calls, 3U);
}

TEST(TraceSource, KnowsCountsPerSecond) {
  const ScratchFolder folder;
  tests::write_file(folder / "s.csv", "\"second\",\"function\",\"count\"\n0,f,1\n59,f,2\n60,g,4\n");
  const auto source = open_trace(folder / "s.csv");
  const ReadTrace read = source->read();
  EXPECT_THAT(read.trace.origin, StartsWith("counts per second: "));
  EXPECT_EQ(source->inspect().statistics.calls, 7U);
  EXPECT_EQ(source->series({.whose = FunctionKey("f")}).series.counts[0], 3U);
  EXPECT_TRUE(invocations_of(*source).empty());
  EXPECT_THROW(source->read({.go_on = [] { return false; }}), sim::Cancelled);
}

TEST(TraceSource, KnowsAHeaderInQuotes) {
  const ScratchFolder folder;
  tests::write_file(folder / "2021.csv", "\"app\",\"func\",\"end_timestamp\",\"duration\"\n\"a\",\"f\",1,1\n");
  EXPECT_EQ(open_trace(folder / "2021.csv")->inspect().statistics.calls, 1U);
}

TEST(TraceSource, CallsAStoreThatAnotherWritesLockedAndNotDamaged) {
  const SameTrace same;
  const int descriptor = ::open(same.store().c_str(), O_RDWR);
  ASSERT_EQ(::flock(descriptor, LOCK_EX | LOCK_NB), 0);
  const auto source = open_trace(same.store());
  EXPECT_THAT(message_of([&] { source->read(); }), HasSubstr("t.h5: is locked by another program"));
  ::close(descriptor);
  EXPECT_EQ(source->read().trace.functions.size(), 200U);
}

TEST(TraceSource, OfCountsAloneTellsOfNoSingleCalls) {
  const SameTrace same;
  EXPECT_TRUE(invocations_of(*open_trace(same.store())).empty());
  EXPECT_TRUE(invocations_of(*open_trace(same.csv_folder())).empty());
}

TEST(TraceSource, OfAStoreTellsOfTheSingleCallsThatItHolds) {
  const ScratchFolder folder;
  {
    TraceStoreWriter writer(folder / "t.h5", {});
    writer.append(TraceFunction{.owner = "o", .app = "a", .function = "f", .counts = {{0, 1}}});
    writer.append(TraceInvocation{.function = 0, .start_s = 4, .duration_s = .5});
    writer.commit();
  }
  const std::vector<TraceInvocation> calls = invocations_of(*open_trace(folder / "t.h5"));
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls.front().start_s, 4);
}

TEST(TraceSource, CountsProgressInTheBytesOfItsFiles) {
  const SameTrace same;
  for (const std::string& path : {same.store(), same.csv_folder()}) {
    const auto source = open_trace(path);
    std::uint64_t size = 0;
    for (const std::string& file : source->files()) size += std::filesystem::file_size(file);
    EXPECT_EQ(source->bytes(), size);
    std::uint64_t last = 0;
    source->read({.progress = [&](std::uint64_t done) {
      EXPECT_GE(done, last);
      last = done;
    }});
    EXPECT_GT(last, size / 2);
    EXPECT_LE(last, size);
  }
}

TEST(TraceSource, EndsWhereItsCallerDoesNotWantToGoOn) {
  const SameTrace same;
  const ScratchFolder folder;
  const sim::GoOn no = [] { return false; };
  for (const std::string& path : {same.store(), same.csv_folder(), calls_of_2021(folder)}) {
    const auto source = open_trace(path);
    EXPECT_THROW(source->read({.go_on = no}), sim::Cancelled) << path;
    EXPECT_THROW(source->inspect({.go_on = no}), sim::Cancelled) << path;
    EXPECT_THROW(source->series({.whose = FunctionKey(std::size_t{1}), .go_on = no}), sim::Cancelled) << path;
  }
}

TEST(TraceSource, SaysWhatItCannotOpen) {
  const ScratchFolder folder;
  tests::write_file(folder / "text", "hello\n");
  EXPECT_EQ(message_of([&] { open_trace(folder / "none"); }), folder / "none" + ": no such file or folder");
  EXPECT_EQ(message_of([&] { open_trace(folder.path()); }),
            folder.path() + ": expected files invocations_per_function_md.anon.dNN.csv in the folder, got none");
  EXPECT_THAT(message_of([&] { open_trace(folder / "text"); }),
              HasSubstr("got a file that begins otherwise: \"hello\""));
  tests::write_file(folder / "empty", "");
  EXPECT_THAT(message_of([&] { open_trace(folder / "empty"); }), HasSubstr("it is empty"));
  tests::write_file(folder / "wide", std::string("\xff\xfeH\0a\0", 6));
  EXPECT_THAT(message_of([&] { open_trace(folder / "wide"); }), HasSubstr("UTF-16; save it as UTF-8"));
  tests::write_file(folder / "numbered", "\"\",\"app\",\"func\",\"end_timestamp\",\"duration\"\n\"1\",a,f,1,1\n");
  EXPECT_THAT(message_of([&] { open_trace(folder / "numbered"); }), HasSubstr("a column of row numbers"));
}

}  // namespace
}  // namespace faasconf::traces
