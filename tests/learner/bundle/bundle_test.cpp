#include "learner/bundle/bundle.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/learner/bundle/archives.hpp"
#include "tests/learner/bundle/policies.hpp"
#include "tests/scratch_folder.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::bundle {
namespace {

using ::testing::HasSubstr;

PolicyBundle some() { return random_policy(sim::Scenario(sim::two_steps().scenario), NeighbourhoodSpec{}); }

std::string refusal(const std::string& path) {
  try {
    read_bundle(path);
  } catch (const sim::Error& error) {
    return sim::describe(error);
  }
  return "";
}

TEST(PolicyBundle, ComesBackAsItWas) {
  const tests::ScratchFolder folder;
  const PolicyBundle written = some();
  for (const bool deflated : {false, true}) {
    write_archive(folder / "policy.fcp", members_of(written), deflated);
    const PolicyBundle read = read_bundle(folder / "policy.fcp");
    EXPECT_EQ(to_json(read.metadata), to_json(written.metadata));
    EXPECT_EQ(read.weights, written.weights);
  }
}

TEST(PolicyBundle, IsRefusedWhereItEndsEarly) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "policy.fcp";
  write_archive(path, members_of(some()));
  const std::string bytes = tests::read_file(path);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 100) {
    tests::write_file(path, bytes.substr(0, size));
    EXPECT_THAT(refusal(path), HasSubstr("reading policy " + path)) << size;
  }
}

TEST(PolicyBundle, IsRefusedWithABitFlippedInItsWeights) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "policy.fcp";
  write_archive(path, members_of(some()));
  std::string bytes = tests::read_file(path);
  bytes[bytes.find("FCWEIGHT") + 500] ^= 1;
  tests::write_file(path, bytes);
  EXPECT_EQ(refusal(path), "reading policy " + path + "\n  faasconf/weights: CRC error");
}

TEST(PolicyBundle, IsRefusedWhereAMemberExpandsBeyondMeasure) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "policy.fcp";
  for (const std::size_t member : {1, 2}) {
    Members members = members_of(some());
    members[member].second += std::string(20'000'000, ' ');
    write_archive(path, members, true);
    EXPECT_THAT(refusal(path), HasSubstr("expected at most 100 times its compressed size, got more")) << member;
  }
}

TEST(PolicyBundle, IsRefusedWithAMemberThatComesTwice) {
  const tests::ScratchFolder folder;
  Members members = members_of(some());
  members.insert(members.begin(), {"other/" + members[1].first, "{}"});
  write_archive(folder / "policy.fcp", members);
  EXPECT_THAT(refusal(folder / "policy.fcp"), HasSubstr("it has two members faasconf/metadata.json"));
}

TEST(PolicyBundle, SaysWhatIsMissing) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "policy.fcp";
  EXPECT_EQ(refusal(path), path + ": expected a policy bundle, got \"No such file or directory\"");
  EXPECT_THAT(refusal(folder.path()), HasSubstr("Is a directory"));

  Members members = members_of(some());
  members.pop_back();
  write_archive(path, members);
  EXPECT_EQ(refusal(path), "reading policy " + path + "\n  no policy bundle: it has no member faasconf/weights");

  tests::write_file(path, "name: parallel\n");
  EXPECT_EQ(refusal(path), "reading policy " + path +
                               "\n  expected a policy file that faasconf train wrote, got something else, or a "
                               "damaged one: Not a zip archive");
}

}  // namespace
}  // namespace faasconf::learner::bundle
