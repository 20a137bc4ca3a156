#include "traces/azure_invocations.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <istream>
#include <limits>
#include <set>
#include <system_error>

#include "sim/core/error.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;

constexpr std::size_t kMostRowDigits = 9;
constexpr int kLastDay = 9999;

// What came, for a message: cut when long, bytes that do not print as \x1b.
std::string quoted(std::string_view text) {
  constexpr std::size_t most = 72;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      result += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
    } else {
      result += c;
    }
  }
  return result + (text.size() > most ? "...\"" : "\"");
}

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A text's lines, one at a time, without their ends and the byte-order mark.
class Lines {
 public:
  Lines(std::istream& in, const std::string& path) : in_(in), path_(path) {}

  std::string_view text() const { return text_; }
  std::size_t number() const { return number_; }  // from 1
  std::string where() const { return path_ + ":" + std::to_string(number_) + ": "; }

  bool next() {
    if (in_.eof()) return false;
    ++number_;
    in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (in_.bad()) throw Error(where() + "cannot be read");
    const auto read = static_cast<std::size_t>(in_.gcount());
    if (in_.fail() && !in_.eof()) {
      throw Error(where() + "expected a line shorter than " + std::to_string(buffer_.size()) +
                  " bytes, got a longer one");
    }
    if (in_.eof() && read == 0) return false;
    // the newline counts as read, though it is not stored
    text_ = std::string_view(buffer_.data(), in_.eof() ? read : read - 1);
    if (number_ == 1 && text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
    if (text_.ends_with('\r')) text_.remove_suffix(1);
    return true;
  }

 private:
  std::istream& in_;
  const std::string& path_;
  std::array<char, 65536> buffer_;  // 1440 counts of ten digits and three hashes need a quarter
  std::string_view text_;
  std::size_t number_ = 0;
};

void split(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (std::size_t comma = line.find(','); comma != line.npos; comma = line.find(',')) {
    fields.push_back(line.substr(0, comma));
    line.remove_prefix(comma + 1);
  }
  fields.push_back(line);
}

enum class Schema { kInvocations, kSeries };

constexpr std::array<std::string_view, 4> kInvocationKeys{"HashOwner", "HashApp", "HashFunction", "Trigger"};
constexpr std::array<std::string_view, 2> kSeriesKeys{"HashFunction", "day"};

std::size_t keys_of(Schema schema) {
  return schema == Schema::kInvocations ? kInvocationKeys.size() : kSeriesKeys.size();
}
std::size_t hash_column(Schema schema) { return schema == Schema::kInvocations ? 2 : 0; }

std::string column_name(Schema schema, std::size_t column) {
  if (column >= keys_of(schema)) return std::to_string(column - keys_of(schema) + 1);
  return std::string(schema == Schema::kInvocations ? kInvocationKeys[column] : kSeriesKeys[column]);
}

void check_width(const Lines& lines, Schema schema, const std::vector<std::string_view>& fields) {
  const std::size_t expected = keys_of(schema) + kMinutesPerDay;
  if (fields.size() == expected) return;
  throw Error(lines.where() + "expected " + std::to_string(expected) + " columns, got " +
              std::to_string(fields.size()));
}

Schema read_header(Lines& lines, std::vector<std::string_view>& fields) {
  if (!lines.next()) throw Error(lines.where() + "expected a header, got an empty file");
  split(lines.text(), fields);

  // the first column tells the schema
  if (fields[0] != kInvocationKeys[0] && fields[0] != kSeriesKeys[0]) {
    throw Error(lines.where() + R"(column 1: expected "HashOwner" or "HashFunction", got )" + quoted(fields[0]));
  }
  const Schema schema = fields[0] == kInvocationKeys[0] ? Schema::kInvocations : Schema::kSeries;

  // then each name must be right
  const std::size_t columns = std::min(fields.size(), keys_of(schema) + kMinutesPerDay);
  for (std::size_t i = 0; i < columns; ++i) {
    const std::string expected = column_name(schema, i);
    if (fields[i] == expected) continue;
    throw Error(lines.where() + "column " + std::to_string(i + 1) + ": expected " + quoted(expected) + ", got " +
                quoted(fields[i]));
  }
  check_width(lines, schema, fields);
  return schema;
}

bool matches(const FunctionKey& key, std::size_t row, std::string_view hash) {
  if (const auto* wanted = std::get_if<std::size_t>(&key)) return *wanted == row;
  return hash.starts_with(std::get<std::string>(key));
}

// Whose row it is, without the counts.
FunctionDay read_keys(const Lines& lines, Schema schema, std::size_t row, const std::vector<std::string_view>& fields) {
  FunctionDay result;
  result.row = row;
  result.function = fields[hash_column(schema)];
  if (schema == Schema::kInvocations) {
    result.owner = fields[0];
    result.app = fields[1];
    result.trigger = fields[3];
    return result;
  }
  result.day = parse_integer<int>(fields[1]);
  if (!result.day || *result.day < 1 || *result.day > kLastDay) {
    throw Error(lines.where() + "day: expected an integer from 1 to " + std::to_string(kLastDay) + ", got " +
                quoted(fields[1]));
  }
  return result;
}

std::vector<std::uint32_t> read_counts(const Lines& lines, Schema schema, const std::vector<std::string_view>& fields) {
  std::vector<std::uint32_t> counts;
  counts.reserve(kMinutesPerDay);
  for (std::size_t i = keys_of(schema); i < fields.size(); ++i) {
    const auto count = parse_integer<std::uint32_t>(fields[i]);
    if (!count) {
      throw Error(lines.where() + "column " + std::to_string(i + 1) + " (minute " + column_name(schema, i) +
                  "): expected an integer from 0 to " + std::to_string(std::numeric_limits<std::uint32_t>::max()) +
                  ", got " + quoted(fields[i]));
    }
    counts.push_back(*count);
  }
  return counts;
}

// There was a matching row before this one: it must be the same function's, on another day.
void check_second(const Lines& lines, const FunctionKey& key, const FunctionDay& first, const FunctionDay& second) {
  if (second.function != first.function) {
    throw Error(lines.where() + "HashFunction: expected one function to begin with " +
                quoted(std::get<std::string>(key)) + ", got " + quoted(second.function) + " after " +
                quoted(first.function) + " in line " + std::to_string(first.row + 1));
  }
}

std::string list(const std::set<int>& numbers) {
  std::string result;
  for (const int number : numbers) result += (result.empty() ? "" : ", ") + std::to_string(number);
  return result;
}

[[noreturn]] void throw_not_found(const std::string& path, const FunctionKey& key, std::size_t rows) {
  if (const auto* row = std::get_if<std::size_t>(&key)) {
    throw Error(path + ": expected a row from 1 to " + std::to_string(rows) + ", got " + std::to_string(*row));
  }
  throw Error(path + ": HashFunction: expected a function's hash or its beginning, got " +
              quoted(std::get<std::string>(key)) + ", which none of the " + std::to_string(rows) + " rows has");
}

}  // namespace

FunctionKey parse_function_key(std::string_view text) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || (digits && text.find_first_not_of('0') == text.npos)) {
    throw Error("function: expected a row from 1 or the beginning of a HashFunction, got " + quoted(text));
  }
  if (digits && text.size() <= kMostRowDigits) return *parse_integer<std::size_t>(text);
  return std::string(text);
}

FunctionDay read_function_day(const std::string& path, const FunctionKey& key, std::optional<int> day) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(path + ": cannot be opened: " + std::generic_category().message(errno));
  return read_function_day(in, path, key, day);
}

FunctionDay read_function_day(std::istream& in, const std::string& path, const FunctionKey& key,
                              std::optional<int> day) {
  Lines lines(in, path);
  std::vector<std::string_view> fields;
  const Schema schema = read_header(lines, fields);
  if (day && schema == Schema::kInvocations) {
    throw Error(path + ": day: expected none, since this file is one day, got " + std::to_string(*day));
  }

  std::optional<FunctionDay> first;  // the first row of this function
  std::optional<FunctionDay> found;  // the one on this day
  std::set<int> days;                // on which the function has a row
  std::size_t row = 0;
  while (lines.next()) {
    ++row;
    split(lines.text(), fields);
    check_width(lines, schema, fields);
    if (!matches(key, row, fields[hash_column(schema)])) continue;

    FunctionDay candidate = read_keys(lines, schema, row, fields);
    if (!first) first = candidate;
    check_second(lines, key, *first, candidate);
    if (candidate.day) days.insert(*candidate.day);
    if (day && candidate.day != day) continue;
    if (found && candidate.day == found->day) {
      throw Error(lines.where() + "HashFunction: expected one row of function " + quoted(candidate.function) +
                  ", got a second one after line " + std::to_string(found->row + 1) + "; a row's number selects one");
    }
    if (found) continue;
    candidate.counts = read_counts(lines, schema, fields);
    found = std::move(candidate);
  }

  if (!first) throw_not_found(path, key, row);
  if (!found || (!day && days.size() > 1)) {
    throw Error(path + ": day: expected one of " + list(days) + " for function " + quoted(first->function) + ", got " +
                (day ? std::to_string(*day) : "none"));
  }
  return *std::move(found);
}

}  // namespace faasconf::traces
