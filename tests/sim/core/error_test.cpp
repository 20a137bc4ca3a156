#include "sim/core/error.hpp"

#include <gtest/gtest.h>

namespace faasconf::sim {
namespace {

template <class Inner>
std::string description_of(const Inner& inner) {
  try {
    try {
      throw inner;
    } catch (...) {
      std::throw_with_nested(Error("loading workload 'week-2'"));
    }
  } catch (const std::exception& error) {
    return describe(error);
  }
}

TEST(Describe, GivesThePlainMessageOfAnErrorWithoutCause) {
  EXPECT_EQ(describe(Error("no such file")), "no such file");
}

TEST(Describe, IndentsTheCauseUnderItsContext) {
  EXPECT_EQ(description_of(Error("azure.csv:1043: bad")), "loading workload 'week-2'\n  azure.csv:1043: bad");
}

TEST(Describe, ListsEveryLayerOnALineOfItsOwn) {
  std::string text;
  try {
    try {
      try {
        throw std::out_of_range("c");
      } catch (...) {
        std::throw_with_nested(Error("b"));
      }
    } catch (...) {
      std::throw_with_nested(std::runtime_error("a"));
    }
  } catch (const std::exception& error) {
    text = describe(error);
  }
  EXPECT_EQ(text, "a\n  b\n  c");
}

TEST(Describe, AdmitsAnUnknownCause) { EXPECT_EQ(description_of(7), "loading workload 'week-2'\n  unknown exception"); }

}  // namespace
}  // namespace faasconf::sim
