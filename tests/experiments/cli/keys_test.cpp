#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::HasSubstr;

TEST(KeysCommand, ShowsMeaningUnitDefaultAndExampleOfAKey) {
  const Ran ran = faasconf("keys functions.rgb.serial");
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.out, HasSubstr("functions.NAME.serial"));
  EXPECT_THAT(ran.out, HasSubstr("core-seconds"));
  EXPECT_THAT(ran.out, HasSubstr("default  0s"));
  EXPECT_THAT(ran.out, HasSubstr("example  serial: {law: gamma"));
}

TEST(KeysCommand, ShowsWhatIsBelowAMap) {
  EXPECT_THAT(faasconf("keys workload.closed_loop").out, HasSubstr("think_time"));
  EXPECT_THAT(faasconf("keys hpa").out, HasSubstr("target_utilization"));
}

TEST(KeysCommand, ShowsTheTopOfEveryKindOfFileWhereNothingIsAskedFor) {
  const Ran ran = faasconf("keys");
  EXPECT_EQ(ran.code, kDone);
  for (const char* const file : {"workflow: ", "experiment: ", "promise: ", "configuration: ", "policy table: ",
                                 "mapping: ", "training file: "}) {
    EXPECT_THAT(ran.out, HasSubstr(file));
  }
}

TEST(KeysCommand, GuessesWhatWasMeant) {
  const Ran ran = faasconf("keys functions.serail");
  EXPECT_EQ(ran.code, kMisused);
  EXPECT_THAT(ran.err, HasSubstr("did you mean \"serial\"?"));
}

TEST(KeysCommand, WritesOnePageOrOneSchema) {
  EXPECT_THAT(faasconf("keys --markdown").out, testing::StartsWith("# Keys of files\n"));
  EXPECT_THAT(faasconf("keys --schema").out, testing::StartsWith("{\n \"$schema\""));
  EXPECT_EQ(faasconf("keys --schema --markdown").code, kMisused);
  EXPECT_EQ(faasconf("keys --schema functions").code, kMisused);
}

}  // namespace
}  // namespace faasconf::experiments::cli
