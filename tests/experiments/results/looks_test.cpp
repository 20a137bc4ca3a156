#include "experiments/results/looks.hpp"

#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::results {
namespace {

using tests::ScratchFolder;

Look look(const std::string& identity, std::vector<std::string> loads, const std::string& workflow = "parallel") {
  return {.date = "2026-11-30T15:04:05Z", .identity = identity, .workflow = workflow, .loads = std::move(loads)};
}

TEST(Looks, CountsThoseAtTheSameLoadsOfAWorkflow) {
  const ScratchFolder scratch;
  const std::string ledger = scratch / "looks.csv";
  EXPECT_EQ(add_look(ledger, look("a", {"12 users", "28 users"})), 1U);
  EXPECT_EQ(add_look(ledger, look("b", {"28 users"})), 2U);
  EXPECT_EQ(add_look(ledger, look("c", {"44 users"})), 1U);
  EXPECT_EQ(add_look(ledger, look("d", {"28 users"}, "branch")), 1U);
  EXPECT_EQ(add_look(ledger, look("e", {"12 users", "44 users"})), 3U);
}

TEST(Looks, CountsTheSameEvaluationOnce) {
  const ScratchFolder scratch;
  const std::string ledger = scratch / "looks.csv";
  add_look(ledger, look("a", {"12 users"}));
  const std::string before = tests::read_file(ledger);
  EXPECT_EQ(add_look(ledger, look("a", {"12 users"})), 1U);
  EXPECT_EQ(tests::read_file(ledger), before);
}

TEST(Looks, WritesALineEach) {
  const ScratchFolder scratch;
  const std::string ledger = scratch / "looks.csv";
  add_look(ledger, look("a", {"12, 28 users", "x"}));
  EXPECT_EQ(tests::read_file(ledger), "date,identity,workflow,loads\n2026-11-30T15:04:05Z,a,parallel,12  28 users;x\n");
}

TEST(Looks, LeavesAnotherFileAlone) {
  const ScratchFolder scratch;
  const std::string other = scratch / "other.csv";
  tests::write_file(other, "a,b\n1,2\n");
  EXPECT_THROW(add_look(other, look("a", {"12 users"})), sim::Error);
  EXPECT_EQ(tests::read_file(other), "a,b\n1,2\n");
}

TEST(Looks, OfTwoWritersAtOnceLosesNone) {
  const ScratchFolder scratch;
  const std::string ledger = scratch / "looks.csv";
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&ledger, writer] {
      for (int i = 0; i < 25; ++i) add_look(ledger, look(std::to_string(100 * writer + i), {"12 users"}));
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(add_look(ledger, look("last", {"12 users"})), 101U);
}

TEST(Looks, FollowsASymbolicLinkAndLeavesItInPlace) {
  const ScratchFolder scratch;
  std::filesystem::create_directory(scratch / "kept");
  std::filesystem::create_symlink("kept/looks.csv", scratch / "looks.csv");
  add_look(scratch / "looks.csv", look("a", {"12 users"}));
  EXPECT_EQ(add_look(scratch / "looks.csv", look("b", {"12 users"})), 2U);
  EXPECT_TRUE(std::filesystem::is_symlink(scratch / "looks.csv"));
  EXPECT_EQ(add_look(scratch / "kept/looks.csv", look("c", {"12 users"})), 3U);
}

TEST(Looks, AreEnteredInFilesAlone) {
  const ScratchFolder scratch;
  std::filesystem::create_directory(scratch / "folder");
  EXPECT_THROW(add_look(scratch / "folder", look("a", {"12 users"})), sim::Error);
  ASSERT_EQ(mkfifo((scratch / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(check_ledger(scratch / "pipe"), sim::Error);
  EXPECT_THROW(add_look(scratch / "none/looks.csv", look("a", {"12 users"})), sim::Error);
  EXPECT_THROW(check_ledger(scratch / "none/looks.csv"), sim::Error) << "before anything is computed";
}

TEST(Looks, TellsTheTimeInUtc) { EXPECT_THAT(utc_now(), ::testing::MatchesRegex("....-..-..T..:..:..Z")); }

}  // namespace
}  // namespace faasconf::experiments::results
