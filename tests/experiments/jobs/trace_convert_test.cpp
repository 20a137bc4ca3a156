#include "experiments/jobs/trace_convert.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "experiments/jobs/bad_value.hpp"
#include "tests/experiments/jobs/trace_folder.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::HasSubstr;

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(TraceConvertJob, GoesFromAStoreToFilesAndBack) {
  const TraceFolder folder("convert-job");
  const TraceConvertResult to_files = run(TraceConvertJob{.trace = folder.trace(), .out = folder.path("csv")});
  ASSERT_EQ(to_files.files.size(), 4U);
  EXPECT_EQ(to_files.files.back(), folder.path("csv/record.yaml"));
  const config::YamlNode about = config::parse_yaml(text_of(to_files.files.back()), "record.yaml");
  EXPECT_EQ(about.find("record")->find("format")->scalar, "faasconf-trace-folder");
  EXPECT_EQ(about.find("files")->items.front().scalar, "invocations_per_function_md.anon.d01.csv");
  EXPECT_EQ(about.find("origin")->scalar, to_files.origin);
  EXPECT_EQ(to_files.functions, 12U);
  EXPECT_EQ(to_files.days, 1U);

  const TraceConvertResult back =
      run(TraceConvertJob{.trace = {.path = folder.path("csv")}, .out = folder.path("back.h5")});
  EXPECT_EQ(back.files, std::vector{folder.path("back.h5")});
  EXPECT_EQ(back.functions, 12U);
  EXPECT_THAT(back.origin, HasSubstr("Azure Functions 2019: " + folder.path("csv")));
  const traces::TraceStore before(folder.path("trace.h5"));
  const traces::TraceStore after(folder.path("back.h5"));
  EXPECT_EQ(after.function(3).counts, before.function(3).counts);
  EXPECT_THAT(after.origin().record, HasSubstr("trace convert"));
}

TEST(TraceConvertJob, KeepsSingleCalls) {
  const TraceFolder folder("convert-job-2021");
  write_file(folder.path("2021.txt"), "app,func,end_timestamp,duration\na,f,1.5,0.5\na,g,70,1\na,f,130,2\n");
  run(TraceConvertJob{.trace = {.path = folder.path("2021.txt")}, .out = folder.path("calls.h5")});
  EXPECT_EQ(traces::TraceStore(folder.path("calls.h5")).invocations(), 3U);
}

TEST(TraceConvertJob, CountsTheRowsThatItMended) {
  const TraceFolder folder("convert-job-rows");
  run(TraceConvertJob{.trace = folder.trace(), .out = folder.path("csv")});
  const std::string path = folder.path("csv/invocations_per_function_md.anon.d01.csv");
  const std::string text = text_of(path);
  write_file(path, text.substr(0, text.size() - 1) + ",1\n");
  TraceConvertJob job{.trace = {.path = path, .name = "day"}, .out = folder.path("mended.h5")};
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("d01.csv:13: "));
  job.trace.on_bad_row = traces::OnBadRow::fix;
  const TraceConvertResult result = run(job);
  EXPECT_EQ(result.read.mended, 1U);
  EXPECT_EQ(result.read.rows, 12U);
}

TEST(TraceConvertJob, ReportsBytesThenFunctions) {
  const TraceFolder folder("convert-job-steps");
  std::vector<std::string> labels;
  Step last;
  run(TraceConvertJob{.trace = folder.trace(), .out = folder.path("copy.h5")}, {.on_step = [&](const Step& step) {
        if (labels.empty() || labels.back() != step.label) labels.push_back(step.label);
        last = step;
      }});
  EXPECT_EQ(labels, (std::vector<std::string>{"read", "write"}));
  EXPECT_EQ(last.done, 12U);
  EXPECT_EQ(last.total, 12U);
}

TEST(TraceConvertJob, EndsWhereItIsCancelled) {
  const TraceFolder folder("convert-job-cancelled");
  expect_ends_where_it_is_cancelled(TraceConvertJob{.trace = folder.trace(), .out = folder.path("copy.h5")}, folder);
  expect_ends_where_it_is_cancelled(TraceConvertJob{.trace = folder.trace(), .out = folder.path("csv")}, folder);
}

TEST(TraceConvertJob, RefusesWhereItCannotWrite) {
  const TraceFolder folder("convert-job-refuses");
  const auto expect = [&](const std::string& out, const std::string& message) {
    const TraceConvertJob job{.trace = folder.trace(), .out = out};
    EXPECT_THROW(run(job), BadValue);
    EXPECT_THAT(complaint([&] { run(job); }), HasSubstr(message));
  };
  expect("", "out: expected the path of a trace store (.h5) or a folder, got none");
  write_file(folder.path("file"), "x");
  expect(folder.path("file"), "there is a file of this name");
}

}  // namespace
}  // namespace faasconf::experiments::jobs
