#include "experiments/config/yaml_difference.hpp"

#include <gtest/gtest.h>

namespace faasconf::experiments::config {
namespace {

std::string between(const std::string& before, const std::string& after) {
  return describe(differences(parse_yaml(before, "a"), parse_yaml(after, "b")));
}

TEST(YamlDifference, IsNoneBetweenTheSameValues) {
  EXPECT_EQ(between("a: 1\nb: [1, 2]\n", "b:\n  - 1\n  - 2\na: 1  # the same\n"), "");
}

TEST(YamlDifference, NamesTheKey) {
  EXPECT_EQ(between("t: {steps: 1, seed: 2}\n", "t: {steps: 1, seed: 3}\n"), "t.seed: 2, now 3");
  EXPECT_EQ(between("l: [1, 2]\n", "l: [1, 3]\n"), "l.1: 2, now 3");
}

TEST(YamlDifference, NamesKeysThatOnlyOneOfThemHas) {
  EXPECT_EQ(between("a: 1\n", "b: 2\n"), "a: 1, now nothing; b: nothing, now 2");
}

TEST(YamlDifference, IsOneWhereAListChangesItsLength) {
  EXPECT_EQ(between("l: [1, 2]\n", "l: [1]\n"), "l: [1, 2], now [1]");
}

TEST(YamlDifference, CountsThoseBeyondASentence) {
  EXPECT_EQ(
      between("{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1}", "{a: 2, b: 2, c: 2, d: 2, e: 2, f: 2, g: 2, h: 2}"),
      "a: 1, now 2; b: 1, now 2; c: 1, now 2; d: 1, now 2; e: 1, now 2; f: 1, now 2; and 2 more");
}

}  // namespace
}  // namespace faasconf::experiments::config
