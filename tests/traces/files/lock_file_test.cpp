#include "traces/files/lock_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"
#include "traces/files/left_over.hpp"

namespace faasconf::files {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using tests::ScratchFolder;
using tests::write_file;

TEST(LockFile, IsGoneWithItsHolder) {
  const ScratchFolder folder;
  { const LockFile lock(folder / "lock"); }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(LockFile, RefusesAnotherOneAndNamesItsHolder) {
  const ScratchFolder folder;
  const LockFile lock(folder / "lock");
  try {
    const LockFile other(folder / "lock");
    FAIL() << "no error";
  } catch (const sim::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(this_process()));
  }
}

TEST(LockFile, TakesOverWhatAProcessLeftThatIsGone) {
  const ScratchFolder folder;
  write_file(folder / "lock", "process 1 on elsewhere, with a long name");
  const LockFile lock(folder / "lock");
  EXPECT_EQ(tests::read_file(folder / "lock"), this_process());
}

TEST(LockFile, SaysWhyThereCanBeNone) {
  try {
    const LockFile lock("/proc/lock");
    FAIL() << "no error";
  } catch (const sim::Error& error) {
    FAIL() << "blames the user: " << error.what();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot lock /proc/lock: "));
  }
}

}  // namespace
}  // namespace faasconf::files
