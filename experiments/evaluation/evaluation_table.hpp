#pragma once
// What an evaluation found, for people and for machines.

#include <iosfwd>
#include <vector>

#include "experiments/evaluation/evaluation.hpp"

namespace faasconf::experiments {

// A column a policy, under its name what it knows of the load and whether its instances stay; a block a criterion:
// mean, interquartile mean, worst seed, worst load, difference to the first policy.
void print_table(std::ostream& out, const EvaluationPlan& plan, const Evaluation& evaluation,
                 const std::vector<Verdicts>& verdicts);

// One JSON object per line, policy by policy and criterion by criterion:
// {"policy":..., "knows":..., "protocol":..., "criterion":..., "unit":..., "mean":..., "low":..., "high":...,
// "interquartile_mean":..., "interquartile_low":..., "interquartile_high":..., "worst_seed":..., "worst_load":...,
// "worst_load_name":..., "difference":..., "difference_low":..., "difference_high":...}; null: absent.
void print_json(std::ostream& out, const EvaluationPlan& plan, const Evaluation& evaluation,
                const std::vector<Verdicts>& verdicts);

// "redeploy" or "carry-over"
std::string protocol_of(const EvaluationPlan& plan, const EvaluatedPolicy& policy);

}  // namespace faasconf::experiments
