#include "experiments/results/overview.hpp"

#include <algorithm>
#include <ostream>

#include "experiments/results/screen_text.hpp"
#include "experiments/results/text_table.hpp"

namespace faasconf::experiments::results {
namespace {

constexpr std::size_t kFewestFigures = 3;

std::string in_brackets(const std::string& unit) { return unit.empty() ? "" : "[" + unit + "]"; }

TextTable column_per_case(const Overview& overview) {
  TextTable table;
  table.header = {{overview.title}};
  table.header[0].insert(table.header[0].end(), overview.cases.begin(), overview.cases.end());
  for (const OverviewFigure& figure : overview.figures) {
    table.rows.push_back({figure.title + (figure.unit.empty() ? "" : " ") + in_brackets(figure.unit)});
    table.rows.back().insert(table.rows.back().end(), figure.cells.begin(), figure.cells.end());
  }
  return table;
}

enum class Intervals : bool { no, yes };

TextTable row_per_case(const Overview& overview, std::size_t figures, Intervals intervals) {
  TextTable table{{{overview.title}, {""}}, {}};
  for (const std::string& name : overview.cases) table.rows.push_back({name});
  for (std::size_t f = 0; f < figures; ++f) {
    const OverviewFigure& figure = overview.figures[f];
    const bool brief = intervals == Intervals::no && !figure.brief.empty();
    table.header[0].push_back(figure.title);
    table.header[1].push_back(in_brackets(figure.unit));
    for (std::size_t i = 0; i < overview.cases.size(); ++i) {
      table.rows[i].push_back(brief ? figure.brief[i] : figure.cells[i]);
    }
  }
  return table;
}

TextTable rows_that_fit(const Overview& overview) {
  const std::size_t all = overview.figures.size();
  TextTable table = row_per_case(overview, all, Intervals::yes);
  for (std::size_t figures = all; table.width() > kScreenWidth && figures >= std::min(all, kFewestFigures); --figures) {
    table = row_per_case(overview, figures, Intervals::no);
  }
  return table;
}

}  // namespace

void print_overview(std::ostream& out, const Overview& overview) {
  if (overview.cases.size() <= kMostColumnsOfCases) {
    const TextTable table = column_per_case(overview);
    if (table.width() <= kScreenWidth) return table.print(out);
  }
  rows_that_fit(overview).print(out);
}

}  // namespace faasconf::experiments::results
