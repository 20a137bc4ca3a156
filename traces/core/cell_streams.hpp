#pragma once
// Random streams of one function, one for each minute: independent of the other functions and minutes of the trace.

#include <cstdint>
#include <string_view>

#include "sim/core/random.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

// The identity of a function as a number: of owner, app and function.
std::uint64_t function_hash(const TraceFunction& function);

// The same of its app: of owner and app.
std::uint64_t app_hash(const TraceFunction& function);

class CellStreams {
 public:
  // Streams for different purposes are independent.
  CellStreams(std::uint64_t seed, std::string_view purpose, const TraceFunction& function);

  sim::Rng whole() const { return streams_.stream("whole"); }  // of the function, not of a minute
  sim::Rng minute(std::uint64_t minute) const { return streams_.stream("m", minute); }

 private:
  sim::RngStreams streams_;
};

}  // namespace faasconf::traces
