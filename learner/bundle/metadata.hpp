#pragma once
// What a policy is and what it was trained for, as its bundle records it.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "learner/bundle/network_spec.hpp"
#include "sim/env/action.hpp"
#include "sim/env/adjacency.hpp"
#include "sim/env/features.hpp"
#include "sim/env/load.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::learner::bundle {

inline constexpr int kBundleFormat = 2;  // this version reads it and those before

// Of the features, per column: (x - mean) / deviation, cut to +- limit; 0 where the deviation is 0.
struct NormalizerMoments {
  std::vector<double> mean;
  std::vector<double> deviation;
  double limit = 10;

  friend bool operator==(const NormalizerMoments&, const NormalizerMoments&) = default;
};

inline constexpr std::size_t kMostSeasonWindows = 2'000'000;  // a year has 1,051,200 of 30 s

struct Metadata {
  std::string program;  // that wrote it, with version and commit
  std::string workflow;
  std::string digest;               // of the workflow, hexadecimal
  std::vector<std::string> agents;  // the functions that are tuned, in the workflow's order
  NetworkSpec network;
  sim::FeatureSet features = sim::FeatureSet::paper;
  std::vector<std::string> feature_names;  // by column
  sim::LoadForecasting load_knowledge = sim::LoadForecasting::clairvoyant;
  double smoothing_weight = 0.5;                           // in (0, 1]
  std::size_t season_windows = 1;                          // of a seasonal forecast
  double upper_quantile = 0.9;                             // of the load, given beside the forecast
  std::vector<std::pair<std::size_t, std::size_t>> edges;  // from agent, to agent
  std::vector<sim::KnobRanges> ranges;                     // by agent
  sim::ActionRounding rounding;
  sim::Promise promise;  // that it was trained to keep
  NormalizerMoments normalizer;
  std::string safety;           // JSON of a SafetyFilter; empty: none
  std::string training = "{}";  // JSON: where the policy comes from
};

// Throws Error where parts are inconsistent.
void check(const Metadata& metadata);

// Fills in what concerns the workflow and its agents: name, agents, edges, ranges, promise.
void describe(const sim::WorkflowSpec& workflow, const sim::ActionSpace& actions, const sim::AgentGraph& graph,
              Metadata& metadata);

std::string to_json(const Metadata& metadata);
// Throws Error naming the entry, what was expected and what came.
Metadata metadata_from_json(const std::string& text);

}  // namespace faasconf::learner::bundle
