#pragma once
// How long a CPU limit has kept the threads of an instance waiting.

#include <cstdint>

namespace faasconf::sim {

struct Throttling {
  double time_s = 0;
  std::int64_t periods = 0;  // of CFS bandwidth control, in which threads waited for the next one
};

}  // namespace faasconf::sim
