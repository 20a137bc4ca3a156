#include "experiments/results/text_table.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

namespace faasconf::experiments::results {
namespace {

std::string formatted(double mean, double half_width) { return format_estimate(mean, sim::Interval{mean, half_width}); }

TEST(FormatEstimate, ShowsTwoDigitsOfTheInterval) {
  EXPECT_EQ(formatted(1.23446, 0.01234), "1.234 ± 0.012");
  EXPECT_EQ(formatted(0.5, 0.25), "0.50 ± 0.25");
  EXPECT_EQ(formatted(12.345, 4.567), "12.3 ± 4.6");
}

TEST(FormatEstimate, ShowsWholeNumbersInFull) { EXPECT_EQ(formatted(7123.4, 123.4), "7,123 ± 123"); }

TEST(FormatEstimate, WithoutAnIntervalShowsFourDigits) {
  EXPECT_EQ(format_estimate(1.23456, {}), "1.235");
  EXPECT_EQ(format_estimate(0.0123456, {}), "0.01235");
  EXPECT_EQ(format_estimate(71234.5, {}), "71,234");
  EXPECT_EQ(format_estimate(71234, {}), "71,234");
  EXPECT_EQ(format_estimate(4, {}), "4");
}

TEST(FormatEstimate, LeavesOutAnIntervalWithoutWidth) {
  EXPECT_EQ(formatted(4, 0), "4");
  EXPECT_EQ(formatted(3.51, 1e-16), "3.51");
  EXPECT_EQ(formatted(0, 0), "0");
}

TEST(FormatEstimate, OfATinyNumberHasAPowerOfTen) {
  EXPECT_EQ(formatted(1.234e-7, 1.2e-9), "(1.234 ± 0.012)e-7");
  EXPECT_EQ(format_estimate(1.5e-5, {}), "1.5e-5");
  EXPECT_EQ(formatted(2.5e12, 1e11), "(2.50 ± 0.10)e12");
}

TEST(FormatEstimate, OfAMeanAroundZeroIsSizedByTheInterval) {
  EXPECT_EQ(formatted(-0.0001, 0.02), "0.000 ± 0.020");
  EXPECT_EQ(formatted(0, 2e-6), "(0.0 ± 2.0)e-6");
}

TEST(FormatEstimate, OfNothingIsADash) {
  EXPECT_EQ(format_estimate({}, {}), "-");
  EXPECT_EQ(format_estimate(std::nan(""), {}), "-");
  EXPECT_EQ(format_estimate(std::numeric_limits<double>::infinity(), {}), "inf");
}

TEST(DisplayWidth, CountsWhatATerminalShows) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("größer"), 6u);
  EXPECT_EQ(display_width("1 ± 2"), 5u);
  EXPECT_EQ(display_width("e\u0301"), 1u);  // an accent of its own
  EXPECT_EQ(display_width("関数"), 4u);
  EXPECT_EQ(display_width("\xff\xc3"), 2u);  // not UTF-8: still an answer
}

TEST(TextTable, AlignsUtf8) {
  const TextTable table{{{"name", "a", "b"}, {"", "[s]", ""}}, {{"größer", "1 ± 2", "1"}, {"関数", "10", "200"}}};
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(),
            "name        a    b\n"
            "          [s]\n"
            "------  -----  ---\n"
            "größer  1 ± 2    1\n"
            "関数       10  200\n");
}

TEST(TextTable, IsDividedWhereItIsWiderThanAScreen) {
  const std::string wide(60, 'x');
  const TextTable table{{{"name", wide, wide}}, {{"a", "1", "2"}}};
  EXPECT_EQ(table.width(), 128U);
  std::ostringstream out;
  table.print(out);
  const std::string rule = "----  " + std::string(60, '-') + "\n";
  const std::string space(59, ' ');
  EXPECT_EQ(out.str(), "name  " + wide + "\n" + rule + "a     " + space + "1\n\nname  " + wide + "\n" + rule +
                           "a     " + space + "2\n");
}

TEST(FormatInterval, ShowsTwoDigitsOfItsHalf) {
  EXPECT_EQ(format_interval({1.23456, 1.21, 1.2512}), "1.235 [1.210, 1.251]");
  EXPECT_EQ(format_interval({97.23, 90, 100}), "97.2 [90.0, 100.0]");
  EXPECT_EQ(format_interval({-0.001, -0.2, 0.2}), "0.00 [-0.20, 0.20]");
  EXPECT_EQ(format_interval({1234.5, 1000, 1500}), "1,234 [1,000, 1,500]");
  EXPECT_EQ(format_interval({2.5, 2.5, 2.5}), "2.5");
}

}  // namespace
}  // namespace faasconf::experiments::results
