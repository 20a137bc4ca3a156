#pragma once
// Replays a trace as independent functions, or apps, whose instances calls start and a keep-alive policy removes: cold
// starts, wasted memory, latencies, price. CPU and room are unlimited; cluster_replay.hpp replays on nodes that
// instances share.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/core/go_on.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/time.hpp"
#include "sim/stats/quantiles.hpp"
#include "traces/core/trace.hpp"
#include "traces/replay/function_arrivals.hpp"
#include "traces/replay/idle_histogram.hpp"
#include "traces/replay/metering.hpp"
#include "traces/replay/replay_model.hpp"

namespace faasconf::traces {

// An instance goes when it has been idle for so long.
struct FixedKeepAlive {
  sim::Duration keep_alive = std::chrono::minutes(10);
};
using KeepAlivePolicy = std::variant<FixedKeepAlive, HybridHistogram>;

// The unit whose calls share instances, and which the policy keeps alive.
enum class Tenancy : std::uint8_t {
  function,  // instances of one function
  app,       // of all functions of an app, as in the paper of the hybrid policy; they hold the app's memory
};
Tenancy parse_tenancy(std::string_view text);  // "function", "app"; throws sim::Error
std::string_view name_of(Tenancy tenancy);

struct ReplayRequest {
  KeepAlivePolicy policy = FixedKeepAlive{};
  Tenancy tenancy = Tenancy::function;
  int concurrency = 1;           // calls that an instance serves at once; 0: any number
  Metering metering = {};        // what is billed
  ArrivalRequest arrivals = {};  // its seed is the one of all that is drawn
  sim::GoOn go_on = {};          // no: the replay ends with sim::Cancelled
};
// Throws sim::Error where a keep-alive or a concurrency is impossible.
void check(const ReplayRequest& request);

// Calls of a function, or of all functions.
struct CallTotals {
  std::uint64_t calls = 0;     // rejected ones included
  std::uint64_t cold = 0;      // waited for an instance to start, also for one that another call had started
  std::uint64_t denied = 0;    // rejected: no capacity; they have no latency
  double execution_s = 0;      // summed
  double execution_mib_s = 0;  // the same, times the memory of the function
  double billed_mib_s = 0;     // the same as far as it is billed
  double latency_s = 0;        // summed: start-up and execution
  // of latencies, within sim::QuantileSketch::relative_error; 0 without any
  double latency_p50_s = 0;
  double latency_p95_s = 0;
  double latency_p99_s = 0;
  double latency_max_s = 0;

  std::uint64_t served() const { return calls - denied; }
  double cold_share() const;      // of the served
  double mean_latency_s() const;  // of the served
  friend bool operator==(const CallTotals&, const CallTotals&) = default;
};

// Instances of a tenant (a function or an app), or of all. A call counts to its end, idle instances
// until the trace ends.
struct InstanceTotals {
  std::uint64_t started = 0;     // by calls
  std::uint64_t pre_warmed = 0;  // by the policy; where there is room for all their start-up is not counted
  std::uint64_t evicted = 0;     // before their keep-alive ended, to make room
  std::uint64_t most = 0;        // at once, starting ones included; of all: the tenants' summed
  // instance-seconds, and memory times these
  double start_up_s = 0;
  double busy_s = 0;  // serving at least one call
  double idle_s = 0;
  double start_up_mib_s = 0;
  double busy_mib_s = 0;
  double idle_mib_s = 0;  // wasted

  friend bool operator==(const InstanceTotals&, const InstanceTotals&) = default;
};

struct TraceReplay {
  std::vector<CallTotals> functions;     // in the order of the trace
  std::vector<std::uint32_t> tenant_of;  // by function
  std::vector<InstanceTotals> tenants;   // in the order of their first functions
  CallTotals calls;                      // of all
  InstanceTotals instances;              // of all
};

// Pay per use: memory while calls are executed, and calls served; in US dollars those of Azure Functions' consumption
// plan (https://azure.microsoft.com/pricing/details/functions).
struct ReplayPrices {
  double per_gib_s = 1.6e-5;
  double per_million_calls = .20;
  // free of charge for each owner, in 30 days; in proportion for a trace of fewer or more
  double free_gib_s = 0;
  double free_calls = 0;
};
inline constexpr ReplayPrices kAzurePrices{.free_gib_s = 4e5, .free_calls = 1e6};
// In the unit of the prices. `calls` by function.
double price(const Trace& trace, std::span<const CallTotals> calls, const ReplayPrices& prices = {});

// The sums, and the quantiles.
void add_to(CallTotals& total, const CallTotals& one);
void add_to(InstanceTotals& total, const InstanceTotals& one);
void set_quantiles(CallTotals& calls, const sim::QuantileSketch& latencies_s);

// What to replay: a trace and what its functions are like; where calls are recorded they take the place of counts and
// durations. Borrowed.
struct ReplayInput {
  const Trace& trace;
  std::span<const FunctionModel> models;                  // by function
  std::span<const std::vector<RecordedCall>> recorded{};  // by function, or empty
};
// Throws sim::Error where sizes differ.
void check(const ReplayInput& input);

using ReplayProgress = std::function<void(std::uint64_t calls_done)>;

// Tenants on several threads, the most called first: the same result for any number of threads. `progress` is called by
// one thread at a time. Throws sim::Error.
TraceReplay replay_trace(const ReplayInput& input, const ReplayRequest& request, std::size_t threads,
                         const ReplayProgress& progress = {});

}  // namespace faasconf::traces
