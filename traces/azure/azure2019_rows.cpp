#include "traces/azure/azure2019_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/core/error.hpp"
#include "traces/azure/minute_scan.hpp"
#include "traces/core/trace.hpp"
#include "traces/files/csv_line.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;

constexpr int kLastDay = 9999;
constexpr std::array<std::string_view, 4> kInvocationKeys{"HashOwner", "HashApp", "HashFunction", "Trigger"};
constexpr std::array<std::string_view, 2> kSeriesKeys{"HashFunction", "day"};

std::vector<std::string_view> split_all(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t comma = line.find(','); comma != line.npos; comma = line.find(',')) {
    fields.push_back(line.substr(0, comma));
    line.remove_prefix(comma + 1);
  }
  fields.push_back(line);
  return fields;
}

std::string column_name(Azure2019Schema schema, std::size_t column) {
  const bool series = schema == Azure2019Schema::series;
  const std::size_t keys = series ? kSeriesKeys.size() : kInvocationKeys.size();
  if (column >= keys) return std::to_string(column - keys + 1);
  return std::string(series ? kSeriesKeys[column] : kInvocationKeys[column]);
}

}  // namespace

Azure2019RowReader::Azure2019RowReader(std::unique_ptr<files::ByteSource> bytes, const std::string& name)
    : lines_(std::move(bytes), name) {
  read_header();
}

bool Azure2019RowReader::next() {
  if (!lines_.next()) return false;
  if (!split(lines_.text())) split_unquoted();
  return true;
}

std::optional<int> Azure2019RowReader::day() const {
  const std::string_view text = day_text();
  int day = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), day);
  if (error != std::errc() || end != text.data() + text.size() || day < 1 || day > kLastDay) return std::nullopt;
  return day;
}

std::size_t Azure2019RowReader::width() const {
  if (quotes_are_broken_) return 0;
  return 1 + static_cast<std::size_t>(std::ranges::count(row_, ','));
}

std::string Azure2019RowReader::shape() const {
  if (quotes_are_broken_) return "quotes that do not enclose whole fields without commas";
  if (row_.empty()) return "a blank line";
  return std::to_string(width()) + " columns";
}

std::size_t Azure2019RowReader::expected_width() const { return keys() + kMinutesPerDay; }

void Azure2019RowReader::throw_width() const {
  const bool has_columns = width() > 0 && !row_.empty();
  throw Error(lines_.where() + "expected " + std::to_string(expected_width()) + " columns, got " +
              (has_columns ? std::to_string(width()) : shape()));
}

void Azure2019RowReader::throw_day() const {
  throw Error(lines_.where() + "day: expected an integer from 1 to " + std::to_string(kLastDay) + ", got " +
              files::quoted(day_text()));
}

void Azure2019RowReader::read_header() {
  if (!lines_.next()) throw Error(lines_.where() + "expected a header, got an empty file");
  const std::optional<std::string> unquoted = files::without_quotes(lines_.text());
  row_ = unquoted ? std::string_view(*unquoted) : lines_.text();
  const std::vector<std::string_view> names = split_all(row_);

  // the first column identifies the schema
  if (names[0] != kInvocationKeys[0] && names[0] != kSeriesKeys[0]) {
    throw Error(lines_.where() + R"(column 1: expected "HashOwner" or "HashFunction", got )" + files::quoted(names[0]) +
                (names[0].empty() ? ", a column of row numbers: write the file without one" : ""));
  }
  schema_ = names[0] == kSeriesKeys[0] ? Azure2019Schema::series : Azure2019Schema::invocations;

  // then each name must be right
  for (std::size_t i = 0; i < std::min(names.size(), expected_width()); ++i) {
    const std::string expected = column_name(schema_, i);
    if (names[i] == expected) continue;
    throw Error(lines_.where(i + 1) + "expected " + files::quoted(expected) + ", got " + files::quoted(names[i]));
  }
  if (names.size() != expected_width()) throw_width();
}

// False where a key stands in quotes.
bool Azure2019RowReader::split(std::string_view row) {
  row_ = row;
  quotes_are_broken_ = false;
  keys_ = {};
  const char* begin = row.data();
  const char* const end = begin + row.size();
  for (std::size_t i = 0; i < keys(); ++i) {
    if (begin != end && *begin == '"') return false;
    const auto* comma = static_cast<const char*>(std::memchr(begin, ',', static_cast<std::size_t>(end - begin)));
    keys_[i] = std::string_view(begin, comma == nullptr ? end : comma);
    begin = comma == nullptr ? end : comma + 1;
    if (comma == nullptr) break;
  }
  cells_ = std::string_view(begin, end);
  return true;
}

void Azure2019RowReader::split_unquoted() {
  const std::optional<std::string> row = files::without_quotes(row_);
  // a key that still begins with a quote had a doubled one: no hash has
  unquoted_ = std::string(kScanRoom, '\n') + row.value_or("") + std::string(kScanRoom, '\n');
  const bool is_split = row && split(std::string_view(unquoted_).substr(kScanRoom, row->size()));
  if (is_split) return;
  quotes_are_broken_ = true;
  keys_ = {};
  cells_ = std::string_view(unquoted_).substr(kScanRoom, 0);
}

}  // namespace faasconf::traces
