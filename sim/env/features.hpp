#pragma once
// What an agent sees: a row of numbers for its function.

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
  extended,  // and what is known of the load, the promise and the agent's place in the workflow
};

// The number of users that an agent is told: of the window that its action is for, and how that came to be known.
struct LoadOutlook {
  double users = 0;   // told for the next window: the true number, or a forecast
  double change = 0;  // told now less what the last window had
  double upper = 0;   // a high quantile of it, no less than what was told
};

// Rows of float, agents x size(). Where no call succeeded a latency is unknown: the row says the window's length,
// which is longer than any that counts. Under fluid sharing, which has no periods, throttled time counts in periods of
// 100 ms.
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
