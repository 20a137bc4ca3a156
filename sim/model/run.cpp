#include "sim/model/run.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/observe.hpp"
#include "sim/model/simulated_platform.hpp"
#include "sim/model/window_loop.hpp"
#include "sim/stats/batch_means.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::sim {

namespace {

class SpanRecorder final : public Observer {
 public:
  explicit SpanRecorder(std::vector<CallRecord>& spans) : spans_(spans) {}
  void on_call_finished(const CallRecord& record) override { spans_.push_back(record); }

 private:
  std::vector<CallRecord>& spans_;
};

// Takes the windows of a run as they become final.
class Collector final : public WindowLoopObserver {
 public:
  Collector(SimulatedPlatform& platform, const Scenario& scenario, Time warm_up)
      : platform_(platform),
        scenario_(scenario),
        warm_up_(warm_up),
        total_(scenario.function_count()),
        judge_(scenario.workflow().promise) {}

  void on_window(std::int64_t, const std::optional<Observation>&, bool last) override {
    const bool everything = scenario_.spec().redeploy || last;
    platform_.windows().take_final(platform_.now(), everything, [this](const CountedWindow& window) {
      windows_.push_back(observe(window, scenario_.workflow()));
      if (window.start < warm_up_) return;
      total_.merge(window);
      if (scenario_.workflow().promise.has_terms()) judge_.add(window);
    });
  }
  std::vector<Observation> take_windows() { return std::move(windows_); }
  const PromiseKept& promise() const { return judge_.kept(); }
  Observation total() {
    total_.sort();
    return observe(total_, scenario_.workflow());
  }

 private:
  SimulatedPlatform& platform_;
  const Scenario& scenario_;
  Time warm_up_;
  CountedWindow total_;
  PeriodJudge judge_;
  std::vector<Observation> windows_;
};

}  // namespace

Duration whole_windows(Duration warm_up, Duration window, Duration duration) {
  if (warm_up <= Duration::zero()) return Duration::zero();
  const Duration whole = (warm_up + window - Duration(1)) / window * window;
  if (whole <= duration - window) return whole;
  throw Error("warm-up: expected a window of " + format(window) + " to remain of " + format(duration) + ", got \"" +
              format(warm_up) + "\"");
}

Run run(const Scenario& scenario, Policy& policy, const RunOptions& options, std::uint64_t seed,
        std::uint64_t replication) {
  const ScenarioSpec& spec = scenario.spec();
  Run run;
  run.warm_up = whole_windows(options.warm_up, spec.window, options.duration);
  SpanRecorder spans(run.spans);
  SimulatedPlatformOptions measured{
      .intervals = policy.interval().has_value(), .observers = {}, .go_on = options.go_on};
  if (options.spans) measured.observers.push_back(&spans);
  SimulatedPlatform platform(scenario, RngStreams(seed, replication), measured);
  Collector collector(platform, scenario, Time(run.warm_up));
  run_windows(platform, policy, {.duration = options.duration, .window = spec.window, .redeploy = spec.redeploy},
              collector);

  run.windows = collector.take_windows();
  run.total = collector.total();
  run.promise = collector.promise();
  run.events = platform.simulation().events_handled();
  return run;
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
