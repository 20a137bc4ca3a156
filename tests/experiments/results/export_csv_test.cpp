#include <H5Cpp.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "experiments/results/result_file.hpp"
#include "sim/core/error.hpp"
#include "tests/experiments/results/made_up_run.hpp"

// HDF5 1.10 forgets some memory where a file is damaged; the leak sanitizer reads this.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

namespace faasconf::experiments::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

void write_result(const std::string& path, bool spans = true) {
  const config::Experiment experiment = made_up_experiment();
  ResultWriter writer(path, {.experiment = &experiment, .seed = 7, .warm_up = {}, .spans = spans});
  Summary summary({"small", "größer"}, {"first", "second, \"quoted\""});
  for (std::size_t one = 0; one < 2; ++one) {
    const sim::Run run = made_up_run(1, 2, spans);
    writer.append(one, 1, run);
    summary.add(one, run);
  }
  writer.finish(summary);
}

std::string message_of(const std::string& result_path, const std::string& directory) {
  try {
    export_csv(result_path, directory);
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "no error";
}

std::string line(const std::string& text, int number) {
  std::istringstream lines(text);
  std::string result;
  for (int i = 0; i < number; ++i) std::getline(lines, result);
  return result;
}

TEST(ExportCsv, WritesEveryTable) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  const std::string csv = folder / "csv";
  EXPECT_THAT(export_csv(folder / "run.h5", csv),
              ElementsAre(csv + "/windows.csv", csv + "/functions.csv", csv + "/replications.csv", csv + "/summary.csv",
                          csv + "/spans.csv"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(csv), std::filesystem::directory_iterator()), 5);
}

TEST(ExportCsv, LeavesOutSpansThatAreNotThere) {
  const ScratchFolder folder;
  write_result(folder / "run.h5", false);
  EXPECT_EQ(export_csv(folder / "run.h5", folder.path()).size(), 4u);
}

TEST(ExportCsv, WritesUnitsInTheHeaderAndNumbersThatReadBackExactly) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  export_csv(folder / "run.h5", folder.path());
  const std::string text = read_file(folder / "windows.csv");
  EXPECT_EQ(
      line(text, 2),
      "case,replication,window,start_s,length_s,users,offered_rate_per_s,arrivals,completions,rejections,timeouts,"
      "failures,oom_kills,in_flight,latency_mean_s,latency_p50_s,latency_p75_s,latency_p95_s,latency_p99_s,"
      "throughput_per_s,success_ratio,served_share,qos_met,price,cost_window_usd,cost_execution_usd,used_gib_s,used_"
      "vcpu_s,reserved_core_s,wanted_core_s,in_transition");
  EXPECT_EQ(line(text, 3),
            "small,1,0,0,30,10,0,7,5,2,0,0,0,0,33.333333333333336,0.1,0.2,0.3,0.4,0.16666666666666666,"
            "0.7142857142857143,,1,3.5,1e-05,0,0,0,0,0,0");
}

TEST(ExportCsv, WritesNothingForAnAbsentValue) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  export_csv(folder / "run.h5", folder.path());
  EXPECT_THAT(line(read_file(folder / "windows.csv"), 4), HasSubstr(",7,5,2,0,0,0,0,,,,,,0.1"));
}

TEST(ExportCsv, WritesNamesAndQuotesThem) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  export_csv(folder / "run.h5", folder.path());
  EXPECT_THAT(line(read_file(folder / "functions.csv"), 6),
              StartsWith("small,1,1,\"second, \"\"quoted\"\"\",1000,1024,"));
  const std::string spans = read_file(folder / "spans.csv");
  EXPECT_EQ(spans.substr(spans.find('\n') + 1),
            "case,replication,request,function,instance,outcome,called_s,started_s,finished_s\n"
            "small,1,3,\"second, \"\"quoted\"\"\",0,success,1.5,1.75,2\n"
            "small,1,4,first,-1,rejected,1.6,,1.6\n"
            "größer,1,3,\"second, \"\"quoted\"\"\",0,success,1.5,1.75,2\n"
            "größer,1,4,first,-1,rejected,1.6,,1.6\n");
}

TEST(ExportCsv, WritesTheSummaryWithItsUnits) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  export_csv(folder / "run.h5", folder.path());
  const std::string text = read_file(folder / "summary.csv");
  EXPECT_EQ(line(text, 2), "case,function,metric,unit,mean,low,high,replications,resolution");
  EXPECT_EQ(line(text, 3), "small,,arrivals,requests,7,,,1,0");
}

TEST(ExportCsv, WritesTheRecordOfTheFileAboveEachHeader) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  export_csv(folder / "run.h5", folder.path());
  const std::string comment = line(read_file(folder / "windows.csv"), 1);
  ASSERT_THAT(comment, StartsWith("# faasconf: "));
  const nlohmann::json record = nlohmann::json::parse(comment.substr(12));
  EXPECT_EQ(record.at("format"), "faasconf-result-windows");
  EXPECT_EQ(record.at("seed"), 7);
  EXPECT_EQ(record.at("identity").get<std::string>().size(), 64u);
  EXPECT_THAT(record.at("job").get<std::string>(), StartsWith("simulate: "));
  EXPECT_THAT(record.at("experiment").get<std::string>(), HasSubstr("name: pair"));
  EXPECT_TRUE(record.at("inputs").is_array());
  EXPECT_THAT(line(read_file(folder / "summary.csv"), 1), HasSubstr("\"faasconf-result-summary\""));
}

TEST(ExportCsv, CallsAFileThatAnotherWritesLockedAndNotDamaged) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  {
    const int descriptor = ::open((folder / "run.h5").c_str(), O_RDWR);
    ASSERT_EQ(::flock(descriptor, LOCK_EX | LOCK_NB), 0);
    EXPECT_THAT(message_of(folder / "run.h5", folder.path()), HasSubstr("run.h5: is locked by another program"));
    ::close(descriptor);
  }
  EXPECT_EQ(message_of(folder / "run.h5", folder / "csv"), "no error");
}

TEST(ExportCsv, RefusesWhatIsNoResult) {
  const ScratchFolder folder;
  EXPECT_THAT(message_of(folder / "none.h5", folder.path()), HasSubstr("none.h5: no such file"));
  EXPECT_THAT(message_of(folder.path(), folder.path()), HasSubstr("expected a file, got a directory"));
  write_file(folder / "text.h5", "start_s,users\n0,10\n");
  EXPECT_THAT(message_of(folder / "text.h5", folder.path()), HasSubstr("got no HDF5 file"));
  H5::H5File(folder / "other.h5", H5F_ACC_TRUNC).createGroup("data");
  EXPECT_THAT(message_of(folder / "other.h5", folder.path()), HasSubstr("an HDF5 file of another kind"));
}

TEST(ExportCsv, RefusesANewerFormat) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  {
    const H5::H5File file(folder / "run.h5", H5F_ACC_RDWR);
    const std::int64_t newer = 2;
    file.openGroup("/").openAttribute("format_version").write(H5::PredType::NATIVE_INT64, &newer);
  }
  EXPECT_THAT(message_of(folder / "run.h5", folder.path()), HasSubstr("a newer faasconf wrote it"));
}

TEST(ExportCsv, RefusesATableWithoutAColumnsRows) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  {
    const H5::H5File file(folder / "run.h5", H5F_ACC_RDWR);
    const hsize_t shorter = 1;
    H5Dset_extent(file.openDataSet("windows/price").getId(), &shorter);
  }
  EXPECT_THAT(message_of(folder / "run.h5", folder.path()), HasSubstr("expected columns of one length in /windows"));
}

TEST(ExportCsv, RefusesATruncatedFileAndLeavesNothing) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  const std::string whole = read_file(folder / "run.h5");
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 60) {
    write_file(folder / "cut.h5", whole.substr(0, size));
    ASSERT_THAT(message_of(folder / "cut.h5", folder / "csv"), HasSubstr("cut.h5: expected a")) << size;
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "csv/windows.csv"));
}

// Metadata carries checksums, compressed columns too; what remains are unused bytes.
TEST(ExportCsv, OfDamagedBytesIsAnErrorOrAnExport) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  const std::string whole = read_file(folder / "run.h5");
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 50) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    write_file(folder / "damaged.h5", damaged);
    refused += message_of(folder / "damaged.h5", folder / "csv") != "no error";
  }
  EXPECT_GT(refused, 0);
}

TEST(ExportCsv, RefusesADirectoryThatCannotBeMade) {
  const ScratchFolder folder;
  write_result(folder / "run.h5");
  EXPECT_THAT(message_of(folder / "run.h5", folder / "none/csv"), HasSubstr("expected a folder"));
  EXPECT_THAT(message_of(folder / "run.h5", folder / "run.h5"), HasSubstr("expected a folder"));
}

}  // namespace
}  // namespace faasconf::experiments::results
