#include "traces/azure/azure2021.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/core/call_clock.hpp"
#include "traces/core/limits.hpp"
#include "traces/files/csv_line.hpp"
#include "traces/files/line_reader.hpp"

namespace faasconf::traces {

using sim::Error;

// Numbers of (app, func) pairs, by the text "app,func".
class Azure2021Functions {
 public:
  std::uint32_t find_or_add(std::string_view key, std::size_t comma) {
    if (key == last_key_) return last_;
    auto found = numbers_.find(key);
    if (found == numbers_.end()) {
      if (functions_.size() == kMostFunctions) {
        throw Error("expected at most " + std::to_string(kMostFunctions) + " functions, got more");
      }
      found = numbers_.emplace(std::string(key), static_cast<std::uint32_t>(functions_.size())).first;
      functions_.push_back({std::string(key.substr(0, comma)), std::string(key.substr(comma + 1))});
    }
    last_key_ = found->first;  // keys stay where they are
    last_ = found->second;
    return last_;
  }
  const std::vector<Azure2021Function>& all() const { return functions_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<Azure2021Function> functions_;
  std::string_view last_key_ = std::string_view("\n");  // no line has it
  std::uint32_t last_ = 0;
};

namespace {

constexpr std::string_view kHeader = "app,func,end_timestamp,duration";

struct Fields {
  std::string_view key;   // "app,func"
  std::size_t comma = 0;  // in the key
  std::string_view end;
  std::string_view duration;
};

// The offsets of the three commas; absent where there are fewer or more.
std::optional<Fields> split(std::string_view line) {
  const std::size_t first = line.find(',');
  if (first == line.npos) return std::nullopt;
  const std::size_t second = line.find(',', first + 1);
  if (second == line.npos) return std::nullopt;
  const std::size_t third = line.find(',', second + 1);
  if (third == line.npos || line.find(',', third + 1) != line.npos) return std::nullopt;
  return Fields{.key = line.substr(0, second),
                .comma = first,
                .end = line.substr(second + 1, third - second - 1),
                .duration = line.substr(third + 1)};
}

struct Number {
  double value = 0;
  std::optional<Fault> fault;
};

Number read_duration(std::string_view cell) {
  const std::string_view text = files::without_blanks(cell);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size() || std::isnan(value)) {
    return {.value = 0, .fault = Fault::not_a_number};
  }
  if (error == std::errc::result_out_of_range || std::abs(value) > CallClock::kLatest_s) {
    return {.value = 0, .fault = Fault::overflow};
  }
  return {.value = value, .fault = std::nullopt};
}

}  // namespace

Azure2021Reader::Azure2021Reader(const std::string& path, OnBadRow on_bad_row)
    : Azure2021Reader(files::open_bytes(path), path, on_bad_row) {}

Azure2021Reader::Azure2021Reader(std::unique_ptr<files::ByteSource> bytes, const std::string& name, OnBadRow on_bad_row)
    : lines_(std::make_unique<files::LineReader>(std::move(bytes), name)),
      functions_(std::make_unique<Azure2021Functions>()),
      clock_(std::make_unique<CallClock>()),
      on_bad_row_(on_bad_row) {
  if (!lines_->next()) throw Error(lines_->where() + "expected a header, got an empty file");
  if (files::without_quotes(lines_->text()) != kHeader) {
    throw Error(lines_->where() + "expected the header " + std::string(kHeader) + ", got " +
                files::quoted(lines_->text()));
  }
}

Azure2021Reader::~Azure2021Reader() = default;
Azure2021Reader::Azure2021Reader(Azure2021Reader&&) noexcept = default;

bool Azure2021Reader::next(TraceInvocation& call) {
  while (lines_->next()) {
    ++report_.rows;
    if (read_row(call)) return true;
    ++report_.dropped;
  }
  return false;
}

bool Azure2021Reader::read_row(TraceInvocation& call) {
  std::string_view row = lines_->text();
  if (row.find('"') != row.npos) {
    unquoted_ = files::without_quotes(row).value_or("");
    row = unquoted_;
  }
  const std::optional<Fields> fields = split(row);
  if (!fields) return refuse_width();
  if (!read_numbers(fields->end, fields->duration, call)) return false;
  call.function = functions_->find_or_add(fields->key, fields->comma);
  return true;
}

bool Azure2021Reader::read_numbers(std::string_view end, std::string_view duration, TraceInvocation& call) {
  const CallClock::Reading ended = clock_->read(end);
  const Number took = read_duration(duration);
  if (ended.fault) return refuse(*ended.fault, 3, clock_->expected(end), end);
  if (took.fault) return refuse(*took.fault, 4, "seconds >= 0", duration);
  if (took.value < 0) {
    refuse(Fault::negative_duration, 4, "seconds >= 0", duration);
    if (on_bad_row_ == OnBadRow::skip) return false;
    ++report_.mended;
  }
  call.duration_s = std::max(took.value, 0.0);
  const double start_s = clock_->since_midnight(ended.seconds - call.duration_s);
  if (start_s > CallClock::kLatest_s) {
    return refuse(Fault::overflow, 3, "a time within 9999 days of the first row", end);
  }
  if (start_s < 0 && clock_->midnight()) {
    return refuse(Fault::negative_start, 3,
                  "a call from " + *clock_->midnight() + " on, the midnight before the first one (sort rows by start)",
                  end);
  }
  set_start(call, start_s);
  return true;
}

void Azure2021Reader::set_start(TraceInvocation& call, double start_s) {
  if (report_.notes.empty() && clock_->midnight()) {
    report_.notes.push_back("minutes are counted from " + *clock_->midnight() + ", the midnight before the first call");
  }
  if (start_s < 0) report_.note(Fault::negative_start, lines_->where() + std::to_string(start_s) + " s");
  call.start_s = std::max(start_s, 0.0);
  if (call.start_s < last_start_s_) {
    report_.note(Fault::out_of_order,
                 lines_->where() + std::to_string(call.start_s) + " s after " + std::to_string(last_start_s_) + " s");
  }
  last_start_s_ = call.start_s;
}

bool Azure2021Reader::refuse(Fault fault, std::size_t column, const std::string& expected, std::string_view got) {
  if (on_bad_row_ == OnBadRow::error) {
    throw Error(lines_->where(column) + (column == 3 ? "end_timestamp" : "duration") + ": expected " + expected +
                ", got " + files::quoted(got));
  }
  report_.note(fault, lines_->where(column) + files::quoted(got));
  return false;
}

bool Azure2021Reader::refuse_width() {
  const auto width = static_cast<std::size_t>(std::ranges::count(lines_->text(), ',')) + 1;
  const std::string got = width == 4 ? "quotes that do not enclose whole fields" : std::to_string(width);
  if (on_bad_row_ == OnBadRow::error) throw Error(lines_->where() + "expected 4 columns, got " + got);
  report_.note(Fault::width, lines_->where() + got + (width == 4 ? "" : " columns"));
  return false;
}

const std::vector<Azure2021Function>& Azure2021Reader::functions() const { return functions_->all(); }
std::uint64_t Azure2021Reader::line() const { return lines_->number(); }
std::uint64_t Azure2021Reader::bytes_consumed() const { return lines_->bytes_consumed(); }

}  // namespace faasconf::traces
