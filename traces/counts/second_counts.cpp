#include "traces/counts/second_counts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/core/call_clock.hpp"
#include "traces/core/count_cell.hpp"
#include "traces/core/key_set.hpp"
#include "traces/core/limits.hpp"
#include "traces/files/csv_line.hpp"
#include "traces/files/line_reader.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;

constexpr std::string_view kHeader = "second,function,count";
constexpr std::array<std::string_view, 3> kColumns = {"second", "function", "count"};
constexpr std::uint64_t kRowsBetweenProgress = 4096;
constexpr unsigned kSecondBits = 30;  // 9999 days have fewer seconds

struct Fields {
  std::array<std::string_view, 3> cells;
};

std::optional<Fields> split(std::string_view row) {
  const std::size_t first = row.find(',');
  const std::size_t second = first == row.npos ? first : row.find(',', first + 1);
  if (second == row.npos || row.find(',', second + 1) != row.npos) return std::nullopt;
  return Fields{{row.substr(0, first), row.substr(first + 1, second - first - 1), row.substr(second + 1)}};
}

// One number for each second of each function, whose low bits are well mixed.
std::uint64_t key_of_second(std::size_t function, std::uint64_t second) {
  std::uint64_t key = std::uint64_t{function} << kSecondBits | second;
  key = (key ^ key >> 32) * 0x9e3779b97f4a7c15;
  return key ^ key >> 32;
}

class Reader {
 public:
  Reader(std::unique_ptr<files::ByteSource> bytes, const std::string& name, const ReadPolicy& policy)
      : lines_(std::move(bytes), name), policy_(policy) {}

  SecondCounts run() {
    read_header();
    result_.report.notes.emplace_back("counts per second are added up by minutes");
    while (lines_.next()) {
      if (++result_.report.rows % kRowsBetweenProgress == 0) report_progress();
      if (!read_row()) ++result_.report.dropped;
    }
    report_progress();
    result_.trace.days = last_minute_ / static_cast<std::uint32_t>(kMinutesPerDay) + 1;
    if (const auto midnight = clock_.midnight()) {
      result_.report.notes.push_back("minutes are counted from " + *midnight + ", the midnight before the first row");
    }
    return std::move(result_);
  }

 private:
  void read_header() {
    if (!lines_.next()) throw Error(lines_.where() + "expected a header, got an empty file");
    if (files::without_quotes(lines_.text()) == kHeader) return;
    throw Error(lines_.where() + "expected the header " + std::string(kHeader) + ", got " +
                files::quoted(lines_.text()));
  }

  void report_progress() const {
    sim::throw_if_cancelled(policy_.go_on);
    if (policy_.progress) policy_.progress(lines_.bytes_consumed());
  }

  // Whether it counts.
  bool read_row() {
    const std::optional<std::string> row = files::without_quotes(lines_.text());
    const std::optional<Fields> fields = row ? split(*row) : std::nullopt;
    if (!fields) return refuse(Fault::width, lines_.where(), "3 columns", files::quoted(lines_.text()));
    const auto& [second, function, count] = fields->cells;
    if (files::without_blanks(function).empty()) return refuse_cell(Fault::width, 1, "a name", function);
    CountCell calls = read_count(count);
    if (calls.fault && !refuse_cell(*calls.fault, 2, expected_count(), count)) return false;
    const std::optional<std::uint64_t> at = read_second(second);
    if (!at) return false;
    if (calls.fault) ++result_.report.mended;
    return add(std::string(function), *at, calls.count);
  }

  std::optional<std::uint64_t> read_second(std::string_view cell) {
    const CallClock::Reading reading = clock_.read(cell);
    if (reading.fault) return refuse_second(*reading.fault, clock_.expected(cell), cell);
    if (reading.seconds != std::trunc(reading.seconds)) {
      return refuse_second(Fault::not_a_number, "a whole second", cell);
    }
    const double since_midnight = clock_.since_midnight(reading.seconds);
    if (since_midnight < 0) return refuse_second(Fault::overflow, "a second from " + beginning() + " on", cell);
    if (since_midnight > CallClock::kLatest_s) {
      return refuse_second(Fault::overflow, "a second within 9999 days from " + beginning() + " on", cell);
    }
    return static_cast<std::uint64_t>(since_midnight);
  }

  std::string beginning() const {
    const std::optional<std::string> midnight = clock_.midnight();
    return midnight ? *midnight + ", the midnight before the first row," : "0";
  }

  bool add(const std::string& name, std::uint64_t second, std::uint32_t calls) {
    auto& functions = result_.trace.functions;
    const auto [found, is_new] = numbers_.try_emplace(name, functions.size());
    if (is_new) {
      if (functions.size() == kMostFunctions) {
        throw Error(lines_.where() + "expected at most " + std::to_string(kMostFunctions) + " functions, got more");
      }
      functions.push_back({.owner = "", .app = name, .function = name});
    }
    if (!seen_.insert(key_of_second(found->second, second)) && !take_duplicate(name)) return false;
    const auto minute = static_cast<std::uint32_t>(second / 60);
    last_minute_ = std::max(last_minute_, minute);
    if (add_calls(functions[found->second].counts, minute, calls)) return true;
    result_.report.note(Fault::overflow, lines_.where() + "sum of the minute");
    return true;
  }

  bool take_duplicate(const std::string& name) {
    if (policy_.on_duplicate == OnDuplicate::error) {
      throw Error(lines_.where() + "expected each second of a function once, got " + files::quoted(name) + " again");
    }
    result_.report.note(Fault::duplicate_key, lines_.where() + name);
    return policy_.on_duplicate == OnDuplicate::sum;
  }

  // Whether the row stays, mended.
  bool refuse_cell(Fault fault, std::size_t column, const std::string& expected, std::string_view got) {
    refuse(fault, lines_.where(column + 1) + std::string(kColumns[column]) + ": ", expected,
           got.empty() ? "nothing" : files::quoted(got));
    return column == 2 && policy_.on_bad_row == OnBadRow::fix;
  }

  std::optional<std::uint64_t> refuse_second(Fault fault, const std::string& expected, std::string_view got) {
    refuse_cell(fault, 0, expected, got);
    return std::nullopt;
  }

  bool refuse(Fault fault, const std::string& where, const std::string& expected, const std::string& got) {
    if (policy_.on_bad_row == OnBadRow::error) throw Error(where + "expected " + expected + ", got " + got);
    result_.report.note(fault, where + got);
    return false;
  }

  files::LineReader lines_;
  const ReadPolicy& policy_;
  CallClock clock_;
  SecondCounts result_;
  std::unordered_map<std::string, std::size_t> numbers_;  // of functions, by name
  KeySet seen_;
  std::uint32_t last_minute_ = 0;
};

}  // namespace

SecondCounts read_second_counts(const std::string& path, const ReadPolicy& policy) {
  return read_second_counts(files::open_bytes(path), path, policy);
}

SecondCounts read_second_counts(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                                const ReadPolicy& policy) {
  return Reader(std::move(bytes), name, policy).run();
}

}  // namespace faasconf::traces
