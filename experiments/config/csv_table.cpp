#include "experiments/config/csv_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "experiments/config/yaml_reader.hpp"
#include "sim/core/error.hpp"
#include "traces/files/byte_source.hpp"
#include "traces/files/csv_line.hpp"

namespace faasconf::experiments::config {
namespace {

// Cells of a line; quotes around a cell are taken off, and what they hold may have commas.
std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char character : line) {
    if (character == '"') {
      quoted = !quoted;
    } else if (character == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += character;
    }
  }
  for (std::string& cell : cells) cell = files::without_blanks(cell);
  return cells;
}

std::string read_all(const std::string& path) {
  const auto source = files::open_bytes(path);
  std::string text;
  std::string part(1 << 16, '\0');
  while (const std::size_t size = source->read({part.data(), part.size()})) text.append(part, 0, size);
  return text;
}

}  // namespace

CsvTable parse_table(std::string_view text, const std::string& path) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  CsvTable table{.path = path, .header = {}, .rows = {}, .lines = {}};
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = files::without_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || (table.header.empty() && line.starts_with('#'))) continue;
    std::vector<std::string> cells = split(line);
    if (table.header.empty()) {
      if (cells.size() == 1 && line.find_first_of(";\t") != std::string_view::npos) {
        throw sim::Error(path + ":" + std::to_string(number) + ": expected commas between the columns, got " +
                         (line.find(';') == std::string_view::npos ? "tabs" : "semicolons") +
                         "; write the table with commas, and numbers with points");
      }
      table.header = std::move(cells);
      continue;
    }
    if (cells.size() != table.header.size()) {
      throw sim::Error(path + ":" + std::to_string(number) + ": expected " + std::to_string(table.header.size()) +
                       " columns as in the header, got " + std::to_string(cells.size()));
    }
    table.rows.push_back(std::move(cells));
    table.lines.push_back(number);
  }
  if (table.rows.empty()) throw sim::Error(path + ": expected a header line and rows below it, got no rows");
  return table;
}

CsvTable read_table(const std::string& path) { return parse_table(read_all(path), path); }

std::size_t column_named(const CsvTable& table, std::string_view name) {
  const auto first = std::find(table.header.begin(), table.header.end(), name);
  if (first == table.header.end()) {
    throw sim::Error(table.path + ": expected a column " + shown(name) + ", got none" +
                     meant(name, {table.header.begin(), table.header.end()}));
  }
  const auto position = [&](auto column) { return std::to_string(column - table.header.begin() + 1); };
  const auto second = std::find(first + 1, table.header.end(), name);
  if (second != table.header.end()) {
    throw sim::Error(table.path + ": expected one column " + shown(name) + ", got several, at positions " +
                     position(first) + ", " + position(second) + " ...; a position names one of them");
  }
  return static_cast<std::size_t>(first - table.header.begin());
}

double number_at(const CsvTable& table, std::size_t row, std::size_t column) {
  const std::string& cell = table.rows[row][column];
  double number = 0;
  const auto [end, status] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (status == std::errc() && end == cell.data() + cell.size() && std::isfinite(number)) return number;
  throw sim::Error(table.place(row) + ": column " + std::to_string(column + 1) + ", " + shown(table.header[column]) +
                   ": expected a finite number, got " +
                   (cell.empty() ? "nothing; leave such rows out of the table, such as those in which nothing succeeded"
                                 : shown(cell)));
}

}  // namespace faasconf::experiments::config
