#pragma once
// Small scenarios whose answers are known, and replications that measure them with standard errors.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "sim/core/random.hpp"
#include "sim/model/invariants.hpp"
#include "sim/model/observer.hpp"
#include "sim/model/scenario.hpp"
#include "sim/model/simulation.hpp"
#include "sim/stats/confidence.hpp"
#include "sim/stats/running_moments.hpp"
#include "tests/sim/model/queueing_theory.hpp"

namespace faasconf::sim {

// --- pieces

inline constexpr FunctionId kFirst{0};
inline constexpr FunctionId kSecond{1};
inline const Distribution kNothing;

inline Block call(std::string function, OnFailure on_failure = OnFailure::abort) {
  return {Call{.function = std::move(function), .on_failure = on_failure}};
}
inline Block sequence(std::vector<Block> steps) { return {Sequence{std::move(steps)}}; }
inline Block parallel(std::vector<Block> branches) { return {Parallel{std::move(branches)}}; }
inline Block choice(std::vector<double> probabilities, std::vector<Block> options) {
  return {Choice{.probabilities = std::move(probabilities), .options = std::move(options)}};
}
inline Block fan_out(Distribution width, Block body) {
  return {FanOut{.width = std::move(width), .body = {std::move(body)}}};
}

// Its slots are the servers: a request holds one for its service time, without CPU.
inline FunctionSpec slot_station(std::string name, Distribution service_s, Overflow overflow = Overflow::queue) {
  FunctionSpec function;
  function.name = std::move(name);
  function.off_cpu = std::move(service_s);
  function.overflow = overflow;
  return function;
}

// Its CPU limit is the server: requests share it, at most as many as its concurrency limit admits.
inline FunctionSpec cpu_station(std::string name, Distribution work_s, Overflow overflow = Overflow::none) {
  FunctionSpec function;
  function.name = std::move(name);
  function.serial_work = std::move(work_s);
  function.overflow = overflow;
  return function;
}

template <class Process = PoissonArrivals>
Workload open_loop(double rate_per_s, Process process = {}) {
  Workload workload;
  auto& source = workload.source.emplace<OpenLoop>();
  source.rate_per_s = rate_per_s;
  source.process = std::move(process);
  return workload;
}
// All users start at once.
inline Workload closed_loop(int users, Distribution think_time_s) {
  Workload workload;
  auto& source = workload.source.emplace<ClosedLoop>();
  source.users = users;
  source.think_time = std::move(think_time_s);
  source.spawn_rate_per_s = 0;
  return workload;
}

inline ScenarioSpec scenario(std::vector<FunctionSpec> functions, std::vector<FunctionConfiguration> knobs, Block entry,
                             Workload workload) {
  ScenarioSpec spec;
  spec.workflow.name = "test";
  spec.workflow.functions = std::move(functions);
  spec.workflow.entry = std::move(entry);
  spec.configuration.functions = std::move(knobs);
  spec.workload = std::move(workload);
  return spec;
}

// Every request calls the one function once.
inline ScenarioSpec scenario(FunctionSpec function, const FunctionConfiguration& knobs, Workload workload) {
  Block entry = call(function.name);
  return scenario({std::move(function)}, {knobs}, std::move(entry), std::move(workload));
}

// Distributions of mean 1 with little and much spread.
struct ServiceDistribution {
  std::string name;
  Distribution distribution;
  double squared_cv = 1;
};
inline void PrintTo(const ServiceDistribution& service, std::ostream* out) { *out << service.name; }
inline const std::vector<ServiceDistribution>& service_distributions() {
  static const std::vector<ServiceDistribution> distributions{
      {"deterministic", Deterministic{1}, 0},
      {"exponential", Exponential{1}, 1},
      {"hyper_exponential", HyperExponential::of(1, 2), 4},
      {"log_normal", LogNormal::of(1, 1.5), 2.25},
      {"weibull", Weibull::of(1, 0.7), std::tgamma(1 + 2 / 0.7) / std::pow(std::tgamma(1 + 1 / 0.7), 2) - 1},
  };
  return distributions;
}
inline std::string distribution_name(const ::testing::TestParamInfo<ServiceDistribution>& info) {
  return info.param.name;
}

// --- whole scenarios

// One instance whose slots are the servers; who finds none free waits or is turned away.
inline ScenarioSpec mmc(const Mmc& system, Overflow overflow = Overflow::queue) {
  return scenario(slot_station("station", Exponential{1 / system.service_rate_per_s}, overflow),
                  {.concurrency = system.servers}, open_loop(system.arrival_rate_per_s));
}

// Poisson arrivals share the cores of one instance, one core each at most.
inline ScenarioSpec processor_sharing(double arrival_rate_per_s, Distribution work_s, double cores = 1) {
  return scenario(cpu_station("station", std::move(work_s)), {.cpu = Millicores{1000 * cores}},
                  open_loop(arrival_rate_per_s));
}

// --- measuring

// What was seen of requests end to end, or of the calls of one function, after the warm-up.
struct Tally {
  RunningMoments response_s;          // of successes
  RunningMoments waiting_s;           // calls that reached an instance: from the call to its start
  std::int64_t delayed = 0;           // of these, the ones that waited
  std::int64_t cold = 0;              // of these, the ones that waited for their instance to start
  std::int64_t arrivals = 0;          // calls made
  std::array<std::int64_t, 5> ended;  // by outcome
  std::vector<double> at_number_s;    // [n]: seconds with n present
  Usage usage;                        // functions only

  std::int64_t count(Outcome outcome) const { return ended[static_cast<std::size_t>(outcome)]; }
  double share(Outcome outcome) const {
    std::int64_t all = 0;
    for (const std::int64_t some : ended) all += some;
    return static_cast<double>(count(outcome)) / static_cast<double>(all);
  }
  double delayed_share() const { return static_cast<double>(delayed) / static_cast<double>(waiting_s.count()); }
  double time_share_at(std::size_t number) const {
    double all_s = 0;
    for (const double some_s : at_number_s) all_s += some_s;
    return number < at_number_s.size() ? at_number_s[number] / all_s : 0.0;
  }
  double mean_number() const {
    double all_s = 0;
    double weighted = 0;
    for (std::size_t n = 0; n < at_number_s.size(); ++n) {
      all_s += at_number_s[n];
      weighted += static_cast<double>(n) * at_number_s[n];
    }
    return weighted / all_s;
  }
};

// One replication, after the warm-up.
struct Sample {
  Tally requests;
  std::vector<Tally> functions;
  double length_s = 0;
  std::vector<ExecutionRecord> executions;  // when the plan asks for them

  double throughput_per_s() const { return static_cast<double>(requests.count(Outcome::success)) / length_s; }
};

class Tallies final : public Observer {
 public:
  Tallies(std::size_t functions, bool keep_executions) : calls_(functions), keep_executions_(keep_executions) {
    sample_.functions.resize(functions);
    clear();
  }

  void clear() {
    const auto forget = [](Tally& tally) {
      tally = Tally();
      tally.ended.fill(0);
    };
    forget(sample_.requests);
    for (Tally& tally : sample_.functions) forget(tally);
    sample_.executions.clear();
  }
  void advance(Time now) {
    requests_.advance(sample_.requests, now);
    for (std::size_t i = 0; i < calls_.size(); ++i) calls_[i].advance(sample_.functions[i], now);
  }
  Sample take() { return std::move(sample_); }

  void on_request(std::uint64_t, Time arrived) override {
    requests_.advance(sample_.requests, arrived);
    ++requests_.number;
    ++sample_.requests.arrivals;
  }
  void on_request_finished(const RequestRecord& record) override {
    requests_.advance(sample_.requests, record.finished);
    --requests_.number;
    end(sample_.requests, record.outcome, record.arrived, record.finished);
  }
  void on_call(FunctionId function, Time called) override {
    calls_[function.index].advance(sample_.functions[function.index], called);
    ++calls_[function.index].number;
    ++sample_.functions[function.index].arrivals;
  }
  void on_call_finished(const CallRecord& record) override {
    Tally& tally = sample_.functions[record.function.index];
    calls_[record.function.index].advance(tally, record.finished);
    --calls_[record.function.index].number;
    end(tally, record.outcome, record.called, record.finished);
    if (record.started == kNever) return;
    tally.waiting_s.add(to_seconds(record.started - record.called));
    if (record.started > record.called) ++tally.delayed;
    if (record.cold) ++tally.cold;
  }
  void on_execution_finished(const ExecutionRecord& record) override {
    if (keep_executions_) sample_.executions.push_back(record);
  }

 private:
  struct Population {
    std::size_t number = 0;
    Time updated;
    void advance(Tally& tally, Time now) {
      if (tally.at_number_s.size() <= number) tally.at_number_s.resize(number + 1);
      tally.at_number_s[number] += to_seconds(now - updated);
      updated = now;
    }
  };
  static void end(Tally& tally, Outcome outcome, Time began, Time ended) {
    ++tally.ended[static_cast<std::size_t>(outcome)];
    if (outcome == Outcome::success) tally.response_s.add(to_seconds(ended - began));
  }

  Sample sample_;
  Population requests_;
  std::vector<Population> calls_;
  bool keep_executions_;
};

// Asserts and sanitizers slow the model down; tolerances widen by themselves when runs are shorter.
#ifdef NDEBUG
inline constexpr double kRunShare = 1;
#else
inline constexpr double kRunShare = 0.1;
#endif

struct Plan {
  double warm_up_s = 1000;   // left out
  double length_s = 40'000;  // measured, x kRunShare
  int replications = 40;
  bool keep_executions = false;
  std::uint64_t seed = 1;
};

// One replication; debug builds check the invariants of every run besides.
inline Sample observe(const Scenario& scenario, const Plan& plan, std::uint64_t replication) {
  Tallies tallies(scenario.function_count(), plan.keep_executions);
  std::vector<Observer*> observers{&tallies};
#ifndef NDEBUG
  InvariantChecker invariants(scenario);
  observers.push_back(&invariants);
#endif
  Simulation simulation(scenario, RngStreams(plan.seed, replication), observers);
  const Time start(from_seconds(plan.warm_up_s));
  simulation.run_until(start);
  tallies.advance(start);
  tallies.clear();
  std::vector<Usage> before;
  for (std::uint32_t i = 0; i < scenario.function_count(); ++i) before.push_back(simulation.usage({i}));

  const Time end = start + from_seconds(plan.length_s * kRunShare);
  simulation.run_until(end);
  tallies.advance(end);
#ifndef NDEBUG
  invariants.check(simulation);
#endif
  Sample sample = tallies.take();
  sample.length_s = to_seconds(end - start);
  for (std::uint32_t i = 0; i < scenario.function_count(); ++i) {
    sample.functions[i].usage = simulation.usage({i}) - before[i];
  }
  return sample;
}

struct Estimate {
  double mean = 0;
  double standard_error = 0;  // of the mean over replications
  int replications = 0;

  friend void PrintTo(const Estimate& estimate, std::ostream* out) {
    *out << estimate.mean << " +- " << estimate.standard_error;
  }
};

inline Estimate estimate_of(const RunningMoments& moments) {
  return {.mean = moments.mean().value_or(std::nan("")),
          .standard_error = moments.standard_error().value_or(std::nan("")),
          .replications = static_cast<int>(moments.count())};
}

// Runs the replications of a plan; each measure maps a Sample to a number, and gets its estimate.
//   const auto [waiting_s, response_s] = replicate(mmc({...}), {}, mean_waiting_s(), mean_response_s());
template <class... Measures>
std::array<Estimate, sizeof...(Measures)> replicate(const ScenarioSpec& spec, const Plan& plan,
                                                    const Measures&... measures) {
  const Scenario scenario(spec);
  std::array<RunningMoments, sizeof...(Measures)> moments;
  for (int i = 0; i < plan.replications; ++i) {
    const Sample sample = observe(scenario, plan, static_cast<std::uint64_t>(i));
    std::size_t next = 0;
    (moments[next++].add(measures(sample)), ...);
  }
  std::array<Estimate, sizeof...(Measures)> estimates;
  for (std::size_t i = 0; i < moments.size(); ++i) estimates[i] = estimate_of(moments[i]);
  return estimates;
}

inline auto mean_response_s(FunctionId function = kFirst) {
  return [function](const Sample& sample) { return *sample.functions[function.index].response_s.mean(); };
}
inline auto mean_waiting_s(FunctionId function = kFirst) {
  return [function](const Sample& sample) { return *sample.functions[function.index].waiting_s.mean(); };
}
inline auto delayed_share(FunctionId function = kFirst) {
  return [function](const Sample& sample) { return sample.functions[function.index].delayed_share(); };
}
inline auto outcome_share(Outcome outcome, FunctionId function = kFirst) {
  return [=](const Sample& sample) { return sample.functions[function.index].share(outcome); };
}
inline auto mean_number(FunctionId function = kFirst) {
  return [function](const Sample& sample) { return sample.functions[function.index].mean_number(); };
}
inline auto time_share_at(std::size_t number, FunctionId function = kFirst) {
  return [=](const Sample& sample) { return sample.functions[function.index].time_share_at(number); };
}
inline auto cold_share(FunctionId function = kFirst) {
  return [function](const Sample& sample) {
    const Tally& calls = sample.functions[function.index];
    return static_cast<double>(calls.cold) / static_cast<double>(calls.waiting_s.count());
  };
}
inline auto mean_instances(FunctionId function = kFirst) {
  return
      [function](const Sample& sample) { return sample.functions[function.index].usage.instance_s / sample.length_s; };
}
inline auto success_share() {
  return [](const Sample& sample) { return sample.requests.share(Outcome::success); };
}
inline auto cpu_cores(FunctionId function = kFirst) {
  return [function](const Sample& sample) { return sample.functions[function.index].usage.cpu_s / sample.length_s; };
}
inline auto mean_latency_s() {
  return [](const Sample& sample) { return *sample.requests.response_s.mean(); };
}
inline auto throughput_per_s() {
  return [](const Sample& sample) { return sample.throughput_per_s(); };
}

// At most this many comparisons in all tests of this folder, and so small a chance that any of them, with a new seed,
// objects to a right model: Bonferroni on Student's t, some 5.6 standard errors at 40 replications.
inline constexpr double kComparisons = 500;
inline constexpr double kFamilyWiseError = 1e-3;

// EXPECT_THAT(estimate, Estimates(exact)): the exact value is not too many standard errors away.
MATCHER_P(Estimates, exact, "estimates " + ::testing::PrintToString(exact)) {
  const double deviation = arg.mean - exact;
  if (arg.standard_error == 0) return std::abs(deviation) <= 1e-9 * std::abs(exact);
  const double bound = student_t_quantile(1 - kFamilyWiseError / kComparisons / 2, arg.replications - 1);
  *result_listener << "which is " << deviation / arg.standard_error << " standard errors away; the bound is " << bound;
  return std::abs(deviation) <= bound * arg.standard_error;
}

}  // namespace faasconf::sim
