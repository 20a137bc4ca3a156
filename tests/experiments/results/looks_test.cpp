#include "experiments/results/looks.hpp"

#include <gmock/gmock.h>

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

TEST(Looks, TellsTheTimeInUtc) { EXPECT_THAT(utc_now(), ::testing::MatchesRegex("....-..-..T..:..:..Z")); }

}  // namespace
}  // namespace faasconf::experiments::results
