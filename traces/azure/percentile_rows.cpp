#include "traces/azure/percentile_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "sim/core/error.hpp"

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

void PercentileRows::split() {
  fields_.clear();
  std::string_view rest = lines_.text();
  for (std::size_t comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
    fields_.push_back(rest.substr(0, comma));
    rest.remove_prefix(comma + 1);
  }
  fields_.push_back(rest);
}

bool PercentileRows::read_row() {
  mended_ = false;
  const std::size_t width = columns_.names.size();
  if (fields_.size() != width) {
    const std::string got = std::to_string(fields_.size()) + " columns";
    if (on_bad_row_ == OnBadRow::error) {
      throw Error(lines_.where() + "expected " + std::to_string(width) + " columns, got " +
                  std::to_string(fields_.size()));
    }
    report_.note(Fault::width, lines_.where() + got);
    if (on_bad_row_ == OnBadRow::skip || fields_.size() < columns_.keys) return false;
    fields_.resize(width, "0");
    mended_ = true;
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

bool PercentileRows::read_number(std::size_t column) {
  const std::string_view text = fields_[column];
  double& number = numbers_[column];
  number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = end == text.data() + text.size();
  if (whole && error == std::errc() && std::isfinite(number) && number >= 0) return true;

  Fault fault = Fault::not_a_number;
  if (whole && error == std::errc::result_out_of_range) fault = Fault::overflow;
  if (whole && error == std::errc() && number < 0) {
    fault = column == columns_.count ? Fault::negative_count : columns_.negative;
  }
  number = 0;
  return bad(fault, column, "a number >= 0");
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
