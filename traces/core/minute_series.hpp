#pragma once
// The minute counts of one function, or of all functions of one app, over one or several days.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/core/go_on.hpp"
#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

// A row, from 1, or the beginning of a HashFunction that no other function in the files has.
using FunctionKey = std::variant<std::size_t, std::string>;

// The beginning of a HashApp that no other app in the files has.
struct AppKey {
  std::string hash;
};

// Up to 9 digits are a row, all else is a HashFunction or its beginning.
FunctionKey parse_function_key(std::string_view text);

struct SeriesRequest {
  std::variant<FunctionKey, AppKey> whose;
  std::optional<int> day = std::nullopt;  // from 1: this one alone
  OnBadRow on_bad_row = OnBadRow::error;
  std::function<void(std::uint64_t)> progress{};  // called now and then with the bytes of all files read so far; of a
                                                  // store, with its functions
  sim::GoOn go_on{};                              // no: reading ends with sim::Cancelled
};

struct MinuteSeries {
  std::string function;               // HashFunction; empty for an app
  std::string app;                    // HashApp; empty in a series extract
  std::size_t functions = 1;          // whose counts are summed
  std::optional<int> first_day;       // from 1; absent for one file of the original schema, which has no day
  std::vector<std::uint64_t> counts;  // counts[m]: calls in [m, m + 1) minutes since midnight of the first day
  ReadReport report{};                // of the rows' widths, and of the numbers of the chosen rows

  std::size_t days() const;
};

// Out of a trace, whose name is for messages. A row is the function's place, from 1. Throws sim::Error; so too where
// several functions or apps have this beginning.
MinuteSeries read_series(const Trace& trace, const std::string& name, const SeriesRequest& request);

// The same of functions that come one after the other; `days` of them in all.
class SeriesOfFunctions {
 public:
  // Refers to the request.
  SeriesOfFunctions(std::string name, std::uint32_t days, const SeriesRequest& request);

  void add(const TraceFunction& function);
  MinuteSeries finish();

 private:
  bool is_app() const { return std::holds_alternative<AppKey>(request_.whose); }
  bool matches(const TraceFunction& function) const;
  void check_same(const TraceFunction& function);
  std::string wanted() const;
  [[noreturn]] void throw_not_found() const;

  std::string name_;
  const SeriesRequest& request_;
  MinuteSeries series_;
  std::string owner_;
  std::size_t seen_ = 0;
};

}  // namespace faasconf::traces
