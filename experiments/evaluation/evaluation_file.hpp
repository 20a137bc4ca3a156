#pragma once
// The record of an evaluation: HDF5 1.10, self-describing, by the conventions of experiments/results/result_file.hpp.
// Layout (format version 1):
//
//   /                attributes: format "faasconf-evaluation", format_version, faasconf_version, faasconf_revision,
//                    model_version, identity, seed, attribution, window_s, workflow, qos_latency_s (NaN: no promise),
//                    qos_successes_per_30s, seeds
//   /run/resolved, /run/workflow_dot, /run/inputs/path, /run/inputs/sha256, /run/job   as in a result file
//   /run/policies, /run/knows, /run/protocols, /run/loads, /run/criteria, /run/units   names; columns refer to them by
//                    index. knows: the forecast of the load that a policy has; protocols: whether its instances stay.
//   /run/users       users by load and window: load, window, users
//   /runs/COLUMN     one row per policy, load and seed: policy, load, seed, and the criteria
//   /summary/COLUMN  one row per policy and criterion: policy, criterion, mean, low, high, interquartile_mean,
//                    interquartile_low, interquartile_high, worst_seed, worst_load, worst_load_low, worst_load_high,
//                    lowest (lower end of any load's interval), difference, difference_low, difference_high,
//                    worst_load_index; what is absent is NaN, and worst_load_index is -1
//
// Same experiment, policies, loads and seed: same bytes.

#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/evaluation/evaluation.hpp"

namespace faasconf::experiments::evaluation {

// Written aside and renamed. Throws as ResultWriter does.
void write_evaluation(const std::string& path, const config::Experiment& experiment, const EvaluationPlan& plan,
                      const Evaluation& evaluation, const std::vector<Verdicts>& verdicts);

}  // namespace faasconf::experiments::evaluation
