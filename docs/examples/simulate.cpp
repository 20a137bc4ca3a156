// Two functions in a row under ten users: how long requests take, how many succeed, and what the configuration costs.

#include <iostream>

#include "sim/model/run.hpp"

int main() {
  using namespace faasconf::sim;
  using namespace std::chrono_literals;

  FunctionSpec resize;
  resize.name = "resize";
  resize.serial_work = Deterministic{0.2};  // core-seconds
  FunctionSpec classify;
  classify.name = "classify";
  classify.serial_work = Exponential{0.5};

  ScenarioSpec spec;
  spec.workflow.functions = {resize, classify};
  spec.workflow.entry = {Sequence{{{Call{.function = "resize"}}, {Call{.function = "classify"}}}}};
  spec.workflow.gateway.hop = Deterministic{0.01};  // s
  spec.configuration.functions = {{.cpu = Millicores{500}, .replicas = 4, .concurrency = 4},
                                  {.cpu = Millicores{1000}, .replicas = 5, .concurrency = 4}};
  spec.workload.source = ClosedLoop{.users = 10};

  const Scenario scenario(spec);  // throws Error where something cannot be
  FixedPolicy policy(spec.configuration);
  const Run result = run(scenario, policy, {.duration = 10min, .warm_up = 30s}, /*seed=*/1);

  const Observation& total = result.total;
  std::cout << "mean latency " << total.latency->mean_s << " s, success ratio " << *total.success_ratio << ", price "
            << total.price << "\n";
}
