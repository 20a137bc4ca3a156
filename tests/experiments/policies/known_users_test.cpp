#include "experiments/policies/known_users.hpp"

#include <chrono>

#include <gmock/gmock.h>

namespace faasconf::experiments::policies {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

sim::Workload closed_loop(int users) {
  sim::Workload workload;
  workload.source.emplace<sim::ClosedLoop>().users = users;
  return workload;
}

TEST(KnownUsers, AreThoseOfAClosedLoop) { EXPECT_THAT(known_users(closed_loop(7), 30s, 100s), ElementsAre(7, 7, 7)); }

// 10 for 15 s and 21 for 15 s make 15.5, rounded 16; the last level lasts.
TEST(KnownUsers, OfAProfileAreTheMeanOfEachWindow) {
  sim::Workload workload = closed_loop(1);
  workload.profile =
      sim::Profile{.steps = {{sim::Time(0s), 10}, {sim::Time(15s), 21}, {sim::Time(60s), 4}}, .origin = {}};
  EXPECT_THAT(known_users(workload, 30s, 2min), ElementsAre(16, 21, 4, 4));
}

TEST(KnownUsers, AreNoneInAnOpenLoop) {
  EXPECT_THAT(
      known_users({.source = sim::OpenLoop{.rate_per_s = 5, .process = {}}, .retry = {}, .profile = {}}, 30s, 2min),
      IsEmpty());
  EXPECT_THAT(known_users({.source = sim::ArrivalList{}, .retry = {}, .profile = {}}, 30s, 2min), IsEmpty());
}

}  // namespace
}  // namespace faasconf::experiments::policies
