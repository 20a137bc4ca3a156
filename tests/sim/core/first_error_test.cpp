#include "sim/core/first_error.hpp"

#include <exception>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

std::exception_ptr error(const std::string& text) { return std::make_exception_ptr(Error(text)); }
std::exception_ptr cancelled() { return std::make_exception_ptr(Cancelled()); }

std::string thrown(const FirstError& first) {
  try {
    first.rethrow();
    return "nothing";
  } catch (const std::exception& caught) {
    return caught.what();
  }
}

TEST(FirstError, ThrowsNothingWhereThereIsNone) { EXPECT_EQ(thrown(FirstError()), "nothing"); }

TEST(FirstError, IsTheErrorOfTheLowestItem) {
  FirstError first;
  first.keep(5, error("five"));
  first.keep(2, error("two"));
  first.keep(4, error("four"));
  EXPECT_EQ(thrown(first), "two");
}

TEST(FirstError, IsAnErrorProperBesideCancelledOnes) {
  FirstError first;
  first.keep(2, cancelled());
  first.keep(5, error("five"));
  first.keep(1, cancelled());
  EXPECT_EQ(thrown(first), "five");
}

TEST(FirstError, IsCancelledWhereThatIsAll) {
  FirstError first;
  first.keep(2, cancelled());
  first.keep(1, cancelled());
  EXPECT_EQ(thrown(first), "cancelled");
}

}  // namespace
}  // namespace faasconf::sim
