#pragma once
// Everything that a run depends on except the seed.

#include "sim/model/attribution.hpp"
#include "sim/model/graph.hpp"
#include "sim/model/workflow.hpp"
#include "sim/model/workload.hpp"
#include "sim/policy/autoscaler.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::sim {

struct ScenarioSpec {
  WorkflowSpec workflow;
  Configuration configuration;  // in force from the start
  Workload workload;
  Duration window = std::chrono::seconds(30);
  Attribution attribution = Attribution::completed;
  bool redeploy = false;  // every window begins with fresh instances and no requests (the paper's protocol)
};

// Checked and ready to run; const, so simulations may share one.
class Scenario {
 public:
  // Throws Error on anything that cannot be simulated, saying what and why.
  explicit Scenario(ScenarioSpec spec);

  const ScenarioSpec& spec() const { return spec_; }
  const WorkflowSpec& workflow() const { return spec_.workflow; }
  const Graph& graph() const { return graph_; }
  std::size_t function_count() const { return spec_.workflow.functions.size(); }

 private:
  ScenarioSpec spec_;
  Graph graph_;
};

// Throws Error when the configuration does not fit the workflow: number of functions, knobs that are not positive.
void check(const Configuration& configuration, const WorkflowSpec& workflow);

// The replicas that an autoscaler may choose: the ranges of the functions that are tuned and not on demand.
ReplicaRanges replica_ranges(const WorkflowSpec& workflow);

// The same knobs for every function that is tuned; the fixed ones keep theirs.
Configuration uniform_configuration(const WorkflowSpec& workflow, const FunctionConfiguration& knobs);

}  // namespace faasconf::sim
