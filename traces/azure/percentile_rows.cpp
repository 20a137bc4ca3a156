#include "traces/azure/percentile_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/files/csv_line.hpp"

namespace faasconf::traces {

using sim::Error;

PercentileRows::PercentileRows(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                               const PercentileColumns& columns, OnBadRow on_bad_row)
    : lines_(std::move(bytes), name), columns_(columns), on_bad_row_(on_bad_row), numbers_(columns.names.size()) {
  read_header();
}

bool PercentileRows::next() {
  while (lines_.next()) {
    ++report_.rows;
    split();
    if (read_row()) {
      if (mended_) ++report_.mended;
      return true;
    }
    ++report_.dropped;
  }
  return false;
}

void PercentileRows::note(Fault fault, std::size_t column) {
  report_.note(fault,
               lines_.where(column + 1) + std::string(columns_.names[column]) + " " + files::quoted(fields_[column]));
}

void PercentileRows::read_header() {
  if (!lines_.next()) throw Error(lines_.where() + "expected a header, got an empty file");
  split();
  for (std::size_t i = 0; i < std::min(fields_.size(), columns_.names.size()); ++i) {
    if (fields_[i] == columns_.names[i]) continue;
    throw Error(lines_.where(i + 1) + "expected " + files::quoted(columns_.names[i]) + ", got " +
                files::quoted(fields_[i]));
  }
  if (fields_.size() == columns_.names.size()) return;
  throw Error(lines_.where() + "expected " + std::to_string(columns_.names.size()) + " columns, got " +
              std::to_string(fields_.size()));
}

// A row whose quotes are broken is one field, so of a wrong width.
void PercentileRows::split() {
  fields_.clear();
  quotes_are_broken_ = false;
  std::string_view rest = lines_.text();
  if (rest.find('"') != rest.npos) {
    unquoted_ = files::without_quotes(rest);
    quotes_are_broken_ = !unquoted_;
    if (quotes_are_broken_) return fields_.push_back(rest);
    rest = *unquoted_;
  }
  for (std::size_t comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
    fields_.push_back(rest.substr(0, comma));
    rest.remove_prefix(comma + 1);
  }
  fields_.push_back(rest);
}

bool PercentileRows::read_row() {
  mended_ = false;
  if (!has_fitting_width()) return false;
  const std::size_t width = columns_.names.size();
  if (is_without_samples()) {
    note(Fault::no_samples, columns_.count);
    return false;
  }
  for (std::size_t column = columns_.keys; column < width; ++column) {
    if (!read_number(column)) return false;
  }
  const auto percentiles = std::span(numbers_).subspan(columns_.first);
  const auto disorder = std::ranges::is_sorted_until(percentiles);
  if (disorder == percentiles.end()) return true;
  const auto column = columns_.first + static_cast<std::size_t>(disorder - percentiles.begin());
  if (!bad(Fault::unordered_percentiles, column, "at least the percentile before it")) return false;
  std::ranges::sort(percentiles);
  return true;
}

bool PercentileRows::has_fitting_width() {
  const std::size_t width = columns_.names.size();
  if (fields_.size() == width) return true;
  const std::string got =
      quotes_are_broken_ ? "quotes that do not enclose whole fields without commas" : std::to_string(fields_.size());
  if (on_bad_row_ == OnBadRow::error) {
    throw Error(lines_.where() + "expected " + std::to_string(width) + " columns, got " + got);
  }
  report_.note(Fault::width, lines_.where() + got + (quotes_are_broken_ ? "" : " columns"));
  if (on_bad_row_ == OnBadRow::skip || fields_.size() < columns_.keys) return false;
  fields_.resize(width, "0");
  mended_ = true;
  return true;
}

// Nothing was measured: so tools write it that cannot average no numbers.
bool PercentileRows::is_without_samples() const {
  for (std::size_t column = columns_.keys; column < fields_.size(); ++column) {
    const std::string_view cell = files::without_blanks(fields_[column]);
    const bool is_none = cell.empty() || (column == columns_.count && (cell == "0" || cell == "0.0"));
    if (!is_none) return false;
  }
  return !files::without_blanks(fields_[columns_.count]).empty();
}

bool PercentileRows::read_number(std::size_t column) {
  const std::string_view text = files::without_blanks(fields_[column]);
  double& number = numbers_[column];
  number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = end == text.data() + text.size();
  const bool is_count = column == columns_.count;
  const bool fits = number >= 0 && (is_count ? number == std::trunc(number) : number < columns_.most);
  if (whole && error == std::errc() && std::isfinite(number) && fits) return true;

  if (whole && error == std::errc::result_out_of_range) number = std::numeric_limits<double>::infinity();
  return bad_number(column, whole && error != std::errc::invalid_argument, std::exchange(number, 0));
}

bool PercentileRows::bad_number(std::size_t column, bool is_number, double number) {
  const bool is_count = column == columns_.count;
  Fault fault = Fault::not_a_number;
  if (is_number && number < 0) fault = is_count ? Fault::negative_count : columns_.negative;
  const bool is_beyond = is_number && number > 0 && !is_count && number >= columns_.most;
  if (is_beyond) fault = Fault::overflow;
  const bool says_why = is_beyond && std::isfinite(number) && !columns_.beyond.empty();
  return bad(fault, column,
             is_count   ? "a whole number >= 0"
             : says_why ? std::string(columns_.beyond)
                        : std::string("a number >= 0"));
}

bool PercentileRows::bad(Fault fault, std::size_t column, const std::string& expected) {
  if (on_bad_row_ == OnBadRow::error) {
    throw Error(lines_.where(column + 1) + std::string(columns_.names[column]) + ": expected " + expected + ", got " +
                files::quoted(fields_[column]));
  }
  note(fault, column);
  mended_ = true;
  return on_bad_row_ == OnBadRow::fix;
}

}  // namespace faasconf::traces
