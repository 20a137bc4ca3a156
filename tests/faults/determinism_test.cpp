// Every command gives the same bytes again, on several threads, in another locale and in another time zone. Searches
// and calibrations take longer; tests/experiments/cli has theirs.

#include <clocale>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <locale>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/faults/small_files.hpp"

namespace faasconf::tests {
namespace {

using experiments::cli::faasconf;
using experiments::cli::Ran;

struct Line {
  std::string name;
  std::vector<std::string> setup{};
  std::string line;
  bool threads = false;  // takes --threads
};

std::ostream& operator<<(std::ostream& out, const Line& line) { return out << line.name; }

const std::string kStore = "trace synthesize --functions 12 --seed 3 --out t.h5";

std::vector<Line> lines() {
  return {
      {.name = "WorkflowCheck", .line = "workflow check w.yaml"},
      {.name = "WorkflowDraw", .line = "workflow draw w.yaml"},
      {.name = "WorkflowInit", .line = "workflow init --from stack.yml --out new/init.yaml"},
      {.name = "PromiseExplain", .line = "promise explain w.yaml --users 2"},
      {.name = "Simulate", .line = "simulate x.yaml --spans --quiet --out new/r.h5", .threads = true},
      {.name = "SimulateJson", .line = "simulate x.yaml --quiet --json", .threads = true},
      {.name = "Predict",
       .line = "predict w.yaml --in ask.csv --replications 4 --quiet --out new/a.csv",
       .threads = true},
      {.name = "Evaluate",
       .line = "evaluate w.yaml --config config.yaml --table table.yaml --users 2 --seeds 2 --windows 2 --quiet "
               "--out new/e.h5",
       .threads = true},
      {.name = "ExportCsv", .setup = {"simulate x.yaml --quiet --out r.h5"}, .line = "export-csv r.h5 --out new"},
      {.name = "TraceSynthesize", .line = "trace synthesize --functions 12 --seed 3 --out new/t.h5"},
      {.name = "TraceConvert", .setup = {kStore}, .line = "trace convert t.h5 --out new/csv"},
      {.name = "TraceInspect", .setup = {kStore}, .line = "trace inspect t.h5 --json"},
      {.name = "TraceSelect", .setup = {kStore}, .line = "trace select t.h5 --sample 3 --out new/some.h5"},
      {.name = "TraceProfile", .setup = {kStore}, .line = "trace profile t.h5 --length 10m --out new/p.csv"},
      {.name = "TraceReplay",
       .setup = {kStore},
       .line = "trace replay t.h5 --policy hybrid --out new/f.csv",
       .threads = true},
      {.name = "TraceReplayOnNodes",
       .setup = {kStore},
       .line = "trace replay t.h5 --nodes 2 --clusters 2 --start-up 1s --out new/f.csv",
       .threads = true},
  };
}

class SameBytes : public testing::TestWithParam<Line> {
 protected:
  SameBytes() {
    write_small_files();
    for (const std::string& line : GetParam().setup) must(line);
  }

  // Answers and files, by name.
  static std::map<std::string, std::string> results(const std::string& threads) {
    std::filesystem::create_directory("new");
    const Ran ran = faasconf(GetParam().line + (GetParam().threads ? " --threads " + threads : ""));
    EXPECT_EQ(ran.code, 0) << ran.err;
    std::map<std::string, std::string> all{{"answer", ran.out}};
    for (const auto& entry : std::filesystem::recursive_directory_iterator("new")) {
      if (entry.is_regular_file()) all[entry.path().string()] = experiments::cli::contents(entry.path());
    }
    std::filesystem::remove_all("new");
    return all;
  }

  static void expect_same(const std::map<std::string, std::string>& one,
                          const std::map<std::string, std::string>& other) {
    ASSERT_EQ(one.size(), other.size());
    for (const auto& [name, bytes] : one) EXPECT_TRUE(other.at(name) == bytes) << name;
  }

 private:
  const experiments::cli::Elsewhere elsewhere_;
};

TEST_P(SameBytes, AgainAndOnTwoThreads) {
  const auto first = results("1");
  expect_same(first, results("1"));
  if (GetParam().threads) expect_same(first, results("2"));
}

// As in German: 1.234,5.
class DecimalCommas : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST_P(SameBytes, WhereNumbersAreWrittenWithCommas) {
  const auto first = results("1");
  const std::locale before = std::locale::global(std::locale(std::locale(), new DecimalCommas));
  std::setlocale(LC_ALL, "de_DE.UTF-8");  // of C, where the machine has it
  const auto other = results("1");
  std::setlocale(LC_ALL, "C");
  std::locale::global(before);
  expect_same(first, other);
}

TEST_P(SameBytes, InAnotherTimeZone) {
  const auto first = results("1");
  ::setenv("TZ", "Asia/Kathmandu", 1);
  ::tzset();
  expect_same(first, results("1"));
  ::unsetenv("TZ");
  ::tzset();
}

INSTANTIATE_TEST_SUITE_P(Of, SameBytes, testing::ValuesIn(lines()), [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace faasconf::tests
