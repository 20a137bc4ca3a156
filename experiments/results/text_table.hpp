#pragma once
// Tables for a terminal, and numbers with as many digits as their precision justifies.

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::results {

// Columns that a terminal uses for UTF-8 text; its escape codes for emphasis use none.
std::size_t display_width(std::string_view text);

// The first column to the left, the others to the right, two spaces between them, a rule under the header.
struct TextTable {
  std::vector<std::vector<std::string>> header;  // lines; each as long as the rows
  std::vector<std::vector<std::string>> rows;

  std::size_t width() const;  // columns of a terminal
  // What is wider than a screen is divided into several tables, each with the first column.
  void print(std::ostream& out) const;
};

// "1.234 ± 0.012": two digits of the half-width, and as many decimals of the mean. Without an interval, or with one too
// narrow to matter: "1.234", four digits without trailing zeros, whole numbers in full. Thousands are
// separated: "1,234". "-" when there is no mean.
std::string format_estimate(std::optional<double> mean, const std::optional<sim::Interval>& interval);
// "1.234 [1.210, 1.251]": as many decimals as show two digits of the interval's half.
std::string format_interval(const sim::AsymmetricInterval& interval);

}  // namespace faasconf::experiments::results
