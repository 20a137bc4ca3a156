#include "traces/files/append_file.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scratch_folder.hpp"

namespace faasconf::files {
namespace {

using tests::read_file;
using tests::ScratchFolder;
using tests::write_file;

TEST(AppendFile, HoldsEachLineAtOnce) {
  const ScratchFolder folder;
  AppendFile file(folder / "log", AppendFile::Begin::anew);
  file.append("one\n");
  EXPECT_EQ(read_file(folder / "log"), "one\n");
  file.append("two\n");
  EXPECT_EQ(read_file(folder / "log"), "one\ntwo\n");
}

TEST(AppendFile, GoesOnAtTheEndOrBeginsAnew) {
  const ScratchFolder folder;
  write_file(folder / "log", "before\n");
  AppendFile(folder / "log", AppendFile::Begin::at_end).append("after\n");
  EXPECT_EQ(read_file(folder / "log"), "before\nafter\n");
  AppendFile(folder / "log", AppendFile::Begin::anew).append("anew\n");
  EXPECT_EQ(read_file(folder / "log"), "anew\n");
}

TEST(AppendFile, SaysThatTheDiskIsFull) {
  AppendFile file("/dev/full", AppendFile::Begin::at_end);
  try {
    file.append("one\n");
    FAIL() << "no error";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "cannot write /dev/full: No space left on device");
  }
}

}  // namespace
}  // namespace faasconf::files
