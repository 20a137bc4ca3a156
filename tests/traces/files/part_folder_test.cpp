#include "traces/files/part_folder.hpp"

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

std::string complaint(const std::string& path, const std::vector<std::string>& names) {
  try {
    PartFolder(path, names);
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "none";
}

TEST(PartFolder, AppearsWhenCommitted) {
  const ScratchFolder scratch;
  PartFolder folder(scratch / "out", {"a"});
  write_file(folder.inside() + "/a", "one");
  EXPECT_FALSE(std::filesystem::exists(scratch / "out"));
  folder.commit();
  EXPECT_THAT(scratch.names(), ElementsAre("out"));
  EXPECT_EQ(read_file(scratch / "out/a"), "one");
}

TEST(PartFolder, LeavesNothingUnlessCommitted) {
  const ScratchFolder scratch;
  {
    const PartFolder folder(scratch / "out", {"a"});
    write_file(folder.inside() + "/a", "one");
  }
  EXPECT_THAT(scratch.names(), IsEmpty());
}

TEST(PartFolder, ReplacesOneWithTheSameFilesAtOnce) {
  const ScratchFolder scratch;
  std::filesystem::create_directory(scratch / "out");
  write_file(scratch / "out/a", "old");
  write_file(scratch / "out/b", "old");
  PartFolder folder(scratch / "out/", {"a", "b"});
  write_file(folder.inside() + "/a", "new");
  EXPECT_EQ(read_file(scratch / "out/a"), "old");
  folder.commit();
  EXPECT_THAT(scratch.names(), ElementsAre("out"));
  EXPECT_EQ(read_file(scratch / "out/a"), "new");
  EXPECT_FALSE(std::filesystem::exists(scratch / "out/b"));
}

TEST(PartFolder, TakesThePlaceOfAnEmptyOne) {
  const ScratchFolder scratch;
  std::filesystem::create_directory(scratch / "out");
  PartFolder folder(scratch / "out", {"a"});
  write_file(folder.inside() + "/a", "one");
  folder.commit();
  EXPECT_EQ(read_file(scratch / "out/a"), "one");
}

TEST(PartFolder, RefusesOneWithOtherFiles) {
  const ScratchFolder scratch;
  std::filesystem::create_directory(scratch / "out");
  write_file(scratch / "out/thesis", "mine");
  EXPECT_THAT(complaint(scratch / "out", {"a"}), HasSubstr("got one with \"thesis\""));
}

TEST(PartFolder, RefusesOneThatGotOtherFilesMeanwhile) {
  const ScratchFolder scratch;
  PartFolder folder(scratch / "out", {"a"});
  std::filesystem::create_directory(scratch / "out");
  write_file(scratch / "out/thesis", "mine");
  EXPECT_THROW(folder.commit(), sim::Error);
  EXPECT_EQ(read_file(scratch / "out/thesis"), "mine");
}

TEST(PartFolder, FollowsALinkToAFolder) {
  const ScratchFolder scratch;
  std::filesystem::create_directory(scratch / "there");
  std::filesystem::create_directory_symlink("there", scratch / "link");
  PartFolder folder(scratch / "link", {"a"});
  write_file(folder.inside() + "/a", "one");
  folder.commit();
  EXPECT_EQ(read_file(scratch / "there/a"), "one");
  EXPECT_TRUE(std::filesystem::is_symlink(scratch / "link"));
}

TEST(PartFolder, SaysWhatItIsGiven) {
  const ScratchFolder scratch;
  write_file(scratch / "file", "x");
  EXPECT_THAT(complaint(scratch / "file", {}), HasSubstr("got a file"));
  EXPECT_THAT(complaint(scratch / "none/out", {}), HasSubstr("none, which does not"));
  EXPECT_THAT(complaint("", {}), HasSubstr("expected the path of a folder"));
  EXPECT_THAT(complaint(".", {}), HasSubstr("got the working folder"));
}

}  // namespace
}  // namespace faasconf::files
