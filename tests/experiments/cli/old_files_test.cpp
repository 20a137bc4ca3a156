// Files of each kind that were written before outputs had a record (tests/data/records), and what reads them today.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/cli/in_process.hpp"
#include "traces/files/byte_source.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kOld = std::filesystem::absolute("tests/data/records").string() + "/";

// The result file ships compressed.
void unpack_result(const std::string& path) {
  const auto bytes = files::open_bytes(kOld + "result.h5.gz");
  std::string text;
  std::string part(1 << 16, '\0');
  while (const std::size_t size = bytes->read({part.data(), part.size()})) text.append(part, 0, size);
  std::ofstream(path, std::ios::binary) << text;
}

TEST(OldFiles, AResultIsExported) {
  const Elsewhere elsewhere;
  unpack_result("result.h5");
  const Ran ran = faasconf("export-csv result.h5 --out csv");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(contents("csv/windows.csv"),
              AllOf(StartsWith("# faasconf: {"), HasSubstr("\ncase,replication,window,start_s,")));
  EXPECT_THAT(contents("csv/spans.csv"), HasSubstr("\nmiddle,0,"));
}

TEST(OldFiles, AnEvaluationIsExported) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf("export-csv " + kOld + "evaluation.h5 --out csv");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(contents("csv/runs.csv"), AllOf(StartsWith("# faasconf: {"), HasSubstr("\npolicy,load,seed,price,")));
}

TEST(OldFiles, ASearchTableAndABundleAreEvaluated) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf("evaluate openfaas-function --users 2 --windows 3 --seeds 2 --quiet --table " + kOld +
                           "table.yaml --bundle " + kOld + "training/best.fcp");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("table"));
  EXPECT_THAT(ran.out, HasSubstr("best"));
}

TEST(OldFiles, ACalibratedWorkflowPredicts) {
  const Elsewhere elsewhere;
  write("in.csv", "f.cpu,f.memory,f.replicas,f.concurrency,users\n100m,128Mi,1,1,2\n");
  const Ran ran = faasconf("predict " + kOld + "calibrated.yaml --in in.csv --replications 2 --out out.csv");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("\n1 configuration, 0 of them outside what was measured"));
}

TEST(OldFiles, AProfileIsALoad) {
  const Elsewhere elsewhere;
  const Ran ran =
      faasconf("simulate openfaas-function --quiet --replications 1 --warm-up 0s --profile " + kOld + "profile.csv");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("a profile of 12 to 44 users"));
}

TEST(OldFiles, ATraceStoreIsInspected) {
  const Ran ran = faasconf("trace inspect " + kOld + "trace.h5 --json");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("\"functions\":{\"here\":12.0,"));
}

}  // namespace
}  // namespace faasconf::experiments::cli
