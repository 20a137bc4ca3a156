#include "experiments/prediction/window_sample.hpp"

#include <cassert>
#include <numeric>

#include "sim/core/random.hpp"
#include "sim/model/run.hpp"

namespace faasconf::experiments::prediction {
namespace {

// The longest window of which both the warm-up and the window are whole multiples.
sim::Duration common_window(const Load& load) {
  return sim::Duration(std::gcd(load.window.count(), load.warm_up.count()));
}

double latency_of(const sim::Latency& latency, Observed what) {
  switch (what) {
    case Observed::latency_p50:
      return latency.p50_s;
    case Observed::latency_p75:
      return latency.p75_s;
    case Observed::latency_p95:
      return latency.p95_s;
    case Observed::latency_p99:
      return latency.p99_s;
    case Observed::latency_mean:
    case Observed::successes:
    case Observed::success_ratio:
      break;
  }
  return latency.mean_s;
}

}  // namespace

sim::ScenarioSpec scenario_of(const sim::WorkflowSpec& workflow, const sim::Configuration& configuration,
                              const Load& load, const Protocol& protocol) {
  sim::ScenarioSpec spec{.workflow = workflow, .configuration = configuration, .workload = {}};
  if (load.rate_per_s > 0) {
    spec.workload.source = sim::OpenLoop{.rate_per_s = load.rate_per_s, .law = {}};
  } else {
    spec.workload.source = sim::ClosedLoop{.users = static_cast<int>(load.users),
                                           .think_time = protocol.think_time,
                                           .spawn_rate_per_s = protocol.spawn_rate_per_s,
                                           .back_off = protocol.back_off};
  }
  spec.window = common_window(load);
  spec.attribution = protocol.attribution;
  spec.redeploy = load.warm_up == sim::Duration::zero();
  return spec;
}

void simulate_windows(const sim::ScenarioSpec& spec, const Load& load, std::uint64_t seed, std::size_t count,
                      const OnWindow& on_window, const sim::GoOn& go_on) {
  const sim::Scenario scenario(spec);
  sim::FixedPolicy policy(spec.configuration);
  if (spec.redeploy) {  // one simulation, deployed anew for each window
    const auto windows = static_cast<std::int64_t>(count);
    const sim::Run run = sim::run(scenario, policy, {.duration = load.window * windows, .go_on = go_on}, seed);
    assert(run.windows.size() == count);
    for (std::size_t i = 0; i < count; ++i) on_window(i, run.windows[i]);
    return;
  }
  const sim::RunOptions options{.duration = load.warm_up + load.window, .warm_up = load.warm_up, .go_on = go_on};
  for (std::size_t i = 0; i < count; ++i) {
    on_window(i, sim::run(scenario, policy, options, seed, i).total);
  }
}

std::optional<double> observe(const sim::Observation& window, Observed what, std::optional<std::size_t> function) {
  const sim::Counts& counts = function ? window.functions[*function].calls : window.requests;
  const std::optional<sim::Latency>& latency = function ? window.functions[*function].latency : window.latency;
  if (what == Observed::successes) return static_cast<double>(counts.completions);
  if (what == Observed::success_ratio) {
    if (counts.finished() == 0) return std::nullopt;
    return static_cast<double>(counts.completions) / static_cast<double>(counts.finished());
  }
  if (!latency) return std::nullopt;
  return latency_of(*latency, what);
}

std::uint64_t row_seed(std::uint64_t seed, std::size_t line) {
  return sim::RngStreams(seed).stream("calibration row", line).next();
}

}  // namespace faasconf::experiments::prediction
