#pragma once
// What people see first of a comparison: a few figures of every case in one table that fits a terminal.

#include <iosfwd>
#include <string>
#include <vector>

namespace faasconf::experiments::results {

inline constexpr std::size_t kMostColumnsOfCases = 4;

struct OverviewFigure {
  std::string title;
  std::string unit{};                // empty: none
  std::vector<std::string> cells{};  // by case, with intervals
  std::vector<std::string> brief{};  // without, for want of room; empty: as they are
};

struct Overview {
  std::string title;  // of the cases
  std::vector<std::string> cases;
  std::vector<OverviewFigure> figures{};  // what matters most first
};

// A column per case; a row per case where there are more than kMostColumnsOfCases or the columns do not fit. Rows that
// do not fit either lose their intervals, then the last figures.
void print_overview(std::ostream& out, const Overview& overview);

}  // namespace faasconf::experiments::results
