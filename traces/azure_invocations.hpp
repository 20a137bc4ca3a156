#pragma once
// One function's minute counts from a file of the Azure Functions 2019 data set: the original schema
// (HashOwner,HashApp,HashFunction,Trigger,1..1440; a file is one day) or a series extract (HashFunction,day,1..1440).
// Streams line by line; memory does not grow with the file.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "traces/trace.hpp"

namespace faasconf::traces {

// What one row says: a function's day.
struct FunctionDay {
  std::string owner;                  // empty in a series extract
  std::string app;                    // empty in a series extract
  std::string function;               // HashFunction
  std::string trigger;                // empty in a series extract
  std::optional<int> day;             // from 1; absent in the original schema, where the file is the day
  std::size_t row = 0;                // from 1, the header not counted: line row + 1 of the file
  std::vector<std::uint32_t> counts;  // counts[m]: invocations in [m, m + 1) minutes of the day; column m + 1
};

// A row, from 1, or the beginning of a HashFunction that no other function in the file has.
using FunctionKey = std::variant<std::size_t, std::string>;

// Up to 9 digits are a row, all else is a HashFunction or its beginning.
FunctionKey parse_function_key(std::string_view text);

// Finds one row. A series extract needs the day as well where a function has several; the original schema takes none.
// The columns of every row are counted, the numbers of the chosen one alone are read: a fault in another function's
// counts does no harm here. CRLF, a byte-order mark and a missing last newline are fine. Throws sim::Error.
FunctionDay read_function_day(const std::string& path, const FunctionKey& key, std::optional<int> day = std::nullopt);

// The same from a stream; `path` is for messages.
FunctionDay read_function_day(std::istream& in, const std::string& path, const FunctionKey& key,
                              std::optional<int> day = std::nullopt);

}  // namespace faasconf::traces
