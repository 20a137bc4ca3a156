#pragma once
// What a policy decides: the four knobs of every function.

#include <cstdint>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/core/time.hpp"

namespace faasconf::sim {

// Index of a function in its workflow's list.
struct FunctionId {
  std::uint32_t index = 0;
  friend constexpr auto operator<=>(FunctionId, FunctionId) = default;
};

// Of one function; the limits hold for each of its instances.
struct FunctionConfiguration {
  Millicores cpu{1000};
  Mebibytes memory{1024};
  int replicas = 1;
  int concurrency = 1;  // requests that an instance serves at once; 0: no limit

  friend bool operator==(const FunctionConfiguration&, const FunctionConfiguration&) = default;
};

// What happens to a function on demand when its last call has ended: its instances stay (pre_warm 0), or they stop at
// once and one is started again after `pre_warm`. Instances stop when they have been idle for `keep_alive`.
struct IdleWindows {
  Duration pre_warm{};
  Duration keep_alive{};

  friend bool operator==(const IdleWindows&, const IdleWindows&) = default;
};

// By FunctionId, one for every function of the workflow.
struct Configuration {
  std::vector<FunctionConfiguration> functions;

  friend bool operator==(const Configuration&, const Configuration&) = default;
};

// Where a policy may move the knobs of a function; both ends belong to the range.
struct KnobRanges {
  Millicores cpu_min{250}, cpu_max{2000};
  Mebibytes memory_min{256}, memory_max{2048};
  int replicas_min = 1, replicas_max = 8;
  int concurrency_min = 1, concurrency_max = 10;

  friend bool operator==(const KnobRanges&, const KnobRanges&) = default;
};

}  // namespace faasconf::sim
