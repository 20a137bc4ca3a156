#pragma once
// Made-up observations for policies, and checks that every policy must pass.

#include <cstdint>
#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "sim/core/random.hpp"
#include "sim/policy/autoscaler.hpp"

namespace faasconf::sim {

// Of one function whose instances have one core each.
struct Seen {
  int end_s = 0;  // of the interval
  int interval_s = 1;
  int replicas = 1;
  int ready = 0;  // 0: all
  double cpu_cores = 0;
  double concurrency = 0;
  int completions = 0;
  int concurrency_limit = 10;
  int arrivals = 0;
  double queue_length = 0;
};
inline Observation observe(const Seen& seen) {
  Observation observation;
  observation.start = Time(std::chrono::seconds(seen.end_s - seen.interval_s));
  observation.length = std::chrono::seconds(seen.interval_s);
  observation.configuration.functions = {{.replicas = seen.replicas, .concurrency = seen.concurrency_limit}};
  FunctionObservation& function = observation.functions.emplace_back();
  function.calls.completions = seen.completions;
  function.calls.arrivals = seen.arrivals;
  function.cpu_cores = seen.cpu_cores;
  function.concurrency_mean = seen.concurrency;
  function.queue_length_mean = seen.queue_length;
  function.ready = seen.ready > 0 ? seen.ready : seen.replicas;
  return observation;
}
inline int decide(Policy& policy, const Seen& seen) { return policy.decide(observe(seen)).functions[0].replicas; }

// Functions 0 and 2 are tuned, 1 is not.
inline const ReplicaRanges kRanges{ReplicaRange{2, 5}, std::nullopt, ReplicaRange{1, 8}};
inline const Configuration kStart{{{.replicas = 3}, {.replicas = 9, .concurrency = 0}, {.replicas = 2}}};

// The next interval under this configuration: anything that can be seen at all.
inline Observation draw_observation(const Observation& last, const Configuration& configuration, Duration length,
                                    Rng& rng) {
  Observation next;
  next.window = last.window + 1;
  next.start = last.start + last.length;
  next.length = length;
  next.configuration = configuration;
  for (const FunctionConfiguration& knobs : configuration.functions) {
    FunctionObservation& function = next.functions.emplace_back();
    const double load = rng.uniform() < 0.3 ? 0 : 3 * rng.uniform();
    function.ready = 1 + static_cast<int>(rng.below(static_cast<std::uint32_t>(knobs.replicas)));
    function.instances = knobs.replicas;
    function.cpu_cores = load * function.ready;
    function.concurrency_mean = 20 * load;
    function.calls.completions = static_cast<std::int64_t>(100 * load);
  }
  return next;
}

// Conformance: legal configurations that leave alone what is not the policy's; the same observations, the same
// decisions; observations with nothing in them are survived. `make` makes a policy for kRanges that starts from kStart.
inline void check_policy(const std::function<std::unique_ptr<Policy>()>& make) {
  const auto policy = make();
  const auto twin = make();
  const Duration interval = policy->interval().value_or(std::chrono::seconds(30));
  EXPECT_GT(interval, Duration::zero());
  const auto expect_legal = [](const Configuration& decision) {
    ASSERT_EQ(decision.functions.size(), kStart.functions.size());
    for (std::size_t i = 0; i < kStart.functions.size(); ++i) {
      FunctionConfiguration expected = kStart.functions[i];
      if (kRanges[i]) {
        EXPECT_GE(decision.functions[i].replicas, kRanges[i]->min);
        EXPECT_LE(decision.functions[i].replicas, kRanges[i]->max);
        expected.replicas = decision.functions[i].replicas;
      }
      EXPECT_EQ(decision.functions[i], expected);
    }
  };

  Rng rng = RngStreams(1).stream("observations");
  Observation observation;
  Configuration configuration = kStart;
  for (int step = 0; step < 1000; ++step) {
    observation = draw_observation(observation, configuration, interval, rng);
    configuration = policy->decide(observation);
    expect_legal(configuration);
    EXPECT_EQ(twin->decide(observation), configuration);
  }

  Observation nothing;
  nothing.configuration = kStart;
  EXPECT_EQ(make()->decide(nothing), kStart);
  nothing.functions.resize(kStart.functions.size());
  expect_legal(make()->decide(nothing));
}

}  // namespace faasconf::sim
