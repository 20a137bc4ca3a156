#include "traces/replay/tenant_replay.hpp"

#include <algorithm>

#include "traces/core/cell_streams.hpp"
#include "traces/replay/busy_instances.hpp"
#include "traces/replay/idle_instances.hpp"

namespace faasconf::traces {
namespace {

constexpr double kNanoseconds = 1e9;
constexpr std::uint64_t kCallsBetweenQuestions = 1 << 13;
constexpr std::uint64_t kCallsBetweenProgress = 1 << 20;

void set_seconds(InstanceTotals& totals, double start_up_ns, double busy_ns, double idle_ns, double mib) {
  totals.start_up_s = start_up_ns / kNanoseconds;
  totals.busy_s = busy_ns / kNanoseconds;
  totals.idle_s = idle_ns / kNanoseconds;
  totals.start_up_mib_s = totals.start_up_s * mib;
  totals.busy_mib_s = totals.busy_s * mib;
  totals.idle_mib_s = totals.idle_s * mib;
}

}  // namespace

TenantReplayer::TenantReplayer(const ReplayRequest& request, sim::Duration length)
    : request_(request), end_(sim::Time(length)), tally_(request.metering) {
  check(request);
  request_.arrivals.go_on = request_.go_on;
}

TenantReplay TenantReplayer::replay(std::span<const ReplayedFunction> functions) {
  unreported_ = 0;
  sim::throw_if_cancelled(request_.go_on);
  if (request_.concurrency == 1) return run(functions, SingleCallInstances());
  return run(functions, SharedInstances(request_.concurrency));
}

template <class Busy>
TenantReplay TenantReplayer::run(std::span<const ReplayedFunction> functions, Busy busy) {
  InstanceTotals instances;
  tally_.begin(functions.size());
  sim::Rng start_ups = CellStreams(request_.arrivals.seed, "start-ups", *functions.front().function).whole();
  const sim::Distribution& start_up_s = functions.front().model->start_up_s;
  double start_up_ns = 0;
  const auto start_up = [&] {
    const sim::Duration span = sim::from_seconds(start_up_s.sample(start_ups));
    start_up_ns += static_cast<double>(span.count());
    return span;
  };

  IdleInstances idle(request_.policy, end_);
  CallSource source(functions, request_.arrivals);
  std::uint64_t unpaused = 0;
  for (SourceCall call; source.next(call);) {
    busy.settle(call.time, idle);
    idle.prepare(call.time, busy.size() == 0);
    const PlacedCall placed = busy.place(call.time, call.duration, idle, start_up);
    if (placed.is_new) {
      ++instances.started;
      instances.most = std::max<std::uint64_t>(instances.most, busy.size() + idle.size());
    }
    tally_.serve({.function = call.function,
                  .called = call.time,
                  .started = placed.started,
                  .finished = sim::after(placed.started, call.duration),
                  .cold = placed.cold});
    if (++unpaused == kCallsBetweenQuestions) pause(std::exchange(unpaused, 0));
  }
  busy.settle(sim::kNever, idle);
  idle.finish();
  unreported_ += unpaused;
  report();

  instances.pre_warmed = idle.pre_warmed();
  if (instances.pre_warmed > 0) instances.most = std::max<std::uint64_t>(instances.most, 1);
  set_seconds(instances, start_up_ns, busy.busy_ns(), idle.idle_ns(), instance_memory(functions).value);
  return {.functions = tally_.finish(functions), .instances = instances};
}

void TenantReplayer::pause(std::uint64_t calls) {
  sim::throw_if_cancelled(request_.go_on);
  unreported_ += calls;
  if (unreported_ >= kCallsBetweenProgress) report();
}

void TenantReplayer::report() {
  if (on_progress && unreported_ > 0) on_progress(unreported_);
  unreported_ = 0;
}

}  // namespace faasconf::traces
