#pragma once
// What readers do with unusable rows, and their report.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faasconf::traces {

enum class OnBadRow : std::uint8_t {
  error,  // throws sim::Error
  skip,   // leaves the row out
  fix,    // mends it, as Fault says; leaves it out where nothing can be mended
};
OnBadRow parse_on_bad_row(std::string_view text);  // "error", "skip", "fix"; throws sim::Error
std::string_view name_of(OnBadRow how);

// What may be wrong with a row; and below, remarkable and never an error by itself.
enum class Fault : std::uint8_t {
  width,           // fewer or more columns than the header names, or quotes that do not enclose whole fields; mended:
                   // missing columns are 0, surplus ones are dropped, a row with such quotes is left out
  not_a_number,    // nor a whole one where it counts; mended: 0; a call of 2021 is left out
  overflow,        // a number beyond its type; mended: the largest count, else 0; a call of 2021 is left out
  negative_count,  // mended: 0
  negative_duration,      // mended: 0
  negative_memory,        // mended: 0
  unordered_percentiles,  // mended: sorted

  zero_duration,     // an average or a minimum of 0: shorter than the data resolve
  unknown_trigger,   // read as "others"
  trigger_differs,   // from that of the function's rows before: the last one that is not "others" is kept
  duplicate_key,     // a function or app that came before in the same file, or on the same day
  count_differs,     // a function's minutes do not sum to the Count of its durations
  no_duration,       // a function that is in no file of durations, though there are such files
  no_memory,         // an app that is in no file of memory, though there are such files
  unknown_function,  // durations of a function that is never called: left out
  no_samples,        // a row of percentiles whose count is 0 and whose other cells are blank: left out
  unknown_app,       // memory of an app whose functions are never called: left out
  negative_start,    // 2021: end - duration is below 0, taken as 0; or a date before the first midnight, left out
  out_of_order,      // 2021: starts before the row above it does
};
inline constexpr std::size_t kFaults = 19;
std::string_view fault_name(Fault fault);  // "negative count"

struct ReadReport {
  struct Entry {
    std::uint64_t count = 0;
    std::string first{};  // where it was met first: file, line, column
  };

  std::uint64_t rows = 0;     // read, with those dropped and without headers
  std::uint64_t dropped = 0;  // rows that were left out
  std::uint64_t mended = 0;   // rows that were changed
  std::array<Entry, kFaults> faults{};
  std::vector<std::string> notes{};  // sentences about the files as a whole

  const Entry& of(Fault fault) const { return faults[static_cast<std::size_t>(fault)]; }
  void note(Fault fault, const std::string& where, std::uint64_t count = 1);
  ReadReport& operator+=(const ReadReport& other);
};

}  // namespace faasconf::traces
