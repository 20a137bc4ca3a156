#pragma once
// What a replay says of itself: a table, JSON, a row a function as CSV.

#include <array>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "traces/core/trace.hpp"
#include "traces/replay/replay.hpp"

namespace faasconf::experiments::cli {

// The replay of a trace, and how it was asked for.
struct ReplayReport {
  std::string name;  // of the trace, as the user gave it
  const traces::Trace& trace;
  const traces::TraceReplay& replay;
  traces::ReplayPrices prices;
  std::string settings;               // "policy fixed, keep-alive 10m, ...": in one line
  bool by_app = false;                // whose the instances are
  std::optional<double> cluster_use;  // share of its cores' time
};

// The share of calls that were cold, of the functions with calls served: quantiles, by the functions' number.
inline constexpr std::array<double, 5> kColdQuantiles = {.25, .50, .75, .90, .99};
struct ColdShares {
  std::size_t functions = 0;  // with calls served
  std::size_t always = 0;     // of these, whose calls were all cold
  std::array<std::optional<double>, kColdQuantiles.size()> quantiles{};
};
ColdShares cold_shares(const traces::TraceReplay& replay);

void print_table(std::ostream& out, const ReplayReport& report);
void print_json(std::ostream& out, const ReplayReport& report, const std::vector<std::string>& files);

// Times in seconds, memory in MiB times seconds; the columns of instances are those of the function or its app, in the
// row of the first of its functions. Written aside and renamed; `comments`: lines above, each beginning with #.
void write_functions(const std::string& path, const ReplayReport& report, const std::string& comments = {});

}  // namespace faasconf::experiments::cli
