#pragma once
// Rows of keys and numbers: what durations and memory of the 2019 data set have in common. Fields may stand in quotes.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "traces/core/read_report.hpp"
#include "traces/files/byte_source.hpp"
#include "traces/files/line_reader.hpp"

namespace faasconf::traces {

struct PercentileColumns {
  std::span<const std::string_view> names;
  std::size_t keys = 0;   // columns of text, in front
  std::size_t count = 0;  // the column that counts: whole numbers, whose fault is negative_count
  std::size_t first = 0;  // of the percentiles, which go on to the last column
  Fault negative{};       // the fault of any other number below 0
  double most = std::numeric_limits<double>::max();  // of any number but the count
  std::string_view beyond{};                         // what a number above it looks like
};

class PercentileRows {
 public:
  // Reads the header. Throws sim::Error.
  PercentileRows(std::unique_ptr<files::ByteSource> bytes, const std::string& name, const PercentileColumns& columns,
                 OnBadRow on_bad_row);

  bool next();  // false at the end of the file; leaves out rows as the policy says

  std::string_view key(std::size_t column) const { return fields_[column]; }
  double number(std::size_t column) const { return numbers_[column]; }
  std::span<const double> percentiles() const { return std::span(numbers_).subspan(columns_.first); }

  void note(Fault fault, std::size_t column);  // of this row
  const files::LineReader& lines() const { return lines_; }
  const ReadReport& report() const { return report_; }

 private:
  void read_header();
  void split();
  bool read_row();
  bool has_fitting_width();
  bool is_without_samples() const;
  bool read_number(std::size_t column);
  bool bad_number(std::size_t column, bool is_number, double number);
  bool bad(Fault fault, std::size_t column, const std::string& expected);  // whether the row stays, mended

  files::LineReader lines_;
  PercentileColumns columns_;
  OnBadRow on_bad_row_;
  std::optional<std::string> unquoted_;  // a row that had quotes
  std::vector<std::string_view> fields_;
  std::vector<double> numbers_;  // by column; those of keys are 0
  bool quotes_are_broken_ = false;
  bool mended_ = false;
  ReadReport report_;
};

}  // namespace faasconf::traces
