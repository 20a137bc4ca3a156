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

}  // namespace

sim::ScenarioSpec scenario_of(const sim::WorkflowSpec& workflow, const sim::Configuration& configuration,
                              const Load& load, const Protocol& protocol) {
  sim::ScenarioSpec spec{.workflow = workflow, .configuration = configuration, .workload = {}};
  if (load.rate_per_s > 0) {
    spec.workload.source = sim::OpenLoop{.rate_per_s = load.rate_per_s, .process = {}};
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

std::uint64_t row_seed(std::uint64_t seed, std::size_t line) {
  return sim::RngStreams(seed).stream("calibration row", line).next();
}

}  // namespace faasconf::experiments::prediction
