#include "traces/files/left_over.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scratch_folder.hpp"

namespace faasconf::files {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using tests::ScratchFolder;
using tests::write_file;

// The name that a process which has ended would have written to.
std::string name_of_a_gone_process(const std::string& path) {
  int pipe_ends[2] = {};
  if (::pipe(pipe_ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string name = part_name(path, 1);
    // start times are read once, so that of the parent stands there: another one is as good, for a process that is gone
    _exit(::write(pipe_ends[1], name.data(), name.size()) > 0 ? 0 : 1);
  }
  ::waitpid(child, nullptr, 0);
  std::string name(1000, '\0');
  name.resize(static_cast<std::size_t>(::read(pipe_ends[0], name.data(), name.size())));
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
  return name;
}

TEST(LeftOver, OfAProcessThatIsGoneIsRemoved) {
  const ScratchFolder folder;
  write_file(name_of_a_gone_process(folder / "a.txt"), "half");
  ASSERT_THAT(folder.names(), SizeIs(1));
  remove_left_overs(folder.path());
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(LeftOver, MayBeAFolder) {
  const ScratchFolder folder;
  const std::string part = name_of_a_gone_process(folder / "csv");
  std::filesystem::create_directory(part);
  write_file(part + "/a.csv", "half");
  remove_left_overs(folder.path());
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(LeftOver, OfAProcessWithTheNumberOfOneThatIsGoneIsRemoved) {
  const ScratchFolder folder;
  std::string name = part_name(folder / "a.txt", 1);
  const std::string process = std::to_string(::getpid()) + "-";
  name.insert(name.find(process) + process.size(), "1");  // began later
  write_file(name, "half");
  remove_left_overs(folder.path());
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(LeftOver, IsNothingOfWhoeverLives) {
  const ScratchFolder folder;
  write_file(part_name(folder / "a.txt", 1), "half");
  remove_left_overs(folder.path());
  EXPECT_THAT(folder.names(), SizeIs(1));
}

TEST(LeftOver, IsNothingOfOtherHosts) {
  const ScratchFolder folder;
  write_file(name_of_a_gone_process(folder / "a.txt") + "-other", "half");
  remove_left_overs(folder.path());
  EXPECT_THAT(folder.names(), SizeIs(1));
}

TEST(LeftOver, IsNothingThatIsLocked) {
  const ScratchFolder folder;
  const std::string name = name_of_a_gone_process(folder / "a.txt");
  write_file(name, "half");
  std::FILE* const held = std::fopen(name.c_str(), "r");
  ASSERT_EQ(::flock(::fileno(held), LOCK_EX), 0);
  remove_left_overs(folder.path());
  EXPECT_THAT(folder.names(), SizeIs(1));
  std::fclose(held);
}

TEST(LeftOver, IsNothingWithAnotherName) {
  const ScratchFolder folder;
  for (const char* name : {"a.part-", "a.part-1", "a.part-x-1-1-host", ".part-1-1-1-host", "a.part-99999999-1-1-"}) {
    write_file(folder / name, "mine");
  }
  remove_left_overs(folder.path());
  EXPECT_THAT(folder.names(), SizeIs(5));
}

TEST(LeftOver, IsNoLink) {
  const ScratchFolder folder;
  const ScratchFolder elsewhere;
  write_file(elsewhere / "a.txt", "mine");
  std::filesystem::create_symlink(elsewhere.path(), name_of_a_gone_process(folder / "a"));
  remove_left_overs(folder.path());
  EXPECT_THAT(elsewhere.names(), SizeIs(1));
}

}  // namespace
}  // namespace faasconf::files
