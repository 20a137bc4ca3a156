#pragma once
// What a window costs, from its counts and the unit prices. An orchestrator with limits of its own is not priced.

#include "sim/model/counted_window.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::sim {

struct WindowCost {
  double price = 0;            // the paper's: sum_j (cpu_j p_cpu + memory_j p_memory) replicas_j, averaged over time
  double cost_window_usd = 0;  // its Eq. 2, sum_j ExecTime_j (alpha cpu_j + beta memory_j) replicas_j, where ExecTime_j
                               // is the window
  double cost_execution_usd = 0;  // Eq. 2 where ExecTime_j is the function's mean time per execution
  double used_gib_s = 0;          // pay-per-use: sum over executions of duration x memory limit
  double used_vcpu_s = 0;         // pay-per-use: sum over executions of duration x CPU limit
};

WindowCost cost_of(const CountedWindow& window, const WorkflowSpec& workflow);

}  // namespace faasconf::sim
