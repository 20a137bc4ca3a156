#include "traces/store/store.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <H5Cpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"
#include "traces/synthetic/synthesis.hpp"

// HDF5 1.10 leaks a little when it meets damaged metadata; read by the leak sanitizer.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

namespace faasconf::traces {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::read_file;
using tests::ScratchFolder;
using tests::write_file;

Trace small_trace() {
  Trace trace{.days = 2, .functions = {}, .origin = "made up by hand"};
  TraceFunction named;
  named.owner = "";
  named.app = "an app, \"quoted\"";
  named.function = std::string(100, 'x');
  named.trigger = Trigger::orchestration;
  named.counts = {{0, 1}, {1, 4'294'967'295}, {2879, 3}};
  trace.functions.push_back(named);
  TraceFunction hashed;
  hashed.owner = std::string(64, 'a');
  hashed.app = std::string(32, '0') + std::string(32, 'f');
  hashed.function = std::string(63, '1') + "2";
  hashed.trigger = Trigger::timer;
  hashed.duration = DurationPercentiles{1, 2, 3, 4, {5, 6, 7, 8, 9, 10, 11.5}};
  hashed.app_memory = MemoryPercentiles{1, 2, {3, 4, 5, 6, 7, 8, 9, 10.25}};
  hashed.counts = {{7, 7}};
  trace.functions.push_back(hashed);
  trace.functions.push_back(hashed);
  trace.functions.back().function = std::string(64, 'A');  // no hash: capitals come back as they were
  trace.functions.back().counts.clear();
  return trace;
}

std::string error_of(const std::string& path) {
  try {
    TraceStore(path).trace();
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(TraceStore, GivesBackWhatWasPutIn) {
  const ScratchFolder folder;
  write_store(folder / "t.h5", small_trace(), "me");
  const TraceStore store(folder / "t.h5");
  EXPECT_EQ(store.size(), 3U);
  EXPECT_EQ(store.origin().origin, "made up by hand");
  EXPECT_EQ(store.origin().creator, "me");
  EXPECT_EQ(store.digest().size(), 64U);
  EXPECT_THAT(store.triggers(), ElementsAre(Trigger::orchestration, Trigger::timer, Trigger::timer));
  EXPECT_THAT(store.calls(), ElementsAre(4'294'967'299, 7, 0));
  EXPECT_EQ(store.trace(), small_trace());
  EXPECT_EQ(store.invocations(), 0U);
}

TEST(TraceStore, KeepsAnEmptyTrace) {
  const ScratchFolder folder;
  write_store(folder / "t.h5", {.days = 3, .functions = {}, .origin = ""}, "");
  EXPECT_EQ(TraceStore(folder / "t.h5").trace(), (Trace{.days = 3, .functions = {}, .origin = ""}));
}

TEST(TraceStore, GivesSingleFunctionsInAnyOrder) {
  const ScratchFolder folder;
  const SyntheticTrace made({.seed = 1, .functions = 3'000});
  write_store(folder / "t.h5", made.trace(), "me");
  const TraceStore store(folder / "t.h5");
  ASSERT_EQ(store.size(), made.size());
  for (const std::size_t index : {2'999U, 0U, 1'500U, 1'501U, 17U}) {
    EXPECT_EQ(store.function(index), made.function(index)) << index;
  }
  const std::vector<std::size_t> chosen = {5, 2'000};
  EXPECT_THAT(store.functions(chosen), ElementsAre(made.function(5), made.function(2'000)));
  EXPECT_EQ(store.trace(), made.trace());
}

TEST(TraceStore, IsTheSameFileForTheSameTrace) {
  const ScratchFolder folder;
  const Trace trace = SyntheticTrace({.seed = 1, .functions = 200}).trace();
  write_store(folder / "a.h5", trace, "me");
  write_store(folder / "b.h5", trace, "me");
  EXPECT_EQ(read_file(folder / "a.h5"), read_file(folder / "b.h5"));
  Trace other = trace;
  other.functions[100].counts.back().count += 1;
  write_store(folder / "b.h5", other, "me");
  EXPECT_NE(TraceStore(folder / "a.h5").digest(), TraceStore(folder / "b.h5").digest());
}

TEST(TraceStore, KeepsItsRecordBesideWhatItHolds) {
  const ScratchFolder folder;
  TraceStoreWriter writer(folder / "t.h5", {.days = 1, .origin = "x", .creator = "me", .record = "{\"seed\": 1}"});
  writer.commit();
  write_store(folder / "without.h5", {.days = 1, .functions = {}, .origin = "x"}, "me");
  EXPECT_EQ(TraceStore(folder / "t.h5").origin().record, "{\"seed\": 1}");
  EXPECT_EQ(TraceStore(folder / "without.h5").origin().record, "");
  EXPECT_EQ(TraceStore(folder / "t.h5").digest(), TraceStore(folder / "without.h5").digest());
}

TEST(TraceStore, KeepsSingleCalls) {
  const ScratchFolder folder;
  TraceStoreWriter writer(folder / "t.h5", {.days = 2, .origin = "", .creator = ""});
  for (const TraceFunction& function : small_trace().functions) writer.append(function);
  for (std::uint32_t i = 0; i < 40'000; ++i) writer.append(TraceInvocation{i % 3, i * .5, .25});
  EXPECT_THROW(writer.append(TraceInvocation{3, 0, 0}), sim::Error);
  writer.commit();
  const TraceStore store(folder / "t.h5");
  EXPECT_EQ(store.invocations(), 40'000U);
  const std::vector<TraceInvocation> calls = store.invocations(39'998, 2);
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[1].function, 39'999U % 3);
  EXPECT_EQ(calls[1].start_s, 39'999 * .5);
  EXPECT_EQ(calls[1].duration_s, .25);
}

TEST(TraceStore, IsNotThereUntilCommitted) {
  const ScratchFolder folder;
  { TraceStoreWriter(folder / "t.h5", {}).append(small_trace().functions[1]); }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(TraceStoreErrors, OfCountsOutOfOrder) {
  const ScratchFolder folder;
  TraceStoreWriter writer(folder / "t.h5", {.days = 1, .origin = "", .creator = ""});
  for (const std::vector<MinuteCount>& counts :
       {std::vector<MinuteCount>{{1440, 1}}, {{3, 1}, {3, 1}}, {{3, 1}, {2, 1}}, {{3, 0}}}) {
    TraceFunction function;
    function.counts = counts;
    EXPECT_THROW(writer.append(function), sim::Error);
  }
}

TEST(TraceStoreErrors, OfFilesThatAreNone) {
  const ScratchFolder folder;
  EXPECT_EQ(error_of(folder / "none.h5"), folder / "none.h5" + ": no such file");
  write_file(folder / "text.h5", "HashOwner\n");
  EXPECT_EQ(error_of(folder / "text.h5"), folder / "text.h5" + ": not a trace store: expected an HDF5 file");
  { H5::H5File(folder / "other.h5", H5F_ACC_TRUNC); }
  EXPECT_EQ(error_of(folder / "other.h5"),
            folder / "other.h5" + ": not a trace store: expected format \"faasconf-trace\", got \"none\"");
}

TEST(TraceStoreErrors, OfANewerFormat) {
  const ScratchFolder folder;
  write_store(folder / "t.h5", small_trace(), "me");
  {
    const std::uint64_t version = 2;
    H5::H5File file(folder / "t.h5", H5F_ACC_RDWR);
    file.openGroup("/").openAttribute("format_version").write(H5::PredType::NATIVE_UINT64, &version);
  }
  EXPECT_THAT(error_of(folder / "t.h5"), HasSubstr("format version 2, but this faasconf reads up to 1"));
}

TEST(TraceStoreErrors, OfTruncatedFiles) {
  const ScratchFolder folder;
  write_store(folder / "t.h5", SyntheticTrace({.seed = 1, .functions = 300}).trace(), "me");
  const std::string whole = read_file(folder / "t.h5");
  for (const double part : {.1, .5, .9, .999}) {
    write_file(folder / "cut.h5", whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size()))));
    EXPECT_THAT(error_of(folder / "cut.h5"), HasSubstr("cut.h5: ")) << part;
  }
}

// Wherever a byte is wrong, the trace comes as it was or not at all.
TEST(TraceStoreErrors, OfDamagedBytes) {
  const ScratchFolder folder;
  const Trace trace = SyntheticTrace({.seed = 1, .functions = 120}).trace();
  write_store(folder / "t.h5", trace, "me");
  const std::string whole = read_file(folder / "t.h5");
  int errors = 0;
  constexpr std::size_t trials = 150;
  for (std::size_t i = 0; i < trials; ++i) {
    std::string damaged = whole;
    char& byte = damaged[(i * whole.size() + whole.size() / 2) / trials];
    byte = static_cast<char>(byte ^ 0x41);
    write_file(folder / "damaged.h5", damaged);
    try {
      EXPECT_EQ(TraceStore(folder / "damaged.h5").trace().functions, trace.functions) << i;
    } catch (const sim::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged.h5: "));
      ++errors;
    }
  }
  EXPECT_GT(errors, 20);
}

// What is read of a store in which something was changed as another program would, checksums included.
template <class Change>
std::string error_after(const Change& change) {
  const ScratchFolder folder;
  const std::string path = folder / "t.h5";
  write_store(path, small_trace(), "me");
  {
    H5::H5File file(path, H5F_ACC_RDWR);
    change(file);
  }
  return error_of(path).substr(path.size() + 2);
}

template <class Value>
void replace(const H5::H5File& file, const char* name, const H5::DataType& type, std::size_t row, Value value) {
  H5::DataSet dataset = file.openDataSet(name);
  std::vector<Value> values(static_cast<std::size_t>(dataset.getSpace().getSimpleExtentNpoints()));
  dataset.read(values.data(), type);
  values.at(row) = value;
  dataset.write(values.data(), type);
}

void replace_number(const H5::H5File& file, const char* name, std::uint64_t value) {
  file.openGroup("/").openAttribute(name).write(H5::PredType::NATIVE_UINT64, &value);
}

TEST(TraceStoreErrors, OfCallsThatAreNotTheSumsOfTheirMinutes) {
  EXPECT_EQ(error_after([](const H5::H5File& file) {
              replace(file, "functions/calls", H5::PredType::NATIVE_UINT64, 1, std::uint64_t{8});
            }),
            "calls: expected 4294967306 of all functions, got 4294967307");
  EXPECT_EQ(error_after([](const H5::H5File& file) {
              replace(file, "functions/calls", H5::PredType::NATIVE_UINT64, 1, std::uint64_t{8});
              replace_number(file, "calls", 4'294'967'307);
            }),
            "functions/calls: expected the 7 of its minutes for function 1, got 8");
}

TEST(TraceStoreErrors, OfDaysBeyondTheirType) {
  EXPECT_EQ(error_after([](const H5::H5File& file) { replace_number(file, "days", (1ULL << 32) + 1); }),
            "days: expected 1 to 2000000, got 4294967297");
}

TEST(TraceStoreErrors, OfMoreFunctionsThanFitTheMemory) {
  EXPECT_EQ(error_after([](const H5::H5File& file) { replace_number(file, "functions", 1ULL << 33); }),
            "functions: expected at most 20000000, got 8589934592");
}

TEST(TraceStoreErrors, OfDatasetsThatExpandBeyondMeasure) {
  EXPECT_THAT(error_after([](const H5::H5File& file) {
                const hsize_t rows = 1 << 20;
                replace_number(file, "functions", rows);
                file.openDataSet("functions/record").extend(&rows);
              }),
              HasSubstr("functions/record: expected at most 1100 times the "));
}

TEST(TraceStoreErrors, OfLinksThatLeadElsewhere) {
  EXPECT_EQ(error_after([](const H5::H5File& file) {
              H5Ldelete(file.getId(), "texts", H5P_DEFAULT);
              H5Lcreate_external("/etc/passwd", "/x", file.getId(), "texts", H5P_DEFAULT, H5P_DEFAULT);
            }),
            "texts: expected an object of the file, got a link to another place, which is not followed");
}

TEST(TraceStoreErrors, OfValuesThatLieInAnotherFile) {
  EXPECT_EQ(error_after([](const H5::H5File& file) {
              const H5::DataType type = file.openDataSet("texts").getDataType();
              H5Ldelete(file.getId(), "texts", H5P_DEFAULT);
              H5::DSetCreatPropList elsewhere;
              const hsize_t size = 100;
              elsewhere.setExternal("/etc/passwd", 0, size);
              file.createDataSet("texts", type, H5::DataSpace(1, &size), elsewhere);
            }),
            "texts: expected values in the file, got ones in another file, which is not read");
}

TEST(TraceStoreErrors, OfNumbersThatMeasureNothing) {
  const ScratchFolder folder;
  Trace trace = small_trace();
  const auto refused = [&] {
    try {
      write_store(folder / "t.h5", trace, "me");
    } catch (const sim::Error& error) {
      return std::string(error.what()).substr((folder / "t.h5").size() + 2);
    }
    return std::string("no error");
  };
  trace.functions[1].duration->minimum_ms = -1;
  EXPECT_EQ(refused(), "function 1: expected durations of finite numbers from 0 up, got others");
  trace = small_trace();
  trace.functions[1].app_memory->average_mb = std::numeric_limits<double>::infinity();
  EXPECT_EQ(refused(), "function 1: expected memory of finite numbers from 0 up, got others");

  struct Apps {
    std::array<std::byte, 72> names;
    std::array<double, 10> memory;
  };
  EXPECT_EQ(error_after([](const H5::H5File& file) {
              H5::DataSet apps = file.openDataSet("apps");
              std::vector<Apps> rows(2);
              apps.read(rows.data(), apps.getDataType());
              rows[1].memory[3] = -5;
              apps.write(rows.data(), apps.getDataType());
            }),
            "row 1: expected memory of finite numbers from 0 up, got others");
}

TEST(TraceStoreErrors, OfSingleCallsBeforeTheStart) {
  const ScratchFolder folder;
  TraceStoreWriter writer(folder / "t.h5", {.days = 1, .origin = "", .creator = ""});
  writer.append(small_trace().functions[1]);
  EXPECT_THROW(writer.append(TraceInvocation{.function = 0, .start_s = -1, .duration_s = 1}), sim::Error);
  EXPECT_THROW(writer.append(TraceInvocation{.function = 0, .start_s = 1, .duration_s = std::nan("")}), sim::Error);
}

}  // namespace
}  // namespace faasconf::traces
