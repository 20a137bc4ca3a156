#include "sim/model/window_recorder.hpp"

#include <algorithm>
#include <iterator>

#include "sim/model/arrivals.hpp"

namespace faasconf::sim {

namespace {

constexpr double kMillicoresPerCore = 1000;
constexpr double kMebibytesPerGibibyte = 1024;
constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kSecondsPerHour = 3600;
constexpr double kQosWindow_s = 30;  // QosTarget::successes are per so many seconds

double ratio(double numerator, double denominator) { return denominator > 0 ? numerator / denominator : 0; }

std::optional<Latency> latency_of(CallStatistics& statistics) {
  const auto mean = statistics.latency.seconds();
  if (!mean) return std::nullopt;
  Quantiles& quantiles = statistics.latency_quantiles;
  quantiles.sort();
  return Latency{.mean_s = *mean,
                 .p50_s = *quantiles.quantile(0.5),
                 .p75_s = *quantiles.quantile(0.75),
                 .p95_s = *quantiles.quantile(0.95),
                 .p99_s = *quantiles.quantile(0.99)};
}

}  // namespace

void CallStatistics::add(Outcome outcome, Duration span) {
  switch (outcome) {
    case Outcome::success:
      ++counts.completions;
      latency.add(span);
      latency_quantiles.add(to_seconds(span));
      return;
    case Outcome::rejected:
      ++counts.rejections;
      return;
    case Outcome::timed_out:
      ++counts.timeouts;
      return;
    case Outcome::failed:
      ++counts.failures;
      return;
    case Outcome::out_of_memory:
      ++counts.oom_kills;
      return;
  }
}

void CallStatistics::merge(const CallStatistics& other) {
  counts.arrivals += other.counts.arrivals;
  counts.completions += other.counts.completions;
  counts.rejections += other.counts.rejections;
  counts.timeouts += other.counts.timeouts;
  counts.failures += other.counts.failures;
  counts.oom_kills += other.counts.oom_kills;
  counts.in_flight = other.counts.in_flight;
  latency.merge(other.latency);
  latency_quantiles.merge(other.latency_quantiles);
  execution.merge(other.execution);
  in_flight_s += other.in_flight_s;
  cold_starts += other.cold_starts;
  ready = other.ready;
  starting = other.starting;
  pending = other.pending;
}

void CallStatistics::clear() {
  counts = {};
  latency = {};
  latency_quantiles.clear();
  execution = {};
  in_flight_s = 0;
  cold_starts = 0;
  ready = starting = pending = 0;
}

void WindowStatistics::clear() {
  end = kNever;
  length_s = user_s = offered_requests = used_mib_ns = used_millicore_ns = 0;
  open = 0;
  requests.clear();
  for (CallStatistics& statistics : calls) statistics.clear();
  std::fill(usage.begin(), usage.end(), Usage{});
}

void WindowStatistics::merge(const WindowStatistics& later) {
  if (length_s == 0) start = later.start;
  end = later.end;
  length_s += later.length_s;
  user_s += later.user_s;
  offered_requests += later.offered_requests;
  requests.merge(later.requests);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    calls[i].merge(later.calls[i]);
    usage[i] += later.usage[i];
  }
  used_mib_ns += later.used_mib_ns;
  used_millicore_ns += later.used_millicore_ns;
  configuration = later.configuration;
}

WindowRecorder::WindowRecorder(const Scenario& scenario) : WindowRecorder(scenario, scenario.spec().attribution) {}

WindowRecorder::WindowRecorder(const Scenario& scenario, Attribution attribution)
    : scenario_(scenario),
      attribution_(attribution),
      usage_at_start_(scenario.function_count()),
      answered_minus_called_(scenario.function_count()),
      total_(scenario.function_count()) {}

void WindowRecorder::begin_window(const Simulation& simulation) {
  if (spare_.empty()) {
    open_.emplace_back(scenario_.function_count());
  } else {
    open_.push_back(std::move(spare_.back()));
    spare_.pop_back();
    present().clear();
  }
  present().index = next_index_++;
  present().start = simulation.now();
  for (std::uint32_t i = 0; i < usage_at_start_.size(); ++i) usage_at_start_[i] = simulation.usage({i});
  user_s_at_start_ = simulation.user_s();
  std::fill(answered_minus_called_.begin(), answered_minus_called_.end(), Duration::zero());
}

void WindowRecorder::end_window(const Simulation& simulation) {
  WindowStatistics& window = present();
  window.end = simulation.now();
  window.length_s = to_seconds(window.end - window.start);
  window.user_s = simulation.user_s() - user_s_at_start_;
  window.configuration = simulation.configuration();
  window.requests.counts.in_flight = simulation.requests_in_flight();
  for (std::uint32_t i = 0; i < usage_at_start_.size(); ++i) {
    window.usage[i] = simulation.usage({i}) - usage_at_start_[i];
    CallStatistics& calls = window.calls[i];
    calls.counts.in_flight = simulation.calls_in_flight({i});
    calls.ready = simulation.ready_instances({i});
    calls.starting = simulation.starting_instances({i});
    calls.pending = simulation.pending_instances({i});
    calls.in_flight_s =
        to_seconds(answered_minus_called_[i]) + static_cast<double>(calls.counts.in_flight) * window.length_s;
  }
  const Workload& workload = scenario_.spec().workload;
  if (const auto* open_loop = std::get_if<OpenLoop>(&workload.source)) {
    window.offered_requests = workload.profile ? integral(*workload.profile, window.start, window.end)
                                               : open_loop->rate_per_s * window.length_s;
  }
}

Observation WindowRecorder::latest() { return observe(present()); }

void WindowRecorder::latest(Observation& observation) { observe(present(), observation); }

std::vector<Observation> WindowRecorder::take_final(Time now, bool everything) {
  std::vector<Observation> observations;
  while (!open_.empty() && open_.front().end != kNever && (everything || is_final(open_.front(), now))) {
    WindowStatistics& window = open_.front();
    observations.push_back(observe(window));
    if (window.start >= warm_up_until_) total_.merge(window);
    // nothing survives a redeployment, so nothing can come too late
    if (!scenario_.spec().redeploy) given_out_until_ = window.end;
    spare_.push_back(std::move(window));
    open_.erase(open_.begin());
  }
  return observations;
}

void WindowRecorder::forget_windows() {
  std::move(open_.begin(), open_.end(), std::back_inserter(spare_));
  open_.clear();
}

bool WindowRecorder::is_final(const WindowStatistics& window, Time now) const {
  switch (attribution_) {
    case Attribution::completed:
      return true;
    case Attribution::started:
      return window.open == 0;
    case Attribution::paper:
      return window.open == 0 || now >= window.end + kPaperDrain;
  }
  return true;
}

Observation WindowRecorder::total() { return observe(total_); }

void WindowRecorder::on_request(std::uint64_t, Time) {
  ++present().requests.counts.arrivals;
  ++present().open;
}

void WindowRecorder::on_request_finished(const RequestRecord& record) {
  if (WindowStatistics* window = attribute(record.arrived, record.finished, Duration::zero())) {
    window->requests.add(record.outcome, record.finished - record.arrived);
  }
}

void WindowRecorder::on_call(FunctionId function, Time called) {
  answered_minus_called_[function.index] -= called - present().start;
  ++present().calls[function.index].counts.arrivals;
  ++present().open;
}

void WindowRecorder::on_call_finished(const CallRecord& record) {
  answered_minus_called_[record.function.index] += record.finished - present().start;
  if (WindowStatistics* window = attribute(record.called, record.finished, kPaperDrain)) {
    CallStatistics& calls = window->calls[record.function.index];
    calls.add(record.outcome, record.finished - record.called);
    calls.cold_starts += record.cold;
  }
}

// Executions are paid for in the window in which they end.
void WindowRecorder::on_execution_finished(const ExecutionRecord& record) {
  WindowStatistics& window = present();
  const Duration span = record.finished - record.started;
  window.calls[record.function.index].execution.add(span);
  if (scenario_.workflow().functions[record.function.index].fixed) return;
  window.used_mib_ns += static_cast<double>(span.count()) * record.memory_limit.value;
  window.used_millicore_ns += static_cast<double>(span.count()) * record.cpu_limit.value;
}

// A window holds what happens after its start up to its end; the oldest one also what happens at its start.
// Null when the window is final.
WindowStatistics* WindowRecorder::window_in_which(Time started) {
  for (std::size_t i = open_.size() - 1; i > 0; --i) {
    if (open_[i].start < started) return &open_[i];
  }
  return started > given_out_until_ ? &open_.front() : nullptr;
}

// The window that a request or call counts in; null when it comes too late for it.
WindowStatistics* WindowRecorder::attribute(Time started, Time finished, Duration grace) {
  if (attribution_ == Attribution::completed) return &present();
  WindowStatistics* window = window_in_which(started);
  if (window == nullptr) return nullptr;
  --window->open;
  const bool in_time = attribution_ == Attribution::started || window->end == kNever || finished <= window->end + grace;
  return in_time ? window : nullptr;
}

Observation WindowRecorder::observe(WindowStatistics& window) const {
  Observation observation;
  observe(window, observation);
  return observation;
}

void WindowRecorder::observe(WindowStatistics& window, Observation& observation) const {
  observation.window = window.index;
  observation.start = window.start;
  observation.length = from_seconds(window.length_s);
  observation.users = ratio(window.user_s, window.length_s);
  observation.offered_rate_per_s = ratio(window.offered_requests, window.length_s);
  observation.configuration = window.configuration;
  observation.functions.resize(window.calls.size());
  for (std::size_t i = 0; i < window.calls.size(); ++i) observation.functions[i] = observe_function(window, i);
  const Counts& counts = window.requests.counts;
  observation.requests = counts;
  observation.latency = latency_of(window.requests);
  const auto successes = static_cast<double>(counts.completions);
  observation.throughput_per_s = ratio(successes, window.length_s);
  observation.success_ratio.reset();
  if (counts.finished() > 0) observation.success_ratio = successes / static_cast<double>(counts.finished());
  const QosTarget& qos = scenario_.workflow().qos;
  observation.qos_met = observation.latency && observation.latency->mean_s <= to_seconds(qos.latency) &&
                        successes >= qos.successes * window.length_s / kQosWindow_s;
  add_prices(window, observation);
}

FunctionObservation WindowRecorder::observe_function(WindowStatistics& window, std::size_t function) const {
  CallStatistics& calls = window.calls[function];
  const Usage& usage = window.usage[function];
  return {.calls = calls.counts,
          .latency = latency_of(calls),
          .cpu_cores = ratio(usage.cpu_s, window.length_s),
          .cpu_percent = 100 * ratio(usage.cpu_s, usage.instance_s),
          .throttled_share = ratio(usage.throttled_s, usage.instance_s),
          .throttled_periods = usage.throttled_periods,
          .memory_share = ratio(usage.memory_mib_s, usage.memory_limit_mib_s),
          .received_bytes_per_s = ratio(usage.received_bytes, usage.instance_s),
          .transmitted_bytes_per_s = ratio(usage.transmitted_bytes, usage.instance_s),
          .instances = ratio(usage.instance_s, window.length_s),
          .ready = calls.ready,
          .starting = calls.starting,
          .pending = calls.pending,
          .cold_starts = calls.cold_starts,
          .crashes = usage.crashes,
          .concurrency_mean = ratio(calls.in_flight_s, window.length_s),
          .execution_mean_s = calls.execution.seconds()};
}

// Price: sum_j (cpu_j p_cpu + memory_j p_memory) replicas_j, averaged over time. Cost: Eq. 2 of the paper,
// sum_j ExecTime_j (alpha cpu_j + beta memory_j) replicas_j. An orchestrator with limits of its own is not priced.
void WindowRecorder::add_prices(const WindowStatistics& window, Observation& observation) const {
  const PriceSpec& prices = scenario_.workflow().prices;
  observation.price = observation.cost_window_usd = observation.cost_execution_usd = 0;
  for (std::size_t i = 0; i < window.usage.size(); ++i) {
    if (scenario_.workflow().functions[i].fixed) continue;
    const Usage& usage = window.usage[i];
    observation.price += ratio(
        usage.cpu_limit_millicore_s * prices.price_per_millicore + usage.memory_limit_mib_s * prices.price_per_mebibyte,
        window.length_s);
    const double usd = usage.cpu_limit_millicore_s / kMillicoresPerCore * prices.usd_per_vcpu_hour / kSecondsPerHour +
                       usage.memory_limit_mib_s / kMebibytesPerGibibyte * prices.usd_per_gib_hour / kSecondsPerHour;
    observation.cost_window_usd += usd;
    observation.cost_execution_usd += ratio(usd, window.length_s) * window.calls[i].execution.seconds().value_or(0);
  }
  observation.used_gib_s = window.used_mib_ns / kMebibytesPerGibibyte / kNanosecondsPerSecond;
  observation.used_vcpu_s = window.used_millicore_ns / kMillicoresPerCore / kNanosecondsPerSecond;
}

}  // namespace faasconf::sim
