#include "experiments/policies/known_levels.hpp"

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

TEST(KnownLevels, AreThoseOfAClosedLoop) { EXPECT_THAT(known_levels(closed_loop(7), 30s, 100s), ElementsAre(7, 7, 7)); }

// 10 for 15 s and 21 for 15 s make 15.5, rounded 16; the last level lasts.
TEST(KnownLevels, OfAProfileAreTheMeanOfEachWindow) {
  sim::Workload workload = closed_loop(1);
  workload.profile =
      sim::Profile{.steps = {{sim::Time(0s), 10}, {sim::Time(15s), 21}, {sim::Time(60s), 4}}, .origin = {}};
  EXPECT_THAT(known_levels(workload, 30s, 2min), ElementsAre(16, 21, 4, 4));
}

TEST(KnownLevels, OfAnOpenLoopAreItsRates) {
  sim::Workload workload{.source = sim::OpenLoop{.rate_per_s = 2.5, .process = {}}, .retry = {}, .profile = {}};
  EXPECT_THAT(known_levels(workload, 30s, 60s), ElementsAre(2.5, 2.5));
  workload.profile = sim::Profile{.steps = {{sim::Time(0s), 1}, {sim::Time(15s), 2}}, .origin = {}};
  EXPECT_THAT(known_levels(workload, 30s, 60s), ElementsAre(1.5, 2)) << "not rounded, as users are";
}

TEST(KnownLevels, AreNoneOfGivenArrivals) {
  EXPECT_THAT(known_levels({.source = sim::ArrivalList{}, .retry = {}, .profile = {}}, 30s, 2min), IsEmpty());
}

}  // namespace
}  // namespace faasconf::experiments::policies
