#include "sim/policy/load_knowledge.hpp"

#include <gmock/gmock.h>

#include "sim/env/load.hpp"

namespace faasconf::sim {
namespace {

using enum LoadKnowledge;
using testing::ElementsAre;
using testing::IsEmpty;

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

TEST(LoadKnowledge, PutsThoseTogetherThatKnowTheSame) {
  EXPECT_THAT(grouped(std::vector{past, none, next, past, none}), ElementsAre(0, 3, 1, 4, 2));
  EXPECT_THAT(grouped(std::vector{none, none, past}), ElementsAre(0, 1, 2));
  EXPECT_THAT(grouped({}), IsEmpty());
}

TEST(LoadKnowledge, IsAlikeWhereAllKnowTheSame) {
  EXPECT_TRUE(alike(std::vector{past, past}));
  EXPECT_TRUE(alike({}));
  EXPECT_FALSE(alike(std::vector{none, past}));
}

}  // namespace
}  // namespace faasconf::sim
