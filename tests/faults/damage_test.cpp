// Every command that reads a file, on damaged copies of a small one: it ends with 0 and the same result, or with 2 and
// a sentence. Files that carry no digest of their own (YAML, CSV) may give another result, whose record names the
// digest of what was read. Each test prints the input that it tries, so that the last line before a crash names it; the
// same seed makes the same inputs. FAASCONF_DAMAGE: inputs of each test; FAASCONF_DAMAGE_SEED: another seed.

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/time.h>

#include "sim/core/random.hpp"
#include "tests/experiments/calibration/two_functions_files.hpp"
#include "tests/faults/damaged.hpp"
#include "tests/faults/small_files.hpp"
#include "traces/files/digest.hpp"

// HDF5 1.10 leaks a little when it meets damaged metadata; read by the leak sanitizer.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

namespace faasconf::tests {
namespace {

using experiments::cli::contents;
using experiments::cli::faasconf;
using experiments::cli::Ran;

enum class Guard : std::uint8_t { none, digest };  // whether the file carries checksums of its contents

struct Reading {
  std::string name;
  std::string file;                  // that is damaged
  std::vector<std::string> setup{};  // commands that make it
  std::string line;                  // the command that reads it
  Guard guard = Guard::none;
  std::string output{};  // where its record is; empty: it writes none
};

std::ostream& operator<<(std::ostream& out, const Reading& reading) { return out << reading.name; }

const std::string kStore = "trace synthesize --functions 12 --seed 3 --out t.h5";
const std::string kRun = "--duration 1m --replications 2 --warm-up 0s --threads 1 --quiet --out out.h5 ";
const std::string kJudge = "evaluate w.yaml --users 2 --seeds 2 --windows 2 --threads 1 --quiet --json ";

std::vector<Reading> readings() {
  std::vector<Reading> all = {
      {.name = "WorkflowCheck", .file = "w.yaml", .line = "workflow check w.yaml"},
      {.name = "WorkflowDraw", .file = "w.yaml", .line = "workflow draw w.yaml"},
      {.name = "PromiseExplain", .file = "w.yaml", .line = "promise explain w.yaml --users 2"},
      {.name = "SimulateWorkflow",
       .file = "w.yaml",
       .line = "simulate w.yaml --config config.yaml --users 2 " + kRun,
       .output = "out.h5"},
      {.name = "SimulateExperiment",
       .file = "x.yaml",
       .line = "simulate x.yaml --threads 1 --quiet --out out.h5",
       .output = "out.h5"},
      {.name = "SimulateConfiguration",
       .file = "config.yaml",
       .line = "simulate w.yaml --config config.yaml --users 2 " + kRun,
       .output = "out.h5"},
      {.name = "SimulateProfile",
       .file = "profile.csv",
       .line = "simulate w.yaml --config config.yaml --profile profile.csv " + kRun,
       .output = "out.h5"},
      {.name = "EvaluateTable",
       .file = "table.yaml",
       .line = kJudge + "--table table.yaml --out e.h5",
       .output = "e.h5"},
      {.name = "PredictTable",
       .file = "ask.csv",
       .line = "predict w.yaml --in ask.csv --replications 2 --threads 1 --quiet --out a.csv",
       .output = "a.csv"},
      {.name = "InitManifest", .file = "stack.yml", .line = "workflow init --from stack.yml --out init.yaml"},
      {.name = "Inspect2021", .file = "2021.txt", .line = "trace inspect 2021.txt --json"},
      {.name = "ConvertSeconds",
       .file = "seconds.csv",
       .line = "trace convert seconds.csv --out s.h5",
       .output = "s.h5"},
      {.name = "EvaluatePolicy",
       .file = "p.fcp",
       .line = kJudge + "--config config.yaml --bundle p.fcp",
       .guard = Guard::digest},
      {.name = "ExportResult",
       .file = "r.h5",
       .setup = {"simulate x.yaml --threads 1 --quiet --out r.h5"},
       .line = "export-csv r.h5 --out tables",
       .guard = Guard::digest,
       .output = "tables"},
      {.name = "ExportEvaluation",
       .file = "e.h5",
       .setup = {kJudge + "--table table.yaml --out e.h5"},
       .line = "export-csv e.h5 --out tables",
       .guard = Guard::digest,
       .output = "tables"},
  };
  for (const auto& [name, line] : {std::pair{"InspectStore", "trace inspect t.h5 --json"},
                                   {"ConvertStore", "trace convert t.h5 --out store-csv"},
                                   {"SelectStore", "trace select t.h5 --rank 1..5 --out some.h5"},
                                   {"ReplayStore", "trace replay t.h5 --threads 1 --json"},
                                   {"ProfileStore", "trace profile t.h5 --length 10m --out p.csv"}}) {
    all.push_back({.name = name, .file = "t.h5", .setup = {kStore}, .line = line, .guard = Guard::digest});
  }
  for (const char* const kind :
       {"invocations_per_function_md", "function_durations_percentiles", "app_memory_percentiles"}) {
    all.push_back({.name = "Replay_" + std::string(kind),
                   .file = "csv/" + std::string(kind) + ".anon.d01.csv",
                   .setup = {"trace synthesize --functions 6 --seed 3 --out csv"},
                   .line = "trace replay csv --threads 1 --out f.csv",
                   .output = "f.csv"});
  }
  return all;
}

// Interrupts a command that goes on for too long, as its user would: damage may ask for a million users.
extern "C" void interrupt_command(int /*signal*/) { std::raise(SIGINT); }

class Damage : public testing::TestWithParam<Reading> {
 protected:
  Damage() {
    write_small_files();
    if (GetParam().file == "p.fcp") write_small_policy("p.fcp");
    for (const std::string& line : GetParam().setup) must(line);
    std::signal(SIGINT, SIG_IGN);  // where no command listens
    std::signal(SIGPROF, interrupt_command);
  }

  // Of its CPU time, so that a busy machine changes nothing.
  static Ran run_for_a_moment(const std::string& line) {
    const itimerval moment{.it_interval = {}, .it_value = {.tv_sec = 1, .tv_usec = 0}};
    if (GetParam().guard == Guard::none) setitimer(ITIMER_PROF, &moment, nullptr);
    const Ran ran = faasconf(line);
    const itimerval none{};
    setitimer(ITIMER_PROF, &none, nullptr);
    return ran;
  }

  // What the command answers and writes; of the last the tables alone, since a record names the digest of its input.
  static std::string result_of(const Reading& reading, const Ran& ran) {
    std::string all = ran.out;
    const std::string digest = files::sha256(contents(reading.file));
    for (std::size_t at = all.find(digest); at != std::string::npos; at = all.find(digest)) {
      all.replace(at, digest.size(), "its digest");
    }
    if (reading.output != "tables") return all;
    for (const char* const table : {"summary", "runs", "windows", "functions", "replications"}) {
      all += contents("tables/" + std::string(table) + ".csv");
    }
    return all;
  }

 private:
  const experiments::cli::Elsewhere elsewhere_;
};

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST_P(Damage, IsRefusedInASentenceOrChangesNothingUnseen) {
  const Reading& reading = GetParam();
  const std::string whole = contents(reading.file);
  const Ran before = faasconf(reading.line);
  ASSERT_EQ(before.code, 0) << before.err;
  const std::string expected = result_of(reading, before);
  const std::uint64_t seed = setting("FAASCONF_DAMAGE_SEED", 1);
  const std::uint64_t inputs = setting("FAASCONF_DAMAGE", 80);
  std::uint64_t refused = 0;
  std::uint64_t interrupted = 0;
  for (std::uint64_t i = 0; i < inputs; ++i) {
    std::cout << "input " << i << " of seed " << seed << std::endl;
    const std::string damaged = Damager(sim::RngStreams(seed).stream(reading.name, i))(whole);
    experiments::cli::write(reading.file, damaged);
    if (!reading.output.empty()) std::filesystem::remove_all(reading.output);
    const Ran ran = run_for_a_moment(reading.line);
    if (ran.code == experiments::cli::kInterrupted && reading.guard == Guard::none) {
      ++interrupted;
      continue;
    }
    if (ran.code == 2) {
      ++refused;
      EXPECT_NE(ran.err.find_first_not_of(" \n"), std::string::npos) << "input " << i << " is refused without a word";
      continue;
    }
    ASSERT_EQ(ran.code, 0) << "input " << i << ": " << ran.err;
    if (reading.guard == Guard::digest) {
      ASSERT_EQ(result_of(reading, ran), expected) << "input " << i << ": another result of damaged contents";
    } else if (!reading.output.empty()) {
      ASSERT_NE(contents(reading.output).find(files::sha256(damaged)), std::string::npos)
          << "input " << i << ": the record does not name what was read";
    }
  }
  std::cout << reading.name << ": " << inputs << " inputs, " << refused << " refused, " << interrupted
            << " interrupted after a second\n";
}

INSTANTIATE_TEST_SUITE_P(Of, Damage, testing::ValuesIn(readings()), [](const auto& test) { return test.param.name; });

// The checkpoint of a calibration, which is resumed to the same end or not at all.
TEST(DamagedCheckpoint, IsRefused) {
  const experiments::TwoFunctionsFiles files("damaged-checkpoint", 20);
  const std::string line = "calibrate --measurements " + files.path("measured.csv") + " --mapping " +
                           files.path("mapping.yaml") + " --workflow " + files.path("workflow.yaml") +
                           " --windows 1 --replications 4 --members 3 --threads 1 --quiet --out " +
                           files.path("c.yaml");
  const std::string checkpoint = files.path("c.yaml.checkpoint");
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGALRM, interrupt_command);
  const itimerval soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 300'000}};
  setitimer(ITIMER_REAL, &soon, nullptr);
  const Ran begun = faasconf(line + " --budget 100000");
  ASSERT_EQ(begun.code, experiments::cli::kInterrupted) << begun.err;
  const std::string whole = contents(checkpoint);
  ASSERT_FALSE(whole.empty());
  for (std::uint64_t i = 0; i < setting("FAASCONF_DAMAGE", 80); ++i) {
    std::cout << "input " << i << std::endl;
    const std::string damaged =
        Damager(sim::RngStreams(setting("FAASCONF_DAMAGE_SEED", 1)).stream("checkpoint", i))(whole);
    if (damaged == whole) continue;
    experiments::cli::write(checkpoint, damaged);
    const Ran ran = faasconf(line + " --budget 100000 --resume");
    ASSERT_EQ(ran.code, 2) << "input " << i;
    EXPECT_NE(ran.err.find("expected a checkpoint of this fit, got"), std::string::npos) << ran.err;
  }
}

}  // namespace
}  // namespace faasconf::tests
