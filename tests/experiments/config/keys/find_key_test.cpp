#include "experiments/config/keys/find_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faasconf::experiments::config {
namespace {

std::vector<std::string> paths_of(const std::string& path) {
  std::vector<std::string> paths;
  for (const Found& found : find_keys(path)) paths.push_back(found.path);
  return paths;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FindKeys, FollowsPathsWithAndWithoutTheNamesOfFunctions) {
  EXPECT_THAT(paths_of("functions.rgb.queue_capacity"), ElementsAre("functions.NAME.queue_capacity"));
  EXPECT_THAT(paths_of("functions.queue_capacity"), ElementsAre("functions.NAME.queue_capacity"));
  EXPECT_THAT(paths_of("workload.closed_loop.back_off"), ElementsAre("workload.closed_loop.back_off")) << "once";
}

TEST(FindKeys, FindsAKeyInEveryKindOfFile) {
  EXPECT_THAT(paths_of("seed"), ElementsAre("seed", "seed", "seed")) << "of an experiment, a training and a sweep";
}

TEST(FindKeys, FindsSectionsAndKeysByTheirNames) {
  ASSERT_THAT(paths_of("cpu_sharing"), testing::Not(IsEmpty()));
  EXPECT_THAT(paths_of("scaling rules"), ElementsAre("scaling rules"));
  EXPECT_THAT(paths_of("run_slice"), ElementsAre("cpu_sharing.run_slice"));
  EXPECT_THAT(paths_of("functions.rgb.colour"), IsEmpty());
}

}  // namespace
}  // namespace faasconf::experiments::config
