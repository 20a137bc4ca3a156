#include "sim/model/counted_window.hpp"

namespace faasconf::sim {

namespace {

// Known only where both parts are.
template <class Value>
void add(std::optional<Value>& sum, const std::optional<Value>& other) {
  if (sum && other) {
    *sum += *other;
  } else {
    sum.reset();
  }
}

}  // namespace

void CountedCalls::add(Outcome outcome, Duration span) {
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

void CountedCalls::merge(const CountedCalls& later) {
  counts.arrivals += later.counts.arrivals;
  counts.completions += later.counts.completions;
  counts.rejections += later.counts.rejections;
  counts.timeouts += later.counts.timeouts;
  counts.failures += later.counts.failures;
  counts.oom_kills += later.counts.oom_kills;
  counts.in_flight = later.counts.in_flight;
  latency.merge(later.latency);
  latency_quantiles.merge(later.latency_quantiles);
}

void CountedCalls::clear() {
  counts = {};
  latency = {};
  latency_quantiles.clear();
}

void CountedFunction::merge(const CountedFunction& later) {
  calls.merge(later.calls);
  execution.merge(later.execution);
  add(in_flight_s, later.in_flight_s);
  add(cold_starts, later.cold_starts);
  ready = later.ready;
  starting = later.starting;
  pending = later.pending;
  usage += later.usage;
  resources_known = resources_known && later.resources_known;
  states_known = states_known && later.states_known;
  queue_known = queue_known && later.queue_known;
}

void CountedFunction::clear() {
  calls.clear();
  execution = {};
  in_flight_s = 0;
  cold_starts = 0;
  ready = starting = pending = 0;
  usage = {};
  resources_known = states_known = queue_known = true;
}

void CountedWindow::clear() {
  end = kNever;
  length_s = user_s = offered_requests = used_mib_ns = used_millicore_ns = 0;
  open = 0;
  requests.clear();
  due = {};
  for (CountedFunction& function : functions) function.clear();
}

void CountedWindow::merge(const CountedWindow& later) {
  if (length_s == 0) start = later.start;
  end = later.end;
  length_s += later.length_s;
  user_s += later.user_s;
  offered_requests += later.offered_requests;
  requests.merge(later.requests);
  due.merge(later.due);
  for (std::size_t i = 0; i < functions.size(); ++i) functions[i].merge(later.functions[i]);
  used_mib_ns += later.used_mib_ns;
  used_millicore_ns += later.used_millicore_ns;
  configuration = later.configuration;
}

void CountedWindow::sort() {
  requests.latency_quantiles.sort();
  for (CountedFunction& function : functions) function.calls.latency_quantiles.sort();
}

}  // namespace faasconf::sim
