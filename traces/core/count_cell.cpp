#include "traces/core/count_cell.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "traces/files/csv_line.hpp"

namespace faasconf::traces {
namespace {

CountCell read_decimal(std::string_view text) {
  double count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(count);
  if (!is_number || count != std::trunc(count)) return {.fault = Fault::not_a_number};
  if (count < 0) return {.fault = Fault::negative_count};
  if (count > kLargestCount) return {.count = kLargestCount, .fault = Fault::overflow};
  return {.count = static_cast<std::uint32_t>(count)};
}

}  // namespace

CountCell read_count(std::string_view cell) {
  const std::string_view text = files::bare_cell(cell);
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && end == text.data() + text.size()) return {.count = count};
  return read_decimal(text);
}

std::string expected_count() { return "an integer from 0 to " + std::to_string(kLargestCount); }

bool add_calls(std::vector<MinuteCount>& counts, std::uint32_t minute, std::uint32_t calls) {
  if (calls == 0) return true;
  auto place = counts.end();
  while (place != counts.begin() && (place - 1)->minute >= minute) --place;
  if (place == counts.end() || place->minute != minute) {
    counts.insert(place, {.minute = minute, .count = calls});
    return true;
  }
  const std::uint64_t sum = std::uint64_t{place->count} + calls;
  place->count = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, kLargestCount));
  return sum <= kLargestCount;
}

}  // namespace faasconf::traces
