#include "sim/model/invariants.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace faasconf::sim {

namespace {

// Integrals are sums of doubles; completions fall on whole nanoseconds.
constexpr double kRelativeTolerance = 1e-6;
constexpr double kAbsoluteTolerance_s = 1e-6;
constexpr double kRounding_s = 1e-8;  // of an execution's work on one thread: two phases, some speed above 1

[[noreturn]] void broken(const std::string& invariant, const std::string& who, double left, double right) {
  throw std::logic_error("broken invariant: " + invariant + " of " + who + ": " + std::to_string(left) + " against " +
                         std::to_string(right));
}

bool nearly_equal(double a, double b, double slack_s = 0) {
  return std::abs(a - b) <= kAbsoluteTolerance_s + slack_s + kRelativeTolerance * std::max(std::abs(a), std::abs(b));
}

void check_equal(double left, double right, const std::string& invariant, const std::string& who, double slack_s = 0) {
  if (!nearly_equal(left, right, slack_s)) broken(invariant, who, left, right);
}

void check_at_most(double value, double limit, const std::string& invariant, const std::string& who) {
  if (value > limit && !nearly_equal(value, limit)) broken(invariant, who, value, limit);
}

}  // namespace

void InvariantChecker::Population::enter(Time now) {
  integral += static_cast<Nanoseconds>((now - updated).count()) * present;
  updated = now;
  ++present;
  starts.insert(now);
  started_at += now.time_since_epoch().count();
}

void InvariantChecker::Population::leave(Time started, Time now) {
  integral += static_cast<Nanoseconds>((now - updated).count()) * present;
  updated = now;
  --present;
  sojourns += (now - started).count();
  const auto start = starts.find(started);
  if (start == starts.end()) return;  // no request came then: the sums will differ
  starts.erase(start);
  started_at -= started.time_since_epoch().count();
}

InvariantChecker::InvariantChecker(const Scenario& scenario)
    : scenario_(scenario), functions_(scenario.function_count()) {}

void InvariantChecker::on_request(std::uint64_t, Time arrived) {
  advance_to(arrived);
  requests_.enter(arrived);
}

void InvariantChecker::on_request_finished(const RequestRecord& record) {
  advance_to(record.finished);
  requests_.leave(record.arrived, record.finished);
}

void InvariantChecker::on_call(FunctionId function, Time called) {
  advance_to(called);
  functions_[function.index].calls.enter(called);
}

void InvariantChecker::on_call_finished(const CallRecord& record) {
  advance_to(record.finished);
  functions_[record.function.index].calls.leave(record.called, record.finished);
  if (record.started == kNever) ++functions_[record.function.index].finished;
}

void InvariantChecker::on_execution_finished(const ExecutionRecord& record) {
  advance_to(record.finished);
  if (record.finished < record.started)
    broken("time is monotone", "an execution", to_seconds(record.started), to_seconds(record.finished));
  functions_[record.function.index].finished_work_s += record.work_s;
  ++functions_[record.function.index].finished;
}

void InvariantChecker::check(const Simulation& simulation) const {
  double cpu_s = 0;
  check_little(requests_, simulation.now(), "the requests");
  check_equal(static_cast<double>(requests_.present), static_cast<double>(simulation.requests_in_flight()),
              "arrivals = finished + in flight", "the requests");
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    const std::string& name = scenario_.workflow().functions[i].name;
    const FunctionSums& sums = functions_[i];
    check_little(sums.calls, simulation.now(), name);
    check_equal(static_cast<double>(sums.calls.present), static_cast<double>(simulation.calls_in_flight({i})),
                "calls = answered + in flight", name);
    const Usage usage = simulation.usage({i});
    const Usage& before = sums.at_start;
    const double admitted_s = usage.admitted_work_s - before.admitted_work_s;
    const double rounding_s =
        kRounding_s * static_cast<double>(sums.finished) * scenario_.workflow().functions[i].max_threads;
    check_equal(admitted_s, usage.work_s - before.work_s + simulation.unserved_work_s({i}),
                "work admitted = served + to be served", name, rounding_s);
    check_at_most(sums.finished_work_s, admitted_s, "work finished <= admitted", name);
    const bool is_cfs = scenario_.workflow().cpu_sharing.mode == CpuSharing::cfs;
    check_at_most(usage.cpu_s, is_cfs ? usage.cpu_granted_s : usage.cpu_limit_millicore_s / 1000,
                  "CPU used <= CPU limit", name);
    check_at_most(usage.throttled_s, usage.instance_s, "throttled time <= instance time", name);
    cpu_s += usage.cpu_s - before.cpu_s;
  }
  const ClusterSpec& cluster = scenario_.workflow().cluster;
  if (cluster.nodes.empty()) return;
  double cores = 0;
  for (const NodeSpec& node : cluster.nodes) cores += node.count * node.cores;
  check_at_most(cpu_s, cores * to_seconds(simulation.now() - started_), "CPU used <= cores", "the cluster");
}

void InvariantChecker::redeployed(const Simulation& simulation) {
  requests_ = Population();
  requests_.updated = simulation.now();
  now_ = started_ = simulation.now();
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    functions_[i] = FunctionSums();
    functions_[i].calls.updated = simulation.now();
    functions_[i].at_start = simulation.usage({i});
  }
}

void InvariantChecker::advance_to(Time now) {
  if (now < now_) broken("time is monotone", "the events", to_seconds(now), to_seconds(now_));
  now_ = now;
}

// Little's law on the sample path: the integral of the number present is the time that those who left spent, and that
// those present have spent so far. Exact in integers.
void InvariantChecker::check_little(const Population& population, Time now, const std::string& who) const {
  const Nanoseconds integral =
      population.integral + static_cast<Nanoseconds>((now - population.updated).count()) * population.present;
  const auto still_here = static_cast<std::int64_t>(population.starts.size());
  const Nanoseconds spent = population.sojourns +
                            static_cast<Nanoseconds>(now.time_since_epoch().count()) * still_here -
                            population.started_at;
  if (integral != spent) broken("Little's law", who, static_cast<double>(integral), static_cast<double>(spent));
}

}  // namespace faasconf::sim
