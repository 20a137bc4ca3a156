#include "sim/model/window_counter.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sim/model/arrivals.hpp"

namespace faasconf::sim {

WindowCounter::WindowCounter(const Scenario& scenario) : WindowCounter(scenario, scenario.spec().attribution) {}

WindowCounter::WindowCounter(const Scenario& scenario, Attribution attribution)
    : scenario_(scenario),
      attribution_(attribution),
      usage_at_start_(scenario.function_count()),
      answered_minus_called_(scenario.function_count()) {}

void WindowCounter::begin_window(const Simulation& simulation) {
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
  counting_ = true;
}

void WindowCounter::end_window(const Simulation& simulation) {
  CountedWindow& window = present();
  window.end = simulation.now();
  window.length_s = to_seconds(window.end - window.start);
  window.user_s = simulation.user_s() - user_s_at_start_;
  window.configuration = simulation.configuration();
  window.requests.counts.in_flight = simulation.requests_in_flight();
  for (std::uint32_t i = 0; i < usage_at_start_.size(); ++i) {
    CountedFunction& function = window.functions[i];
    function.usage = simulation.usage({i}) - usage_at_start_[i];
    const std::int64_t in_flight = simulation.calls_in_flight({i});
    function.calls.counts.in_flight = in_flight;
    function.ready = simulation.ready_instances({i});
    function.starting = simulation.starting_instances({i});
    function.pending = simulation.pending_instances({i});
    function.in_flight_s = to_seconds(answered_minus_called_[i]) + static_cast<double>(in_flight) * window.length_s;
  }
  count_overdue(simulation);
  counting_ = false;
  const Workload& workload = scenario_.spec().workload;
  if (const auto* open_loop = std::get_if<OpenLoop>(&workload.source)) {
    window.offered_requests = workload.profile ? integral(*workload.profile, window.start, window.end)
                                               : open_loop->rate_per_s * window.length_s;
  }
}

// Those in flight that passed their deadline in the present window, which ends now.
void WindowCounter::count_overdue(const Simulation& simulation) {
  const Duration deadline = scenario_.workflow().promise.deadline;
  CountedWindow& window = present();
  const std::int64_t count = simulation.requests_in_flight(window.start - deadline, window.end - deadline);
  window.due.due += count;
  window.due.overdue += count;
}

// One that passed its deadline in an earlier window counted there.
void WindowCounter::count_due(const RequestRecord& record) {
  const Promise& promise = scenario_.workflow().promise;
  CountedWindow& window = present();
  if (record.arrived <= window.start - promise.deadline) return;
  DueRequests& due = window.due;
  const Duration latency = record.finished - record.arrived;
  ++due.due;
  if (latency > promise.deadline) ++due.overdue;
  if (record.outcome != Outcome::success || latency > promise.deadline) return;
  ++due.served;
  due.served_ns += static_cast<double>(latency.count());
  for (std::size_t i = 0; i < promise.percentiles.size(); ++i) {
    if (latency <= promise.percentiles[i].latency) ++due.within[i];
  }
}

const CountedWindow& WindowCounter::latest() {
  present().sort();
  return present();
}

bool WindowCounter::has_final(Time now, bool everything) const {
  if (open_.empty() || open_.front().end == kNever) return false;
  const CountedWindow& first = open_.front();
  return everything || is_final(attribution_, first.end, first.open, now);
}

void WindowCounter::close_first() {
  // nothing survives a redeployment, so nothing can come too late
  if (!scenario_.spec().redeploy) given_out_until_ = open_.front().end;
  spare_.push_back(std::move(open_.front()));
  open_.erase(open_.begin());
}

void WindowCounter::forget_windows() {
  std::move(open_.begin(), open_.end(), std::back_inserter(spare_));
  open_.clear();
}

void WindowCounter::on_request(std::uint64_t, Time) {
  ++present().requests.counts.arrivals;
  ++present().open;
}

void WindowCounter::on_request_finished(const RequestRecord& record) {
  if (counting_) count_due(record);
  if (CountedWindow* window = attribute(record.arrived, record.finished, Duration::zero())) {
    window->requests.add(record.outcome, record.finished - record.arrived);
  }
}

void WindowCounter::on_call(FunctionId function, Time called) {
  answered_minus_called_[function.index] -= called - present().start;
  ++present().functions[function.index].calls.counts.arrivals;
  ++present().open;
}

void WindowCounter::on_call_finished(const CallRecord& record) {
  answered_minus_called_[record.function.index] += record.finished - present().start;
  if (CountedWindow* window = attribute(record.called, record.finished, kCallGrace)) {
    CountedFunction& function = window->functions[record.function.index];
    function.calls.add(record.outcome, record.finished - record.called);
    *function.cold_starts += record.cold;
  }
}

// Executions are paid for in the window in which they end.
void WindowCounter::on_execution_finished(const ExecutionRecord& record) {
  CountedWindow& window = present();
  const Duration span = record.finished - record.started;
  window.functions[record.function.index].execution.add(span);
  if (scenario_.workflow().functions[record.function.index].fixed) return;
  window.used_mib_ns += static_cast<double>(span.count()) * record.memory_limit.value;
  window.used_millicore_ns += static_cast<double>(span.count()) * record.cpu_limit.value;
}

// A window holds what happens after its start up to its end; the oldest one also what happens at its start.
// Null when the window is final.
CountedWindow* WindowCounter::window_in_which(Time started) {
  for (std::size_t i = open_.size() - 1; i > 0; --i) {
    if (open_[i].start < started) return &open_[i];
  }
  return started > given_out_until_ ? &open_.front() : nullptr;
}

// The window that a request or call counts in; null when it comes too late for it.
CountedWindow* WindowCounter::attribute(Time started, Time finished, Duration grace) {
  if (attribution_ == Attribution::completed) return &present();
  CountedWindow* window = window_in_which(started);
  if (window == nullptr) return nullptr;
  --window->open;
  return is_in_time(attribution_, window->end, finished, grace) ? window : nullptr;
}

}  // namespace faasconf::sim
