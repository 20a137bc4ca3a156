#include "traces/azure/azure2019_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/core/error.hpp"
#include "traces/core/trace.hpp"

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
  split();
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
  return 1 + static_cast<std::size_t>(std::ranges::count(lines_.text(), ','));
}

std::size_t Azure2019RowReader::expected_width() const { return keys() + kMinutesPerDay; }

void Azure2019RowReader::throw_width() const {
  throw Error(lines_.where() + "expected " + std::to_string(expected_width()) + " columns, got " +
              std::to_string(width()));
}

void Azure2019RowReader::throw_day() const {
  throw Error(lines_.where() + "day: expected an integer from 1 to " + std::to_string(kLastDay) + ", got " +
              files::quoted(day_text()));
}

void Azure2019RowReader::read_header() {
  if (!lines_.next()) throw Error(lines_.where() + "expected a header, got an empty file");
  const std::vector<std::string_view> names = split_all(lines_.text());

  // the first column identifies the schema
  if (names[0] != kInvocationKeys[0] && names[0] != kSeriesKeys[0]) {
    throw Error(lines_.where() + R"(column 1: expected "HashOwner" or "HashFunction", got )" + files::quoted(names[0]));
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

void Azure2019RowReader::split() {
  const char* begin = lines_.text().data();
  const char* const end = begin + lines_.text().size();
  keys_ = {};
  for (std::size_t i = 0; i < keys(); ++i) {
    const auto* comma = static_cast<const char*>(std::memchr(begin, ',', static_cast<std::size_t>(end - begin)));
    keys_[i] = std::string_view(begin, comma == nullptr ? end : comma);
    begin = comma == nullptr ? end : comma + 1;
    if (comma == nullptr) break;
  }
  cells_ = std::string_view(begin, end);
}

}  // namespace faasconf::traces
