#include "experiments/cli/python.hpp"

#include <cstdlib>

#include <gmock/gmock.h>

#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

// Sets a variable of the environment while it lives.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Setting() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// A program that can import what it is asked for, and otherwise writes down its arguments and ends with a code.
std::string fake_python(int code) {
  const auto path = std::filesystem::current_path() / "fake-python";
  write(path, "#!/bin/sh\n[ \"$1\" = -c ] && exit 0\necho \"$@\" > " + (path.parent_path() / "asked").string() +
                  "\necho \"$PYTHONPATH\" > " + (path.parent_path() / "path").string() + "\nexit " +
                  std::to_string(code) + "\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path.string();
}

TEST(Python, TheChosenOneComesFirst) {
  const Elsewhere elsewhere;
  const std::string fake = fake_python(0);
  const Setting chosen("FAASCONF_PYTHON", fake);
  EXPECT_EQ(find_python(), fake);
}

TEST(Python, OneThatCannotImportIsPassedOver) {
  const Setting chosen("FAASCONF_PYTHON", "/bin/false");
  EXPECT_NE(find_python(), "/bin/false");
}

TEST(Python, RunsAModuleWithItsArgumentsAsTheyStand) {
  const Elsewhere elsewhere;
  const std::string fake = fake_python(3);
  EXPECT_EQ(run_python(fake, "faasconf.plot", std::vector<std::string>{"a b.h5", "--out", "$(x)"}), 3);
  EXPECT_EQ(contents("asked"), "-m faasconf.plot a b.h5 --out $(x)\n");
}

TEST(Python, KeepsThePathThatTheUserHasSet) {
  const Elsewhere elsewhere;
  const Setting path("PYTHONPATH", "/mine");
  run_python(fake_python(0), "m", {});
  EXPECT_THAT(contents("path"), testing::StartsWith("/mine"));
}

TEST(Python, OneThatDoesNotExistEndsWith127) { EXPECT_EQ(run_python("/no/such/python", "m", {}), 127); }

TEST(SimulateWithPython, HandsTheResultFileToPlotAndReport) {
  const Elsewhere elsewhere;
  const Setting chosen("FAASCONF_PYTHON", fake_python(0));
  Ran ran = faasconf("simulate parallel --users 2 --duration 1m --replications 2 --out run.h5 --plot run.png");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_EQ(contents("asked"), "-m faasconf.plot run.h5 --out run.png\n");
  ran = faasconf("simulate parallel --users 2 --duration 1m --replications 2 --report run.html");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(contents("asked"), testing::MatchesRegex("-m faasconf.report /.*/run.h5 --out run.html\n"));
}

TEST(TraceReplayWithPython, HandsARowAFunctionToItsFigure) {
  const Elsewhere elsewhere;
  const Setting chosen("FAASCONF_PYTHON", fake_python(0));
  const Ran ran = faasconf("trace replay azure-demo-day.csv --plot replay.png");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.err, testing::HasSubstr("wrote replay.png"));
  EXPECT_THAT(contents("asked"), testing::MatchesRegex("-m faasconf.replay_plot /.*/functions.csv --out replay.png\n"));
  const Setting failing("FAASCONF_PYTHON", fake_python(1));
  EXPECT_EQ(faasconf("trace replay azure-demo-day.csv --plot replay.png").code, kFailed);
}

TEST(SimulateWithPython, TablesRemainWhenAFigureFails) {
  const Elsewhere elsewhere;
  const Setting chosen("FAASCONF_PYTHON", fake_python(1));
  const Ran ran = faasconf("simulate parallel --users 2 --duration 1m --replications 2 --plot run.png");
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.out, testing::HasSubstr("price per month"));
  EXPECT_THAT(ran.err, testing::HasSubstr("run.png could not be written"));
}

}  // namespace
}  // namespace faasconf::experiments::cli
