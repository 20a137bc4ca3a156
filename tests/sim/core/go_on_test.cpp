#include "sim/core/go_on.hpp"

#include <stdexcept>
#include <type_traits>

#include <gtest/gtest.h>

namespace faasconf::sim {
namespace {

TEST(GoOn, IsNotAskedWhereThereIsNone) { EXPECT_NO_THROW(throw_if_cancelled({})); }

TEST(GoOn, EndsWhatTakesLong) {
  EXPECT_NO_THROW(throw_if_cancelled([] { return true; }));
  EXPECT_THROW(throw_if_cancelled([] { return false; }), Cancelled);
}

TEST(GoOn, SaysNothingAboutInput) { EXPECT_FALSE((std::is_base_of_v<std::runtime_error, Cancelled>)); }

TEST(GoOn, IsAskedAtEverySoManyTurns) {
  int asked = 0;
  const GoOn go_on = [&] { return ++asked < 3; };
  Questions<10> questions(go_on);
  for (int i = 0; i < 29; ++i) questions.next();
  EXPECT_EQ(asked, 2);
  EXPECT_THROW(questions.next(), Cancelled);
}

}  // namespace
}  // namespace faasconf::sim
