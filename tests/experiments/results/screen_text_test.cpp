#include "experiments/results/screen_text.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "experiments/results/text_table.hpp"

namespace faasconf::experiments::results {
namespace {

TEST(Wrapped, BreaksLinesAtSpacesWithinAScreen) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "größer ";
  const std::string lines = wrapped(text, 4);
  std::istringstream stream(lines);
  std::size_t count = 0;
  for (std::string line; std::getline(stream, line); ++count) {
    EXPECT_LE(display_width(line), kScreenWidth);
    EXPECT_EQ(line.starts_with("    "), count > 0);
  }
  EXPECT_EQ(count, 5U);
}

TEST(Wrapped, LeavesWhatFitsAndWordsThatDoNot) {
  EXPECT_EQ(wrapped("short enough"), "short enough");
  EXPECT_EQ(wrapped(""), "");
  EXPECT_EQ(wrapped("a " + std::string(200, 'b')), "a\n  " + std::string(200, 'b'));
}

TEST(Paint, EmphasisesOnlyWhereItIsOn) {
  EXPECT_EQ(Paint().bold("x"), "x");
  EXPECT_EQ(Paint(true).bold("x"), "\x1b[1mx\x1b[0m");
  EXPECT_EQ(Paint(false).verdict(Verdict::broken, "x"), "x");
  EXPECT_EQ(Paint(true).verdict(Verdict::broken, "x"), "\x1b[1;31mx\x1b[0m");
  EXPECT_EQ(display_width(Paint(true).bold("x")), 1U);
}

}  // namespace
}  // namespace faasconf::experiments::results
