#include "sim/model/run.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "sim/core/error.hpp"
#include "sim/model/invariants.hpp"
#include "sim/model/simulation.hpp"
#include "sim/model/window_recorder.hpp"
#include "sim/stats/batch_means.hpp"

namespace faasconf::sim {

namespace {

class SpanRecorder final : public Observer {
 public:
  explicit SpanRecorder(std::vector<CallRecord>& spans) : spans_(spans) {}
  void on_call_finished(const CallRecord& record) override { spans_.push_back(record); }

 private:
  std::vector<CallRecord>& spans_;
};

// Asks a policy at intervals of its own, counted from the last deployment, about the interval that ended.
class IntervalDecisions {
 public:
  IntervalDecisions(const Scenario& scenario, Policy& policy, Duration interval)
      : policy_(policy), interval_(interval), recorder_(scenario, Attribution::completed) {
    if (interval <= Duration::zero()) throw Error("a policy's interval must be above 0");
  }

  Observer* observer() { return &recorder_; }
  Time next() const { return next_; }
  void begin(const Simulation& simulation) {
    recorder_.forget_windows();
    recorder_.begin_window(simulation);
    next_ = after(simulation.now(), interval_);
  }
  Configuration ask(const Simulation& simulation) {
    recorder_.end_window(simulation);
    Configuration decision = policy_.decide(recorder_.latest());
    begin(simulation);
    return decision;
  }

 private:
  Policy& policy_;
  Duration interval_;
  WindowRecorder recorder_;
  Time next_;
};

void apply(const Configuration& decision, Simulation& simulation) {
  if (decision != simulation.configuration()) simulation.apply(decision);
}

// Delivers the runs of several threads in order of their replication.
class InOrder {
 public:
  InOrder(std::uint64_t count, int threads, const OnReplication& deliver)
      : count_(count), most_ahead_(2 * static_cast<std::uint64_t>(threads)), deliver_(deliver) {}

  // The next replication to run; absent when there is none any more.
  std::optional<std::uint64_t> claim() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || next_ >= count_ || next_ < delivered_ + most_ahead_; });
    if (stopped_ || next_ >= count_) return std::nullopt;
    return next_++;
  }
  void complete(std::uint64_t replication, Run&& run) {
    const std::scoped_lock lock(mutex_);
    waiting_.emplace(replication, std::move(run));
    while (!stopped_ && !waiting_.empty() && waiting_.begin()->first == delivered_) {
      auto next = waiting_.extract(waiting_.begin());
      if (!deliver_(next.key(), std::move(next.mapped()))) stopped_ = true;
      ++delivered_;
    }
    changed_.notify_all();
  }
  void fail(std::exception_ptr error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    stopped_ = true;
    changed_.notify_all();
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  const std::uint64_t count_;
  const std::uint64_t most_ahead_;  // so that a slow replication does not pile up the runs behind it
  const OnReplication& deliver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Run> waiting_;
  std::uint64_t next_ = 0;
  std::uint64_t delivered_ = 0;
  bool stopped_ = false;
  std::exception_ptr error_;
};

}  // namespace

void drain(Simulation& simulation, Attribution attribution) {
  if (attribution == Attribution::completed) return;
  simulation.stop_arrivals();
  if (attribution == Attribution::paper) return simulation.run_until(simulation.now() + kPaperDrain);
  while (simulation.requests_in_flight() > 0) simulation.run_until(simulation.now() + std::chrono::seconds(1));
}

Run run(const Scenario& scenario, Policy& policy, const RunOptions& options, std::uint64_t seed,
        std::uint64_t replication) {
  const ScenarioSpec& spec = scenario.spec();
  if (options.duration <= Duration::zero()) throw Error("duration: it must be above 0");
  Run run;
  WindowRecorder recorder(scenario);
  recorder.set_warm_up(Time(options.warm_up));
  SpanRecorder span_recorder(run.spans);
  std::vector<Observer*> observers{&recorder};
  if (options.spans) observers.push_back(&span_recorder);
  StrictRecorder strict(spec.workflow.qos.latency);
  if (options.strict) observers.push_back(&strict);
#ifndef NDEBUG
  InvariantChecker laws(scenario);
  observers.push_back(&laws);
#endif
  std::optional<IntervalDecisions> decisions;
  if (const auto interval = policy.interval()) {
    observers.push_back(decisions.emplace(scenario, policy, *interval).observer());
  }
  const RngStreams streams(seed, replication);
  Simulation simulation(scenario, streams, observers);

  const auto collect = [&](bool everything) {
    for (Observation& observation : recorder.take_final(simulation.now(), everything)) {
      run.windows.push_back(std::move(observation));
    }
  };
  const Time horizon = Time(options.duration);
  std::uint64_t window = 0;
  for (Time start{}; start < horizon; start = after(start, spec.window), ++window) {
    if (spec.redeploy && window > 0) {
      simulation.redeploy(start, RngStreams(streams.stream("redeploy", window).next()));
      strict.redeployed();
#ifndef NDEBUG
      laws.redeployed(simulation);
#endif
    }
    recorder.begin_window(simulation);
    strict.begin_window();
    const Time end = std::min(horizon, after(start, spec.window));
    if (decisions && (spec.redeploy || window == 0)) decisions->begin(simulation);
    while (decisions && decisions->next() < end) {
      simulation.run_until(decisions->next());
      apply(decisions->ask(simulation), simulation);
    }
    simulation.run_until(end);
    recorder.end_window(simulation);
    if (options.strict) run.strict.push_back(strict.end_window(end));
    Configuration decision = simulation.configuration();
    if (!decisions) {
      decision = policy.decide(recorder.latest());
    } else if (decisions->next() == end) {
      decision = decisions->ask(simulation);
    }
    const bool last = end == horizon;
    if (spec.redeploy || last) drain(simulation, spec.attribution);
#ifndef NDEBUG
    laws.check(simulation);
#endif
    collect(spec.redeploy || last);
    if (!last) apply(decision, simulation);
  }

  run.total = recorder.total();
  run.events = simulation.events_handled();
  std::size_t counted = 0;
  std::size_t met = 0;
  for (const Observation& observation : run.windows) {
    if (observation.start < Time(options.warm_up)) continue;
    ++counted;
    if (observation.qos_met) ++met;
  }
  run.qos_compliance = counted > 0 ? static_cast<double>(met) / static_cast<double>(counted) : 0;
  return run;
}

void replicate(const Scenario& scenario, const PolicyFactory& make_policy, const RunOptions& options,
               std::uint64_t seed, std::uint64_t count, int threads, const OnReplication& on_replication) {
  if (threads < 1) throw Error("threads: expected at least 1, got " + std::to_string(threads));
  InOrder in_order(count, threads, on_replication);
  const auto work = [&] {
    try {
      while (const auto replication = in_order.claim()) {
        const auto policy = make_policy();
        in_order.complete(*replication, run(scenario, *policy, options, seed, *replication));
      }
    } catch (...) {
      in_order.fail(std::current_exception());
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  in_order.rethrow();
}

Duration find_warm_up(const Scenario& scenario, const PolicyFactory& make_policy, const RunOptions& options,
                      std::uint64_t seed, std::uint64_t pilots, int threads) {
  const ScenarioSpec& spec = scenario.spec();
  if (spec.workload.profile || spec.redeploy) return Duration::zero();
  std::vector<RunningMoments> latency_s;
  replicate(scenario, make_policy, options, seed, pilots, threads, [&](std::uint64_t, Run&& pilot) {
    latency_s.resize(pilot.windows.size());
    for (std::size_t i = 0; i < pilot.windows.size(); ++i) {
      if (pilot.windows[i].latency) latency_s[i].add(pilot.windows[i].latency->mean_s);
    }
    return true;
  });
  std::vector<double> series;
  for (const RunningMoments& window : latency_s) {
    // a window without a success says nothing new
    series.push_back(window.mean().value_or(series.empty() ? 0.0 : series.back()));
  }
  return spec.window * static_cast<std::int64_t>(mser5_truncation(series));
}

}  // namespace faasconf::sim
