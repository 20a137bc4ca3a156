#include "traces/azure/minute_counts.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "sim/core/error.hpp"

namespace faasconf::traces {
namespace {

constexpr std::uint32_t kLargest = std::numeric_limits<std::uint32_t>::max();

struct Cell {
  std::uint32_t count = 0;  // mended, where there is a fault
  std::optional<Fault> fault;
};

Cell read_cell(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error == std::errc::invalid_argument || end != digits.data() + digits.size()) {
    return {.fault = Fault::not_a_number};
  }
  if (negative) return {.fault = Fault::negative_count};
  if (error == std::errc::result_out_of_range) return {.count = kLargest, .fault = Fault::overflow};
  return {.count = count, .fault = std::nullopt};
}

std::string place(const Azure2019RowReader& rows, std::size_t minute) {
  return rows.lines().where() + "column " + std::to_string(rows.keys() + minute + 1) + " (minute " +
         std::to_string(minute + 1) + "): ";
}

[[noreturn]] void throw_cell(const Azure2019RowReader& rows, std::size_t minute, std::string_view text) {
  throw sim::Error(place(rows, minute) + "expected an integer from 0 to " + std::to_string(kLargest) + ", got " +
                   files::quoted(text));
}

}  // namespace

bool read_minutes(const Azure2019RowReader& rows, OnBadRow on_bad_row, ReadReport& report,
                  std::vector<MinuteCount>& counts) {
  const std::size_t width = rows.width();
  bool mended = width != rows.expected_width();
  if (mended) {
    if (on_bad_row == OnBadRow::error) rows.throw_width();
    report.note(Fault::width, rows.lines().where() + std::to_string(width) + " columns");
    // without all keys the row cannot be attributed
    if (on_bad_row == OnBadRow::skip || width < rows.keys()) return false;
  }

  counts.clear();
  std::string_view rest = rows.cells();
  const std::size_t cells = std::min(width - rows.keys(), kMinutesPerDay);
  for (std::size_t minute = 0; minute < cells; ++minute) {
    const std::string_view text = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    const Cell cell = read_cell(text);
    if (cell.fault) {
      if (on_bad_row == OnBadRow::error) throw_cell(rows, minute, text);
      report.note(*cell.fault, place(rows, minute) + files::quoted(text));
      if (on_bad_row == OnBadRow::skip) return false;
      mended = true;
    }
    if (cell.count != 0) counts.push_back({.minute = static_cast<std::uint32_t>(minute), .count = cell.count});
  }
  if (mended) ++report.mended;
  return true;
}

}  // namespace faasconf::traces
