#pragma once
// Summaries as tables for people: what they see first, and all the rest.

#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/results/screen_text.hpp"
#include "experiments/results/summary.hpp"
#include "experiments/results/verdict.hpp"
#include "sim/policy/load_knowledge.hpp"

namespace faasconf::experiments::results {

// Of every case, absent where nothing is promised.
using Outcomes = std::vector<std::optional<PromiseOutcome>>;

// USD per month of 730 hours, averaged over the span that counts; absent where the workflow has no prices in USD.
std::optional<double> price_per_month(const Summary& summary, std::size_t case_index);

// Of several cases, which keep the promise, the cheapest first, and which do not: "kept by lean (2,765 USD per month);
// broken by ample".
std::string finding(const Summary& summary, const Outcomes& outcomes);
// What became of the requests of a case that were not served in time: "18.7 % not served in time: OOM kills 2.1 % (all
// of resnet), rejections 1.5 %, too late 15.1 %"; empty where all were.
std::string losses(const Summary& summary, std::size_t case_index);

// Promise, price, latency and served share of every case; of two also the difference of the second from the first,
// replications in pairs.
void print_overview(std::ostream& out, const Summary& summary, const Outcomes& outcomes,
                    std::span<const sim::LoadKnowledge> knowledge, const Paint& paint);

// One case: a line per function and one end to end; "1.234 ± 0.012" (95 % intervals), aligned, units in the header.
void print_case_table(std::ostream& out, const Summary& summary, std::size_t case_index);
// Cases side by side: a column per case, a line per end-to-end metric. Two cases: also the difference of the second
// from the first, replications in pairs. Cases whose policies have the same forecast of the load stand together, and
// the first line names it unless all have the same. Above stand the span that counts and the warm-up; totals of several
// cases are per hour.
void print_comparison_table(std::ostream& out, const Summary& summary,
                            std::span<const sim::LoadKnowledge> knowledge = {});

}  // namespace faasconf::experiments::results
