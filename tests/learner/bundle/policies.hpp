#pragma once
// Policies of all kinds with random weights.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "learner/bundle/bundle.hpp"
#include "sim/core/random.hpp"
#include "sim/env/features.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::learner::bundle {

using Shapes = std::map<std::string, Shape>;

inline void add_perceptron(std::uint64_t modules, std::uint64_t inputs, const std::vector<std::size_t>& hidden,
                           std::uint64_t outputs, Normalisation normalisation, Shapes& shapes) {
  for (std::size_t i = 0; i <= hidden.size(); ++i) {
    const std::uint64_t out = i < hidden.size() ? hidden[i] : outputs;
    const std::string layer = "layer" + std::to_string(i);
    const std::string norm = "norm" + std::to_string(i);
    shapes[layer + ".weight"] = {modules, out, inputs};
    shapes[layer + ".bias"] = {modules, out};
    inputs = out;
    if (i == hidden.size() || normalisation == Normalisation::none) continue;
    for (const char* part : {".weight", ".bias"}) shapes[norm + part] = {modules, out};
    if (normalisation == Normalisation::layer) continue;
    for (const char* part : {".mean", ".variance"}) shapes[norm + part] = {modules, out};
  }
}

inline Shapes shapes_of(const NeighbourhoodSpec& spec, std::uint64_t agents, std::uint64_t features) {
  const std::uint64_t modules = spec.shared ? 1 : agents;
  Shapes shapes;
  add_perceptron(modules, spec.attention == Attention::none ? features : 2 * features, spec.hidden, sim::kKnobs,
                 spec.normalisation, shapes);
  if (spec.attention == Attention::squared || spec.attention == Attention::softmax) {
    shapes["query"] = shapes["key"] = {spec.shared_attention ? 1 : agents, features, 32};
  }
  return shapes;
}

inline Shapes shapes_of(const JointSpec& spec, std::uint64_t agents, std::uint64_t features) {
  Shapes shapes;
  add_perceptron(1, agents * features, spec.hidden, agents * sim::kKnobs, spec.normalisation, shapes);
  return shapes;
}

inline Shapes shapes_of(const TransformerSpec& spec, std::uint64_t, std::uint64_t features) {
  const std::uint64_t width = spec.width;
  Shapes shapes;
  const auto add = [&](const std::string& name, std::uint64_t outputs, std::uint64_t inputs) {
    shapes[name + ".weight"] = inputs > 0 ? Shape{outputs, inputs} : Shape{outputs};
    shapes[name + ".bias"] = {outputs};
  };
  add("embed", width, features);
  for (std::size_t layer = 0; layer < spec.layers; ++layer) {
    const std::string block = "block" + std::to_string(layer) + ".";
    if (spec.attention) {
      add(block + "norm1", width, 0);
      add(block + "qkv", 3 * width, width);
      shapes[block + "relation"] = {spec.heads, 5};
      add(block + "out", width, width);
    }
    add(block + "norm2", width, 0);
    add(block + "up", 2 * width, width);
    add(block + "down", width, 2 * width);
  }
  add("final_norm", width, 0);
  add("head", sim::kKnobs, width);
  return shapes;
}

// Normal numbers, so small that no sigmoid is saturated; variances are positive.
inline Tensors random_weights(const Metadata& metadata, std::uint64_t seed) {
  const Shapes shapes = std::visit(
      [&](const auto& spec) { return shapes_of(spec, metadata.agents.size(), metadata.feature_names.size()); },
      metadata.network);
  Tensors tensors;
  for (const auto& [name, shape] : shapes) {
    sim::Rng rng = sim::RngStreams(seed).stream(name);
    std::uint64_t count = 1;
    for (const std::uint64_t size : shape) count *= size;
    Tensor& tensor = tensors[name] = {.shape = shape, .values = {}};
    for (std::uint64_t i = 0; i < count; ++i) {
      const double value = 0.2 * rng.normal();
      tensor.values.push_back(static_cast<float>(name.ends_with(".variance") ? 0.5 + value * value : value));
    }
  }
  return tensors;
}

// Five agents: a chain, a fork, and one on its own that nothing leads to.
inline Metadata five_agents(NetworkSpec network) {
  Metadata metadata;
  metadata.agents = {"a", "b", "c", "d", "alone"};
  metadata.ranges.resize(5);
  metadata.edges = {{0, 1}, {1, 0}, {1, 2}, {1, 3}};
  metadata.feature_names = {"one", "two", "three", "four", "five", "six", "seven"};
  metadata.network = std::move(network);
  metadata.normalizer = {.mean = {0, 1, 2, -1, 0, 3, 1}, .deviation = {1, 2, 0.5, 1, 0, 3, 1e-3}, .limit = 4};
  return metadata;
}

inline std::vector<float> random_rows(const Metadata& metadata, std::uint64_t seed) {
  sim::Rng rng(seed);
  std::vector<float> rows(metadata.agents.size() * metadata.feature_names.size());
  for (float& value : rows) value = static_cast<float>(2 * rng.normal());
  return rows;
}

// Every kind, with layers as small as they come.
inline std::vector<NetworkSpec> neighbourhoods() {
  std::vector<NetworkSpec> all;
  for (const Attention attention : {Attention::squared, Attention::softmax, Attention::mean, Attention::none}) {
    for (const bool shared : {true, false}) {
      for (const bool shared_attention : {true, false}) {
        for (const Normalisation normalisation : {Normalisation::batch, Normalisation::layer, Normalisation::none}) {
          all.push_back(NeighbourhoodSpec{attention, shared, shared_attention, normalisation, {16, 12}});
        }
      }
    }
  }
  return all;
}

// For the agents of a workflow, with features that are standardised somehow.
inline Metadata metadata_for(const sim::Scenario& scenario, NetworkSpec network,
                             sim::FeatureSet features = sim::FeatureSet::extended) {
  const sim::ActionSpace actions(scenario.workflow());
  const sim::AgentGraph graph(scenario.workflow(), actions);
  Metadata metadata;
  metadata.program = "faasconf";
  metadata.digest = "00";
  metadata.network = std::move(network);
  metadata.features = features;
  metadata.feature_names = sim::Features(scenario, actions, graph, features).names();
  metadata.load_knowledge = sim::LoadForecasting::persistence;
  describe(scenario.workflow(), actions, graph, metadata);
  const std::size_t columns = metadata.feature_names.size();
  metadata.normalizer = {.mean = std::vector<double>(columns, 1), .deviation = std::vector<double>(columns, 5)};
  metadata.normalizer.deviation.back() = 0;
  return metadata;
}

inline PolicyBundle random_policy(const sim::Scenario& scenario, NetworkSpec network, std::uint64_t seed = 1) {
  Metadata metadata = metadata_for(scenario, std::move(network));
  Tensors weights = random_weights(metadata, seed);
  return {.metadata = std::move(metadata), .weights = std::move(weights)};
}

}  // namespace faasconf::learner::bundle
