#include "traces/replay/replay.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>

#include "sim/core/error.hpp"
#include "sim/core/worker_pool.hpp"
#include "traces/replay/tenant_replay.hpp"
#include "traces/replay/tenants.hpp"

namespace faasconf::traces {
namespace {

constexpr double kMebibytesPerGibibyte = 1024;
constexpr double kDaysPerMonth = 30;

// The most called first, so that no thread is left with a long one at the end.
std::vector<std::size_t> order_of(const std::vector<Tenant>& tenants) {
  std::vector<std::size_t> order(tenants.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return tenants[a].calls > tenants[b].calls; });
  return order;
}

template <class Totals, class... Members>
void add_members(Totals& total, const Totals& one, Members... members) {
  ((total.*members += one.*members), ...);
}

// What the threads share.
class SharedReplay {
 public:
  SharedReplay(const std::vector<Tenant>& tenants, const ReplayRequest& request, sim::Duration length,
               const ReplayProgress& progress, TraceReplay& replay)
      : tenants_(tenants),
        order_(order_of(tenants)),
        request_(request),
        length_(length),
        progress_(progress),
        replay_(replay) {}

  void run(std::size_t threads) {
    sim::parallel_for(order_.size(), static_cast<int>(threads), [this](std::size_t place) {
      std::unique_ptr<TenantReplayer> replayer = take_replayer();
      replay(*replayer, order_[place]);
      give_back(std::move(replayer));
    });
    sim::QuantileSketch latencies_s;
    for (const auto& replayer : replayers_) latencies_s.merge(replayer->latencies_s());  // counts: in any order
    set_quantiles(replay_.calls, latencies_s);
  }

 private:
  // One per thread is in use; each has memory and latencies of its own.
  std::unique_ptr<TenantReplayer> take_replayer() {
    const std::scoped_lock lock(mutex_);
    if (replayers_.empty()) return new_replayer();
    std::unique_ptr<TenantReplayer> replayer = std::move(replayers_.back());
    replayers_.pop_back();
    return replayer;
  }
  void give_back(std::unique_ptr<TenantReplayer> replayer) {
    const std::scoped_lock lock(mutex_);
    replayers_.push_back(std::move(replayer));
  }
  std::unique_ptr<TenantReplayer> new_replayer() {
    auto replayer = std::make_unique<TenantReplayer>(request_, length_);
    if (progress_) replayer->on_progress = [this](std::uint64_t calls) { report(calls); };
    return replayer;
  }
  void replay(TenantReplayer& replayer, std::size_t tenant) {
    TenantReplay one = replayer.replay(tenants_[tenant].functions);
    replay_.tenants[tenant] = one.instances;
    for (std::size_t i = 0; i < one.functions.size(); ++i) {
      replay_.functions[tenants_[tenant].indices[i]] = one.functions[i];
    }
  }
  void report(std::uint64_t calls) {
    const std::scoped_lock lock(mutex_);
    progress_(done_ += calls);
  }

  const std::vector<Tenant>& tenants_;
  std::vector<std::size_t> order_;
  const ReplayRequest& request_;
  sim::Duration length_;
  const ReplayProgress& progress_;
  TraceReplay& replay_;
  std::mutex mutex_;  // for what follows
  std::uint64_t done_ = 0;
  std::vector<std::unique_ptr<TenantReplayer>> replayers_;  // idle ones
};

}  // namespace

Tenancy parse_tenancy(std::string_view text) {
  for (const Tenancy tenancy : {Tenancy::function, Tenancy::app}) {
    if (text == name_of(tenancy)) return tenancy;
  }
  throw sim::Error("expected function or app, got \"" + std::string(text) + "\"");
}

std::string_view name_of(Tenancy tenancy) { return tenancy == Tenancy::app ? "app" : "function"; }

void check(const ReplayRequest& request) {
  if (request.concurrency < 0) {
    throw sim::Error("concurrency: expected a whole number >= 0, got " + std::to_string(request.concurrency));
  }
  const auto* fixed = std::get_if<FixedKeepAlive>(&request.policy);
  if (fixed != nullptr && fixed->keep_alive < sim::Duration::zero()) {
    throw sim::Error("keep-alive: expected a time >= 0");
  }
}

void check(const ReplayInput& input) {
  const std::size_t functions = input.trace.functions.size();
  if (input.models.size() != functions || (!input.recorded.empty() && input.recorded.size() != functions)) {
    throw sim::Error("replay: expected a model, and recorded calls or none, for each of " + std::to_string(functions) +
                     " functions, got " + std::to_string(input.models.size()) + " and " +
                     std::to_string(input.recorded.size()));
  }
}

double CallTotals::cold_share() const {
  return served() == 0 ? 0 : static_cast<double>(cold) / static_cast<double>(served());
}

double CallTotals::mean_latency_s() const { return served() == 0 ? 0 : latency_s / static_cast<double>(served()); }

double price(const Trace& trace, std::span<const CallTotals> calls, const ReplayPrices& prices) {
  std::map<std::string_view, CallTotals> by_owner;
  for (std::size_t i = 0; i < calls.size(); ++i) add_to(by_owner[trace.functions[i].owner], calls[i]);
  const double months = trace.days / kDaysPerMonth;
  double sum = 0;
  for (const auto& [owner, totals] : by_owner) {
    const double gib_s = totals.billed_mib_s / kMebibytesPerGibibyte - prices.free_gib_s * months;
    const double served = static_cast<double>(totals.served()) - prices.free_calls * months;
    sum += std::max(gib_s, 0.0) * prices.per_gib_s + std::max(served, 0.0) * prices.per_million_calls * 1e-6;
  }
  return sum;
}

void add_to(CallTotals& total, const CallTotals& one) {
  add_members(total, one, &CallTotals::calls, &CallTotals::cold, &CallTotals::denied, &CallTotals::execution_s,
              &CallTotals::execution_mib_s, &CallTotals::billed_mib_s, &CallTotals::latency_s);
}

void add_to(InstanceTotals& total, const InstanceTotals& one) {
  using Totals = InstanceTotals;
  add_members(total, one, &Totals::started, &Totals::pre_warmed, &Totals::evicted, &Totals::most, &Totals::start_up_s,
              &Totals::busy_s, &Totals::idle_s, &Totals::start_up_mib_s, &Totals::busy_mib_s, &Totals::idle_mib_s);
}

void set_quantiles(CallTotals& calls, const sim::QuantileSketch& latencies_s) {
  calls.latency_p50_s = latencies_s.quantile(.50).value_or(0);
  calls.latency_p95_s = latencies_s.quantile(.95).value_or(0);
  calls.latency_p99_s = latencies_s.quantile(.99).value_or(0);
  calls.latency_max_s = latencies_s.quantile(1).value_or(0);
}

TraceReplay replay_trace(const ReplayInput& input, const ReplayRequest& request, std::size_t threads,
                         const ReplayProgress& progress) {
  check(request);
  check(input);
  Tenants tenants = tenants_of(input, request);
  TraceReplay replay;
  replay.functions.resize(input.trace.functions.size());
  replay.tenants.resize(tenants.all.size());
  SharedReplay(tenants.all, request, std::chrono::hours(24) * input.trace.days, progress, replay).run(threads);
  replay.tenant_of = std::move(tenants.of_function);
  for (const CallTotals& one : replay.functions) add_to(replay.calls, one);
  for (const InstanceTotals& one : replay.tenants) add_to(replay.instances, one);
  return replay;
}

}  // namespace faasconf::traces
