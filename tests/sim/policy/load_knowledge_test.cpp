#include "sim/policy/load_knowledge.hpp"

#include <gtest/gtest.h>

#include "sim/env/load.hpp"

namespace faasconf::sim {
namespace {

TEST(LoadKnowledge, HasNamesForPeople) {
  EXPECT_STREQ(name_of(LoadKnowledge::none), "none");
  EXPECT_STREQ(name_of(LoadKnowledge::past), "history");
  EXPECT_STREQ(name_of(LoadKnowledge::forecast), "forecast");
  EXPECT_STREQ(name_of(LoadKnowledge::next), "perfect");
}

TEST(LoadKnowledge, FollowsFromHowAForecastIsMade) {
  EXPECT_EQ(knowledge_of(LoadForecasting::clairvoyant), LoadKnowledge::next);
  EXPECT_EQ(knowledge_of(LoadForecasting::persistence), LoadKnowledge::past);
  EXPECT_EQ(knowledge_of(LoadForecasting::smoothing), LoadKnowledge::forecast);
  EXPECT_EQ(knowledge_of(LoadForecasting::seasonal), LoadKnowledge::forecast);
}

}  // namespace
}  // namespace faasconf::sim
