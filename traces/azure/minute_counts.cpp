#include "traces/azure/minute_counts.hpp"

#include <algorithm>

#include "sim/core/error.hpp"
#include "traces/core/count_cell.hpp"

namespace faasconf::traces {
namespace {

std::string place(const Azure2019RowReader& rows, std::size_t minute) {
  return rows.lines().where() + "column " + std::to_string(rows.keys() + minute + 1) + " (minute " +
         std::to_string(minute + 1) + "): ";
}

[[noreturn]] void throw_cell(const Azure2019RowReader& rows, std::size_t minute, std::string_view text) {
  throw sim::Error(place(rows, minute) + "expected " + expected_count() + ", got " +
                   (text.empty() ? "nothing" : files::quoted(text)));
}

}  // namespace

bool read_minutes(const Azure2019RowReader& rows, OnBadRow on_bad_row, ReadReport& report,
                  std::vector<MinuteCount>& counts) {
  const std::size_t width = rows.width();
  bool mended = width != rows.expected_width();
  if (mended) {
    if (on_bad_row == OnBadRow::error) rows.throw_width();
    report.note(Fault::width, rows.lines().where() + rows.shape());
    // without all keys the row cannot be attributed
    if (on_bad_row == OnBadRow::skip || width < rows.keys()) return false;
  }

  counts.clear();
  std::string_view rest = rows.cells();
  const std::size_t cells = std::min(width - rows.keys(), kMinutesPerDay);
  for (std::size_t minute = 0; minute < cells; ++minute) {
    const std::string_view text = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    const CountCell cell = read_count(text);
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
