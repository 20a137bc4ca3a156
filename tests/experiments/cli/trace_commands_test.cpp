#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/experiments/cli/in_process.hpp"
#include "traces/store/store.hpp"

namespace faasconf::experiments::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

void expect_misused(const std::string& line, const std::string& message) {
  const Ran ran = faasconf(line);
  EXPECT_EQ(ran.code, kMisused) << line;
  EXPECT_THAT(ran.err, HasSubstr(message)) << line;
}

TEST(TraceSynthesize, WritesAStore) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf("trace synthesize --functions 100 --days 2 --seed 7 --out t.h5");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_EQ(ran.out, "t.h5\n");
  const traces::TraceStore store("t.h5");
  EXPECT_EQ(store.origin().days, 2U);
  EXPECT_THAT(store.origin().origin, AllOf(StartsWith("synthetic: "), HasSubstr("seed 7")));
  EXPECT_THAT(store.origin().creator, StartsWith("faasconf "));
}

TEST(TraceSynthesize, WritesTheFilesOfTheDataSet) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf("trace synthesize --functions 50 --days 2 --out week --json");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  const json answer = json::parse(ran.out);
  EXPECT_EQ(answer["files"].size(), 7U);
  EXPECT_EQ(answer["days"], 2);
  EXPECT_THAT(contents("week/invocations_per_function_md.anon.d02.csv"), StartsWith("HashOwner,HashApp,"));
}

TEST(TraceSynthesize, SaysWhatItCannotUse) {
  const Elsewhere elsewhere;
  write("file", "x");
  expect_misused("trace synthesize --functions 0", "--functions: ");
  expect_misused("trace synthesize --days 367", "--days: ");
  expect_misused("trace synthesize --out no/such/folder", "--out: cannot write to");
  expect_misused("trace synthesize --out file", "--out: cannot make the folder \"file\": there is a file of this name");
  expect_misused("trace synthesize --out no/t.h5", "--out: the directory of \"no/t.h5\" does not exist");
}

TEST(TraceConvert, GoesFromCsvToAStoreAndBack) {
  const Elsewhere elsewhere;
  ASSERT_EQ(faasconf("trace synthesize --functions 80 --days 2 --out csv").code, kDone);
  Ran ran = faasconf("trace convert csv --out t.h5");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_EQ(ran.out, "t.h5\n");
  EXPECT_THAT(traces::TraceStore("t.h5").origin().origin,
              AllOf(StartsWith("Azure Functions 2019: csv/inv"), HasSubstr(" sha256 ")));
  ran = faasconf("trace convert t.h5 --out back");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  for (const std::string file : {"d01.csv", "d02.csv"}) {
    EXPECT_EQ(contents("back/invocations_per_function_md.anon." + file).size(),
              contents("csv/invocations_per_function_md.anon." + file).size());
  }
  // the second day alone
  ran = faasconf("trace convert csv/invocations_per_function_md.anon.d02.csv --out d.h5 --json");
  EXPECT_EQ(json::parse(ran.out)["days"], 1) << ran.err;
}

TEST(TraceConvert, KeepsTheSingleCallsOf2021) {
  const Elsewhere elsewhere;
  write("2021.txt", "app,func,end_timestamp,duration\na,f,1.5,0.5\na,g,70,1\na,f,130,2\n");
  Ran ran = faasconf("trace convert 2021.txt --out t.h5");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  ran = faasconf("trace convert t.h5 --out again.h5");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  for (const std::string file : {"t.h5", "again.h5"}) {
    const traces::TraceStore store(file);
    ASSERT_EQ(store.invocations(), 3U) << file;
    const auto calls = store.invocations(0, 3);
    EXPECT_EQ(store.function(calls[1].function).function, "g");
    EXPECT_EQ(calls[2].start_s, 128);
  }
}

TEST(TraceConvert, MendsRowsWhenAsked) {
  const Elsewhere elsewhere;
  ASSERT_EQ(faasconf("trace synthesize --functions 20 --out csv").code, kDone);
  const std::string path = "csv/invocations_per_function_md.anon.d01.csv";
  const std::string text = contents(path);
  const std::size_t row = text.find('\n', text.find('\n') + 1);  // end of the first row
  write(path, text.substr(0, row) + ",1" + text.substr(row));
  expect_misused("trace convert csv --out t.h5", path + ":2: ");
  const Ran ran = faasconf("trace convert csv --out t.h5 --on-bad-row fix --json");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_EQ(json::parse(ran.out)["rows_mended"], 1);
  EXPECT_THAT(ran.err, HasSubstr("rows mended"));
}

TEST(TraceConvert, SaysWhatItCannotUse) {
  const Elsewhere elsewhere;
  write("odd.csv", "a,b\n");
  std::filesystem::create_directory("empty");
  expect_misused("trace convert none --out t.h5", "none: no such file or folder");
  expect_misused("trace convert odd.csv --out t.h5", "odd.csv:1: expected a trace store");
  expect_misused("trace convert empty --out t.h5", "empty: expected files invocations_per_function_md");
  expect_misused("trace convert odd.csv", "--out: expected");
  write("broken.h5", "\x89HDF\r\n\x1a\n");
  expect_misused("trace convert broken.h5 --out t.h5", "broken.h5: ");
}

TEST(TraceInspect, SetsATraceBesideThePublishedOne) {
  const Elsewhere elsewhere;
  ASSERT_EQ(faasconf("trace synthesize --functions 300 --out t.h5").code, kDone);
  ASSERT_EQ(faasconf("trace synthesize --functions 300 --out csv").code, kDone);
  const Ran table = faasconf("trace inspect t.h5");
  EXPECT_EQ(table.code, kDone) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("published"), HasSubstr("calls of the top function [%]")));

  // the same from either
  json of_store = json::parse(faasconf("trace inspect t.h5 --json").out);
  json of_files = json::parse(faasconf("trace inspect csv --json").out);
  EXPECT_EQ(of_store["functions"]["here"], 300);
  EXPECT_EQ(of_store["top_function"]["published"], .135);
  of_store.erase("trace");
  of_files.erase("trace");
  for (const auto& [key, value] : of_store.items()) {
    if (value["here"].is_null()) continue;
    EXPECT_NEAR(value["here"].get<double>(), of_files[key]["here"].get<double>(), 1e-9) << key;
  }
}

TEST(TraceInspect, SaysWhatComesTwice) {
  const Elsewhere elsewhere;
  ASSERT_EQ(faasconf("trace synthesize --functions 30 --days 2 --out csv").code, kDone);
  EXPECT_EQ(faasconf("trace inspect csv").err, "");
  for (const std::string file :
       {"invocations_per_function_md.anon.d02.csv", "function_durations_percentiles.anon.d01.csv",
        "app_memory_percentiles.anon.d01.csv"}) {
    const std::string text = contents("csv/" + file);
    const std::size_t row = text.find('\n') + 1;
    write("csv/" + file, text + text.substr(row, text.find('\n', row) + 1 - row));
  }
  const Ran ran = faasconf("trace inspect csv");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("duplicate key: 3, first at csv/invocations_per_function_md.anon.d02.csv:"));
  // as the reader of whole traces has it
  EXPECT_THAT(faasconf("trace select csv").err, HasSubstr("duplicate key: 3, first at csv/invocations"));
}

TEST(TraceInspect, KnowsSeriesAndCallsToo) {
  const Elsewhere elsewhere;
  write("2021.txt", "app,func,end_timestamp,duration\na,f,1.5,0.5\na,g,70,1\na,f,90,2\n");
  EXPECT_EQ(json::parse(faasconf("trace inspect 2021.txt --json").out)["calls"]["here"], 3);
  EXPECT_EQ(json::parse(faasconf("trace inspect azure-demo-day.csv --json").out)["days"]["here"], 1);
}

TEST(TraceInspect, SaysWhatItCannotUse) {
  const Elsewhere elsewhere;
  expect_misused("trace inspect none", "none: no such file or folder");
  expect_misused("trace inspect azure-demo-day.csv --plot no/x.png", "--plot: ");
  expect_misused("trace inspect azure-demo-day.csv --on-bad-row ignore", "on-bad-row");
}

}  // namespace
}  // namespace faasconf::experiments::cli
