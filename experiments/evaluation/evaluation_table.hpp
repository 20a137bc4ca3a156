#pragma once
// The result of an evaluation as a table and as JSON.

#include <iosfwd>
#include <string>
#include <vector>

#include "experiments/evaluation/evaluation.hpp"
#include "experiments/results/screen_text.hpp"
#include "experiments/results/verdict.hpp"

namespace faasconf::experiments::evaluation {

// "lean: promise kept at every load: ...", a line per policy; empty where nothing is promised.
std::vector<std::string> sentences(const EvaluationPlan& plan, const Evaluation& evaluation);
// On the promise of each policy at its worst load, as the sentences say; none where nothing is promised.
std::vector<results::Verdict> words(const EvaluationPlan& plan, const Evaluation& evaluation);

// Promise, price, latency and served share of every policy: means over loads and seeds, and the share of the periods
// that kept the promise at the worst load as well.
void print_overview(std::ostream& out, const EvaluationPlan& plan, const Evaluation& evaluation,
                    const std::vector<Verdicts>& verdicts, const results::Paint& paint);

// One column per policy, with its forecast of the load and whether its instances stay. Policies with the same forecast
// stand together, and the first line names it unless all have the same. One block per criterion: mean, interquartile
// mean, worst seed, worst load, difference to the first policy; of the promise also whether the intervals of all loads
// lie at its share or above.
void print_table(std::ostream& out, const EvaluationPlan& plan, const Evaluation& evaluation,
                 const std::vector<Verdicts>& verdicts);

// One JSON object per line, policy by policy and criterion by criterion: policy, knows, protocol, criterion, unit;
// mean, low, high; interquartile_mean, interquartile_low, interquartile_high; worst_load, worst_load_low,
// worst_load_high, worst_load_name; difference, difference_low, difference_high; worst_seed; lowest. What is absent is
// null.
void print_json(std::ostream& out, const EvaluationPlan& plan, const Evaluation& evaluation,
                const std::vector<Verdicts>& verdicts);

}  // namespace faasconf::experiments::evaluation
