#pragma once
// An agent's observation: a row of numbers for its function.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sim/env/action.hpp"
#include "sim/env/adjacency.hpp"
#include "sim/model/scenario.hpp"
#include "sim/policy/observation.hpp"

namespace faasconf::sim {

enum class FeatureSet {
  paper,     // the 11 numbers of the paper
  extended,  // these and the forecast of the load, the promise, and the agent's position in the workflow
};

// The forecast of the load that an agent is given for the window that its action is for: users, or requests per second
// of an open loop.
struct LoadOutlook {
  double level = 0;   // in the next window
  double change = 0;  // from the last window to the next
  double upper = 0;   // an upper quantile, at least `level`
};

// Rows of float, agents x size(). Where no call succeeded the latency is unknown and the row has the window's
// length, which is longer than any latency that counts. Under fluid sharing, which has no periods, throttled time
// counts in periods of 100 ms.
class Features {
 public:
  Features(const Scenario& scenario, const ActionSpace& actions, const AgentGraph& graph, FeatureSet set);

  std::size_t size() const { return names_.size(); }                // of a row
  const std::vector<std::string>& names() const { return names_; }  // with units, by column

  // actions: those of the window that was observed, agents x kKnobs; rows: agents x size().
  void write(const Observation& window, std::span<const float> actions, const LoadOutlook& load,
             std::span<float> rows) const;

 private:
  const Scenario& scenario_;
  const ActionSpace& actions_;
  const AgentGraph& graph_;
  FeatureSet set_;
  std::vector<std::string> names_;
};

}  // namespace faasconf::sim
