#pragma once
// Tenants of a replay: single functions, or the functions of an app together.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "traces/replay/call_source.hpp"
#include "traces/replay/replay.hpp"

namespace faasconf::traces {

struct Tenant {
  std::vector<ReplayedFunction> functions;  // borrow from what is replayed
  std::vector<std::size_t> indices;         // of the same, in the trace
  std::uint64_t calls = 0;
};

struct Tenants {
  std::vector<Tenant> all;                 // in the order of their first functions
  std::vector<std::uint32_t> of_function;  // in the order of the trace
};

Tenants tenants_of(const ReplayInput& input, const ReplayRequest& request);

}  // namespace faasconf::traces
