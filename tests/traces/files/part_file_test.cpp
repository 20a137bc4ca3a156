#include "traces/files/part_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::files {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::read_file;
using tests::ScratchFolder;
using tests::write_file;

TEST(PartFile, AppearsWhenCommitted) {
  const ScratchFolder folder;
  PartFile file(folder / "a.txt");
  file.append("one\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt"));
  file.commit();
  EXPECT_THAT(folder.names(), ElementsAre("a.txt"));
  EXPECT_EQ(read_file(folder / "a.txt"), "one\n");
}

TEST(PartFile, LeavesNothingUnlessCommitted) {
  const ScratchFolder folder;
  { PartFile(folder / "a.txt").append("one\n"); }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(PartFile, KeepsWhatStoodThereUntilCommitted) {
  const ScratchFolder folder;
  write_file(folder / "a.txt", "old");
  { PartFile(folder / "a.txt").append("new"); }
  EXPECT_EQ(read_file(folder / "a.txt"), "old");
  PartFile file(folder / "a.txt");
  file.append("new");
  file.commit();
  EXPECT_EQ(read_file(folder / "a.txt"), "new");
}

TEST(PartFile, TwoOfOnePathDoNotMeet) {
  const ScratchFolder folder;
  PartFile first(folder / "a.txt");
  PartFile second(folder / "a.txt");
  first.append("first");
  second.append("second");
  first.commit();
  second.commit();
  EXPECT_EQ(read_file(folder / "a.txt"), "second");
  EXPECT_THAT(folder.names(), ElementsAre("a.txt"));
}

TEST(PartFile, AppendsMoreThanItsBuffer) {
  const ScratchFolder folder;
  PartFile file(folder / "a.txt");
  std::string expected;
  for (int i = 0; i < 50'000; ++i) {
    const std::string line = std::to_string(i) + "\n";
    file.append(line);
    expected += line;
  }
  file.commit();
  EXPECT_EQ(read_file(folder / "a.txt"), expected);
}

TEST(PartFile, RefusesAFolderThatDoesNotExist) {
  const ScratchFolder folder;
  try {
    PartFile file(folder / "none/a.txt");
    FAIL() << "no error";
  } catch (const sim::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("none, which does not"));
  }
}

TEST(PartFile, RefusesAFolderAsPath) {
  const ScratchFolder folder;
  EXPECT_THROW(PartFile(folder.path()), sim::Error);
  EXPECT_THROW(PartFile(""), sim::Error);
}

TEST(PartFile, SaysWhyAFolderCannotBeWrittenTo) {
  try {
    PartFile file("/proc/faasconf.txt");  // also root cannot
    FAIL() << "no error";
  } catch (const sim::Error& error) {
    FAIL() << "blames the user: " << error.what();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot write /proc/faasconf.txt: "));
  }
}

}  // namespace
}  // namespace faasconf::files
