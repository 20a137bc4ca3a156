#pragma once
// The minute counts of one function, or of all functions of one app, over one or several days, from files of the Azure
// Functions 2019 data set: the original schema (HashOwner,HashApp,HashFunction,Trigger,1..1440; a file is one day) or a
// series extract (HashFunction,day,1..1440). Streams; memory does not grow with the files.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "traces/byte_source.hpp"
#include "traces/read_report.hpp"

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
};

struct MinuteSeries {
  std::string function;               // HashFunction; empty for an app
  std::string app;                    // HashApp; empty in a series extract
  std::size_t functions = 1;          // whose counts are summed
  std::optional<int> first_day;       // from 1; absent for one file of the original schema, which tells no day
  std::vector<std::uint64_t> counts;  // counts[m]: calls in [m, m + 1) minutes since midnight of the first day
  ReadReport report{};                // of the rows' widths, and of the numbers of the chosen rows

  std::size_t days() const;
};

// One path a day, in the order of days, or one series extract. A day without a row is a day of zeros. The columns of
// every row are counted, the numbers of the chosen ones alone are read: a fault in another function's counts does no
// harm here. A row that is left out is a day of zeros. Throws sim::Error; so too where the function has two rows for
// one day.
MinuteSeries read_series(const std::vector<std::string>& paths, const SeriesRequest& request);

// The same of one file from bytes, of which `name` is for messages.
MinuteSeries read_series(std::unique_ptr<ByteSource> bytes, const std::string& name, const SeriesRequest& request);

}  // namespace faasconf::traces
