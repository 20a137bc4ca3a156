#include "traces/azure/azure2019_series.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/azure/azure2019_rows.hpp"
#include "traces/azure/minute_counts.hpp"
#include "traces/core/trace.hpp"
#include "traces/files/line_reader.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;

constexpr std::size_t kRowsBetweenProgress = 256;

// Collects the rows of one function or app out of files that are given in the order of days.
class SeriesBuilder {
 public:
  explicit SeriesBuilder(const SeriesRequest& request) : request_(request) {}

  void add(std::unique_ptr<files::ByteSource> bytes, const std::string& name, int day) {
    Azure2019RowReader rows(std::move(bytes), name);
    check_schema(rows.schema(), name, day);
    names_ += (names_.empty() ? "" : ", ") + name;
    days_ = std::max(days_, day);
    for (std::size_t row = 1; rows.next(); ++row) {
      ++rows_;
      ++series_.report.rows;
      if (has_fitting_width(rows) && matches(rows, row)) add_row(rows, day);
      if (row % kRowsBetweenProgress == 0) report_bytes(bytes_before_ + rows.lines().bytes_consumed());
    }
    bytes_before_ += rows.lines().bytes_consumed();
  }

  MinuteSeries finish() {
    if (!found_) throw_not_found();
    if (request_.day && !seen_days_.contains(*request_.day)) {
      throw Error(names_ + ": day: expected one of " + listed_days() + " for " + whose() + ", got " +
                  std::to_string(*request_.day));
    }
    series_.functions = first_lines_.size();
    if (!one_day()) series_.counts.resize(static_cast<std::size_t>(days_) * kMinutesPerDay);
    if (!one_day() && (is_extract_ || days_ > 1)) series_.first_day = 1;
    return std::move(series_);
  }

 private:
  void report_bytes(std::uint64_t bytes) const {
    sim::throw_if_cancelled(request_.go_on);
    if (request_.progress) request_.progress(bytes);
  }

  void check_schema(Azure2019Schema schema, const std::string& name, int day) {
    const bool several = day > 1;
    if (several && (is_extract_ || schema == Azure2019Schema::series)) {
      throw Error(name + ": expected files of one day each, or one series extract alone");
    }
    is_extract_ = schema == Azure2019Schema::series;
    if (is_extract_ && std::holds_alternative<AppKey>(request_.whose)) {
      throw Error(name + ": app: expected a file with a column HashApp, got a series extract");
    }
  }

  // A day that is asked for, or the one of a row in an extract.
  bool one_day() const {
    if (request_.day) return true;
    const auto* key = std::get_if<FunctionKey>(&request_.whose);
    return is_extract_ && key != nullptr && std::holds_alternative<std::size_t>(*key);
  }

  bool matches(const Azure2019RowReader& rows, std::size_t row) const {
    if (const auto* app = std::get_if<AppKey>(&request_.whose)) return rows.app().starts_with(app->hash);
    const auto& key = std::get<FunctionKey>(request_.whose);
    if (const auto* hash = std::get_if<std::string>(&key)) return rows.function().starts_with(*hash);
    // a row's number counts in the first file only; later ones are searched for its function
    const bool first_file = names_.find(", ") == names_.npos;
    if (first_file) return row == std::get<std::size_t>(key);
    return rows.owner() == owner_ && rows.app() == series_.app && rows.function() == series_.function;
  }

  // Whether the row is to be looked at: rows of other functions are not mended, those of the chosen one as they are
  // read.
  bool has_fitting_width(const Azure2019RowReader& rows) {
    if (rows.width() == rows.expected_width()) return true;
    if (request_.on_bad_row == OnBadRow::error) rows.throw_width();
    if (request_.on_bad_row == OnBadRow::fix && rows.width() >= rows.keys()) return true;
    leave_out(Fault::width, rows.lines().where() + rows.shape());
    return false;
  }

  void leave_out(Fault fault, const std::string& where) {
    series_.report.note(fault, where);
    ++series_.report.dropped;
  }

  void add_row(const Azure2019RowReader& rows, int file_day) {
    int day = file_day;
    if (rows.schema() == Azure2019Schema::series) {
      const std::optional<int> own = rows.day();
      if (!own && request_.on_bad_row == OnBadRow::error) rows.throw_day();
      if (!own) return leave_out(Fault::not_a_number, rows.lines().where(2) + files::quoted(rows.day_text()));
      day = *own;
    }
    check_same(rows);
    check_once(rows, day);
    seen_days_.insert(day);
    if (request_.day && *request_.day != day) return;
    add_counts(rows, day);
  }

  // The first row that matches determines whose series it is.
  void check_same(const Azure2019RowReader& rows) {
    const bool is_app = std::holds_alternative<AppKey>(request_.whose);
    if (!found_) {
      found_ = true;
      owner_ = rows.owner();
      series_.app = rows.app();
      if (!is_app) series_.function = rows.function();
      first_line_ = rows.lines().number();
      return;
    }
    const std::string& first = is_app ? series_.app : series_.function;
    const std::string_view second = is_app ? rows.app() : rows.function();
    const bool same = is_app ? second == first && rows.owner() == owner_
                             : second == first && rows.app() == series_.app && rows.owner() == owner_;
    if (same) return;
    throw Error(rows.lines().where() + (is_app ? "HashApp: expected one app" : "HashFunction: expected one function") +
                " to begin with " + files::quoted(wanted()) + ", got " + files::quoted(second) +
                (second == first ? " of another app" : "") + " after " + files::quoted(first) + " in line " +
                std::to_string(first_line_));
  }

  void check_once(const Azure2019RowReader& rows, int day) {
    auto& lines = first_lines_[std::string(rows.function())];
    const auto [before, is_new] = lines.try_emplace(day, rows.lines().number());
    if (is_new) return;
    throw Error(rows.lines().where() + "HashFunction: expected one row of function " + files::quoted(rows.function()) +
                ", got a second one after line " + std::to_string(before->second) + "; a row's number selects one");
  }

  void add_counts(const Azure2019RowReader& rows, int day) {
    if (one_day()) series_.first_day = day;
    days_ = std::max(days_, day);
    const std::size_t before = one_day() ? 0 : static_cast<std::size_t>(day - 1) * kMinutesPerDay;
    series_.counts.resize(std::max(series_.counts.size(), before + kMinutesPerDay));
    if (!read_minutes(rows, request_.on_bad_row, series_.report, row_)) {
      ++series_.report.dropped;
      return;
    }
    for (const MinuteCount& minute : row_) series_.counts[before + minute.minute] += minute.count;
  }

  std::string wanted() const {
    if (const auto* app = std::get_if<AppKey>(&request_.whose)) return app->hash;
    const auto& key = std::get<FunctionKey>(request_.whose);
    return std::holds_alternative<std::string>(key) ? std::get<std::string>(key) : series_.function;
  }

  std::string whose() const {
    return series_.function.empty() ? "app " + files::quoted(series_.app)
                                    : "function " + files::quoted(series_.function);
  }

  std::string listed_days() const {
    std::string result;
    for (const int day : seen_days_) result += (result.empty() ? "" : ", ") + std::to_string(day);
    return result;
  }

  [[noreturn]] void throw_not_found() const {
    const std::string rows = std::to_string(rows_) + " rows has";
    if (const auto* app = std::get_if<AppKey>(&request_.whose)) {
      throw Error(names_ + ": HashApp: expected an app's hash or its beginning, got " + files::quoted(app->hash) +
                  ", which none of the " + rows);
    }
    const auto& key = std::get<FunctionKey>(request_.whose);
    if (const auto* row = std::get_if<std::size_t>(&key)) {
      throw Error(names_ + ": expected a row from 1 to " + std::to_string(rows_) + ", got " + std::to_string(*row));
    }
    throw Error(names_ + ": HashFunction: expected a function's hash or its beginning, got " +
                files::quoted(std::get<std::string>(key)) + ", which none of the " + rows);
  }

  const SeriesRequest& request_;
  MinuteSeries series_;
  std::string owner_;
  std::string names_;
  bool is_extract_ = false;
  bool found_ = false;
  std::uint64_t first_line_ = 0;  // of the first row that matches
  std::size_t rows_ = 0;
  std::uint64_t bytes_before_ = 0;  // of files that were read
  int days_ = 1;
  std::set<int> seen_days_;
  std::map<std::string, std::map<int, std::uint64_t>> first_lines_;  // by function and day
  std::vector<MinuteCount> row_;
};

}  // namespace

MinuteSeries read_series(const std::vector<std::string>& paths, const SeriesRequest& request) {
  if (paths.empty()) throw Error("expected at least one file of invocations, got none");
  SeriesBuilder builder(request);
  int day = 0;
  for (const std::string& path : paths) builder.add(files::open_bytes(path), path, ++day);
  return builder.finish();
}

MinuteSeries read_series(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                         const SeriesRequest& request) {
  SeriesBuilder builder(request);
  builder.add(std::move(bytes), name, 1);
  return builder.finish();
}

}  // namespace faasconf::traces
