#include "experiments/results/result_file.hpp"

#include <cmath>
#include <cstdint>

#include <H5Cpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "experiments/results/record.hpp"
#include "sim/core/error.hpp"
#include "sim/core/version.hpp"
#include "tests/experiments/results/made_up_run.hpp"

namespace faasconf::experiments::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::pair<std::string, config::YamlNode>> kOptions = {{"warm_up", config::yaml_scalar("60s")}};

struct Size {
  int replications = 2;
  int windows = 3;
  bool spans = false;
};

void write_result(const std::string& path, const Size& size) {
  const config::Experiment experiment = made_up_experiment();
  ResultWriter writer(path, {.experiment = &experiment,
                             .seed = 7,
                             .duration = std::chrono::seconds(30 * size.windows),
                             .warm_up = std::chrono::seconds(60),
                             .spans = size.spans,
                             .options = kOptions});
  Summary summary({"small", "größer"}, {"first", "second, \"quoted\""});
  for (std::size_t one = 0; one < 2; ++one) {
    for (int replication = 0; replication < size.replications; ++replication) {
      const sim::Run run = made_up_run(replication, size.windows, size.spans);
      writer.append(one, static_cast<std::uint64_t>(replication), run);
      summary.add(one, run);
    }
  }
  writer.finish(summary);
}

template <class T>
std::vector<T> read_column(const H5::H5File& file, const std::string& path, const H5::PredType& type) {
  const H5::DataSet dataset = file.openDataSet(path);
  std::vector<T> values(static_cast<std::size_t>(dataset.getSpace().getSimpleExtentNpoints()));
  dataset.read(values.data(), type);
  return values;
}

std::vector<double> numbers(const H5::H5File& file, const std::string& path) {
  return read_column<double>(file, path, H5::PredType::NATIVE_DOUBLE);
}

std::vector<std::int64_t> integers(const H5::H5File& file, const std::string& path) {
  return read_column<std::int64_t>(file, path, H5::PredType::NATIVE_INT64);
}

std::string text_attribute(const H5::H5Object& object, const std::string& name) {
  std::string value;
  const H5::Attribute attribute = object.openAttribute(name);
  attribute.read(attribute.getStrType(), value);
  return value.c_str();  // without the padding of an empty text
}

std::string text(const H5::H5File& file, const std::string& path) {
  std::string value;
  const H5::DataSet dataset = file.openDataSet(path);
  dataset.read(value, dataset.getStrType());
  return value;
}

std::vector<std::string> columns(const H5::H5File& file, const std::string& table) {
  std::vector<std::string> names;
  const H5::Group group = file.openGroup(table);
  for (hsize_t i = 0; i < group.getNumObjs(); ++i) names.push_back(group.getObjnameByIdx(i));
  return names;
}

TEST(ResultFile, DescribesTheRun) {
  const ScratchFolder folder;
  write_result(folder / "run.h5", {});
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  const H5::Group root = file.openGroup("/");
  EXPECT_EQ(text_attribute(root, "format"), "faasconf-result");
  EXPECT_EQ(text_attribute(root, "workflow"), "pair");
  EXPECT_EQ(text_attribute(root, "attribution"), "completed");
  EXPECT_NE(text_attribute(root, "faasconf_version"), "");
  std::uint64_t seed = 0;
  root.openAttribute("seed").read(H5::PredType::NATIVE_UINT64, &seed);
  EXPECT_EQ(seed, 7u);
  double qos_latency_s = 0;
  root.openAttribute("qos_latency_s").read(H5::PredType::NATIVE_DOUBLE, &qos_latency_s);
  EXPECT_EQ(qos_latency_s, 13);
  EXPECT_EQ(text(file, "/run/resolved"), "name: pair\n");
  EXPECT_THAT(text(file, "/run/workflow_dot"), HasSubstr("digraph"));
  EXPECT_THAT(numbers(file, "/run/warm_up_s"), ElementsAre(60, 60));
  EXPECT_THAT(integers(file, "/run/replications"), ElementsAre(2, 2));
}

// Oracle: 1/512 of a percentile of more than 4,096 requests; two replications of the same percentiles.
TEST(ResultFile, HasIntervalsThatContainTheResolutionOfPercentiles) {
  const ScratchFolder folder;
  const config::Experiment experiment = made_up_experiment();
  ResultWriter writer(folder / "run.h5", {.experiment = &experiment});
  sim::Run run = made_up_run(0, 1);
  run.total.requests.completions = 5000;
  run.total.latency = sim::Latency{.mean_s = 1, .p50_s = 2, .p75_s = 2, .p95_s = 512, .p99_s = 600};
  Summary summary({"small", "größer"}, {"first", "second, \"quoted\""});
  for (int i = 0; i < 2; ++i) summary.add(0, run);
  writer.finish(summary);
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  std::size_t row = 0;
  while (summary.rows()[row].metric != "latency_p95_s") ++row;
  EXPECT_EQ(numbers(file, "/summary/mean")[row], 512);
  EXPECT_EQ(numbers(file, "/summary/low")[row], 511);
  EXPECT_EQ(numbers(file, "/summary/high")[row], 513);
  EXPECT_EQ(numbers(file, "/summary/resolution")[row], 1);
}

TEST(ResultFile, SaysWhichJobAndModelItComesFrom) {
  const ScratchFolder folder;
  write_result(folder / "run.h5", {});
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  const Record record{.format = {"faasconf-result"},
                      .job = {.verb = "simulate", .options = kOptions, .experiment = "name: pair\n"},
                      .seed = 7,
                      .inputs = made_up_experiment().inputs};
  EXPECT_EQ(text(file, "/run/job"), "simulate: {warm_up: 60s}\n");
  EXPECT_EQ(text_attribute(file.openGroup("/"), "identity"), identity(record));
  std::uint64_t model_version = 0;
  file.openGroup("/").openAttribute("model_version").read(H5::PredType::NATIVE_UINT64, &model_version);
  EXPECT_EQ(model_version, static_cast<std::uint64_t>(sim::kModelVersion));
}

TEST(ResultFile, HoldsEveryWindowOfEveryRun) {
  const ScratchFolder folder;
  write_result(folder / "run.h5", {.replications = 2, .windows = 2});
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  EXPECT_THAT(integers(file, "/windows/case"), ElementsAre(0, 0, 0, 0, 1, 1, 1, 1));
  EXPECT_THAT(integers(file, "/windows/replication"), ElementsAre(0, 0, 1, 1, 0, 0, 1, 1));
  EXPECT_THAT(integers(file, "/windows/window"), ElementsAre(0, 1, 0, 1, 0, 1, 0, 1));
  EXPECT_THAT(numbers(file, "/windows/start_s"), ElementsAre(0, 30, 0, 30, 0, 30, 0, 30));
  EXPECT_THAT(integers(file, "/windows/qos_met"), ElementsAre(1, 0, 1, 0, 1, 0, 1, 0));
  const std::vector<double> latency_s = numbers(file, "/windows/latency_mean_s");
  EXPECT_EQ(latency_s[2], 100 / 3.0);
  EXPECT_TRUE(std::isnan(latency_s[1])) << "no completion, no latency";
  EXPECT_EQ(integers(file, "/functions/function").size(), 16u);
  EXPECT_EQ(numbers(file, "/functions/latency_mean_s")[7], 101 / 8.0 + 1);
  EXPECT_EQ(numbers(file, "/functions/cpu_millicores")[0], 1000);
  EXPECT_THAT(integers(file, "/replications/events"), ElementsAre(12345, 12345, 12345, 12345));
}

TEST(ResultFile, HoldsWhereTheInstancesOfEveryFunctionWere) {
  const ScratchFolder folder;
  write_result(folder / "run.h5", {.replications = 1, .windows = 1});
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  EXPECT_THAT(integers(file, "/functions/ready"), ElementsAre(1, 2, 1, 2));
  EXPECT_THAT(integers(file, "/functions/starting"), ElementsAre(3, 4, 3, 4));
  EXPECT_THAT(integers(file, "/functions/pending"), ElementsAre(5, 6, 5, 6));
  EXPECT_THAT(numbers(file, "/functions/concurrency_mean"), ElementsAre(0.25, 1.25, 0.25, 1.25));
  EXPECT_THAT(integers(file, "/functions/throttled_periods"), ElementsAre(7, 8, 7, 8));
  EXPECT_THAT(integers(file, "/functions/cold_starts"), ElementsAre(9, 10, 9, 10));
  EXPECT_THAT(integers(file, "/functions/crashes"), ElementsAre(11, 12, 11, 12));
}

TEST(ResultFile, MarksCountsThatWereNotMeasured) {
  const ScratchFolder folder;
  const config::Experiment experiment = made_up_experiment();
  ResultWriter writer(folder / "run.h5", {.experiment = &experiment});
  sim::Run run = made_up_run(0, 1);
  run.windows[0].functions[0].throttled_periods.reset();
  run.windows[0].functions[0].cpu_cores.reset();
  writer.append(0, 0, run);
  writer.finish(Summary({"small", "größer"}, {"first", "second"}));
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  const H5::DataSet periods = file.openDataSet("/functions/throttled_periods");
  std::int64_t absent = 0;
  periods.openAttribute("absent").read(H5::PredType::NATIVE_INT64, &absent);
  EXPECT_THAT(integers(file, "/functions/throttled_periods"), ElementsAre(absent, 8));
  EXPECT_TRUE(std::isnan(numbers(file, "/functions/cpu_cores")[0]));
}

TEST(ResultFile, HoldsMoreRowsThanAChunk) {
  const ScratchFolder folder;
  write_result(folder / "run.h5", {.replications = 1, .windows = 9000});
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  const std::vector<std::int64_t> windows = integers(file, "/windows/window");
  ASSERT_EQ(windows.size(), 18'000u);
  for (std::size_t i = 0; i < windows.size(); ++i) ASSERT_EQ(windows[i], static_cast<std::int64_t>(i % 9000));
}

TEST(ResultFile, HasSpansOnlyWhenAsked) {
  const ScratchFolder folder;
  write_result(folder / "without.h5", {});
  EXPECT_FALSE(H5::H5File(folder / "without.h5", H5F_ACC_RDONLY).nameExists("spans"));
  write_result(folder / "with.h5", {.replications = 1, .spans = true});
  const H5::H5File file(folder / "with.h5", H5F_ACC_RDONLY);
  EXPECT_THAT(integers(file, "/spans/request"), ElementsAre(3, 4, 3, 4));
  EXPECT_THAT(integers(file, "/spans/outcome"), ElementsAre(0, 1, 0, 1));
  const std::vector<double> started_s = numbers(file, "/spans/started_s");
  EXPECT_EQ(started_s[0], 1.75);
  EXPECT_TRUE(std::isnan(started_s[1])) << "it reached no instance";
}

TEST(ResultFile, SummarisesCasesAndFunctions) {
  const ScratchFolder folder;
  write_result(folder / "run.h5", {});
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  const std::vector<std::int64_t> functions = integers(file, "/summary/function");
  const Summary shape({"small", "größer"}, {"first", "second, \"quoted\""});
  ASSERT_EQ(functions.size(), shape.rows().size());
  for (std::size_t i = 0; i < functions.size(); ++i) {
    const std::string& name = shape.rows()[i].function;
    EXPECT_EQ(functions[i], name.empty() ? -1 : name == "first" ? 0 : 1);
  }
  EXPECT_EQ(integers(file, "/summary/case").back(), 1);
  EXPECT_EQ(integers(file, "/summary/replications").front(), 2);
}

TEST(ResultFile, EveryColumnHasAUnit) {
  const ScratchFolder folder;
  write_result(folder / "run.h5", {.spans = true});
  const H5::H5File file(folder / "run.h5", H5F_ACC_RDONLY);
  for (const std::string table : {"windows", "functions", "replications", "spans", "summary"}) {
    for (const std::string& column : columns(file, table)) {
      const H5::DataSet dataset = file.openDataSet(table + "/" + column);
      ASSERT_TRUE(dataset.attrExists("unit")) << table << "/" << column;
      const std::string unit = text_attribute(dataset, "unit");
      if (column.ends_with("_s") && unit != "GiB s" && unit != "vCPU s" && unit != "core s" &&
          !column.ends_with("_per_s")) {
        EXPECT_EQ(unit, "s") << table << "/" << column;
      }
    }
  }
  EXPECT_EQ(text_attribute(file.openDataSet("windows/throughput_per_s"), "unit"), "requests/s");
  EXPECT_EQ(text_attribute(file.openDataSet("functions/received_bytes_per_s"), "unit"), "B/s");
  EXPECT_EQ(text_attribute(file.openDataSet("spans/outcome"), "names"), "/run/outcomes");
}

TEST(ResultFile, OfTheSameRunHasTheSameBytes) {
  const ScratchFolder folder;
  write_result(folder / "a.h5", {.spans = true});
  // times in the file would have a resolution of a second
  timespec pause{1, 100'000'000};
  nanosleep(&pause, nullptr);
  write_result(folder / "another name.h5", {.spans = true});
  EXPECT_TRUE(read_file(folder / "a.h5") == read_file(folder / "another name.h5"));
}

TEST(ResultFile, AppearsWhenFinished) {
  const ScratchFolder folder;
  const config::Experiment experiment = made_up_experiment();
  ResultWriter writer(folder / "run.h5", {.experiment = &experiment});
  writer.append(0, 0, made_up_run(0, 2));
  EXPECT_FALSE(std::filesystem::exists(folder / "run.h5"));
  writer.finish(Summary({"small", "größer"}, {"first", "second"}));
  EXPECT_THAT(folder.names(), ElementsAre("run.h5"));
  EXPECT_THROW(writer.append(0, 1, made_up_run(0, 2)), std::logic_error);
}

TEST(ResultFile, LeavesNothingUnlessFinished) {
  const ScratchFolder folder;
  const config::Experiment experiment = made_up_experiment();
  {
    ResultWriter writer(folder / "run.h5", {.experiment = &experiment});
    writer.append(0, 0, made_up_run(0, 9000));
  }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(ResultFile, RefusesAFolderThatDoesNotExist) {
  const ScratchFolder folder;
  EXPECT_THROW(write_result(folder / "none/run.h5", {}), sim::Error);
}

TEST(ResultFile, SaysThatAPathCannotBeWritten) {
  try {
    write_result("/proc/run.h5", {});
    FAIL() << "no error";
  } catch (const sim::Error& error) {
    FAIL() << "blames the user: " << error.what();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot write /proc/run.h5: "));
  }
}

// No file of this process grows beyond so many bytes: a full disk without being root.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    rlimit lower = limit_;
    lower.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &lower);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    ::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit limit_{};
  void (*handler_)(int) = nullptr;
};

TEST(ResultFile, OnAFullDiskIsAnErrorAndLeavesNothing) {
  const ScratchFolder folder;
  const Size size{.replications = 2, .windows = 5000, .spans = true};
  write_result(folder / "whole.h5", size);
  const std::string whole = read_file(folder / "whole.h5");
  std::filesystem::remove(folder / "whole.h5");

  // full at any point: while it is created, appended to and closed
  std::vector<std::size_t> limits = {0, 1, 100, whole.size() - 1000, whole.size() - 1};
  for (std::size_t limit = 2048; limit < whole.size(); limit += whole.size() / 12) limits.push_back(limit);
  for (const std::size_t limit : limits) {
    std::string message;
    bool blames_the_user = false;
    {
      const FullDisk full(limit);
      try {
        write_result(folder / "run.h5", size);
      } catch (const sim::Error&) {
        blames_the_user = true;
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
    }
    ASSERT_FALSE(blames_the_user);
    ASSERT_EQ(message, "cannot write " + (folder / "run.h5") + ": File too large") << "limit " << limit;
    ASSERT_THAT(folder.names(), IsEmpty()) << "limit " << limit;
  }

  // and nothing of it stays in the process
  write_result(folder / "run.h5", size);
  EXPECT_TRUE(read_file(folder / "run.h5") == whole);
}

}  // namespace
}  // namespace faasconf::experiments::results
