#pragma once
// A CSV file of numbers and words with a header line, as measurements come: columns by name or by position, since some
// headers repeat names. Comments, lines that begin with #, may stand above the header. Gzip, zstd and xz are read as
// they are.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faasconf::experiments::config {

struct CsvTable {
  std::string path;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
  std::vector<std::size_t> lines;              // of the rows, from 1

  std::string place(std::size_t row) const { return path + ":" + std::to_string(lines[row]); }
};

// Throws sim::Error: unreadable, empty, a row that is shorter or longer than the header.
CsvTable read_table(const std::string& path);
CsvTable parse_table(std::string_view text, const std::string& path);

// The one column of this name; throws sim::Error where there is none or several.
std::size_t column_named(const CsvTable& table, std::string_view name);

// A finite number; throws sim::Error with file, line and column otherwise.
double number_at(const CsvTable& table, std::size_t row, std::size_t column);

}  // namespace faasconf::experiments::config
