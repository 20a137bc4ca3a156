#pragma once
// The forward passes again, as their equations stand: loops over numbers in double precision, nothing folded.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "learner/bundle/bundle.hpp"
#include "sim/env/action.hpp"

namespace faasconf::learner::serving {

using Row = std::vector<double>;

class ReferenceNetwork {
 public:
  explicit ReferenceNetwork(const bundle::PolicyBundle& bundle)
      : metadata_(bundle.metadata), weights_(bundle.weights), agents_(bundle.metadata.agents.size()) {}

  // Actions, agents x kKnobs, of raw rows, agents x features.
  Row act(const std::vector<float>& rows) const {
    const std::vector<Row> x = standardised(rows);
    const Row logits = std::visit([&](const auto& spec) { return forward(spec, x); }, metadata_.network);
    Row actions;
    for (const double logit : logits) actions.push_back(1 / (1 + std::exp(-logit)));
    return actions;
  }

 private:
  std::vector<Row> standardised(const std::vector<float>& rows) const {
    const bundle::NormalizerMoments& moments = metadata_.normalizer;
    const std::size_t features = moments.mean.size();
    std::vector<Row> x(agents_, Row(features));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t f = i % features;
      const double scaled = moments.deviation[f] > 0 ? (rows[i] - moments.mean[f]) / moments.deviation[f] : 0;
      x[i / features][f] = std::clamp(scaled, -moments.limit, moments.limit);
    }
    return x;
  }

  // Number i of module m, of a tensor whose modules have `size` numbers each; those that share have one module.
  double at(const std::string& name, std::size_t m, std::size_t i) const {
    const bundle::Tensor& tensor = weights_.at(name);
    const std::size_t size = tensor.values.size() / tensor.shape[0];
    return tensor.values[(tensor.shape[0] == 1 ? 0 : m * size) + i];
  }
  double number(const std::string& name, std::size_t i) const { return weights_.at(name).values[i]; }

  Row linear(const std::string& name, std::size_t m, const Row& x) const {
    const std::size_t outputs = weights_.at(name + ".bias").shape[1];
    Row y(outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      y[o] = at(name + ".bias", m, o);
      for (std::size_t i = 0; i < x.size(); ++i) y[o] += at(name + ".weight", m, o * x.size() + i) * x[i];
    }
    return y;
  }
  // Without modules.
  Row map(const std::string& name, const Row& x) const {
    Row y(weights_.at(name + ".bias").values.size());
    for (std::size_t o = 0; o < y.size(); ++o) {
      y[o] = number(name + ".bias", o);
      for (std::size_t i = 0; i < x.size(); ++i) y[o] += number(name + ".weight", o * x.size() + i) * x[i];
    }
    return y;
  }
  static Row layer_normalised(const Row& x) {
    double mean = 0;
    double variance = 0;
    for (const double value : x) mean += value / static_cast<double>(x.size());
    for (const double value : x) variance += (value - mean) * (value - mean) / static_cast<double>(x.size());
    Row y;
    for (const double value : x) y.push_back((value - mean) / std::sqrt(variance + 1e-5));
    return y;
  }
  Row layer_norm(const std::string& name, const Row& x) const {
    Row y = layer_normalised(x);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] * number(name + ".weight", i) + number(name + ".bias", i);
    return y;
  }
  Row norm(const std::string& name, std::size_t m, bundle::Normalisation kind, const Row& x) const {
    if (kind == bundle::Normalisation::none) return x;
    Row y = kind == bundle::Normalisation::layer ? layer_normalised(x) : x;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (kind == bundle::Normalisation::batch) {
        y[i] = (x[i] - at(name + ".mean", m, i)) / std::sqrt(at(name + ".variance", m, i) + 1e-5);
      }
      y[i] = y[i] * at(name + ".weight", m, i) + at(name + ".bias", m, i);
    }
    return y;
  }
  Row perceptron(std::size_t m, std::size_t hidden, bundle::Normalisation kind, Row x) const {
    for (std::size_t i = 0; i < hidden; ++i) {
      x = linear("layer" + std::to_string(i), m, x);
      for (double& value : x) value = std::max(value, 0.0);
      x = norm("norm" + std::to_string(i), m, kind, x);
    }
    return linear("layer" + std::to_string(hidden), m, x);
  }

  bool leads(std::size_t from, std::size_t to) const {
    return std::ranges::count(metadata_.edges, std::pair{from, to}) > 0;
  }
  double adjacent(std::size_t j, std::size_t k) const { return leads(j, k) || leads(k, j) ? 1 : 0; }

  double score(std::size_t j, const Row& x_j, const Row& x_k) const {
    double score = 0;
    for (std::size_t d = 0; d < 32; ++d) {
      double query = 0;
      double key = 0;
      for (std::size_t f = 0; f < x_j.size(); ++f) {
        query += x_j[f] * at("query", j, f * 32 + d);
        key += x_k[f] * at("key", j, f * 32 + d);
      }
      score += query * key;
    }
    return score;
  }
  // Of agent j for each agent.
  Row weights(bundle::Attention attention, std::size_t j, const std::vector<Row>& x) const {
    Row e(agents_);
    double sum = 0;
    for (std::size_t k = 0; k < agents_; ++k) {
      const double g = adjacent(j, k);
      if (attention == bundle::Attention::mean) e[k] = g;
      if (attention == bundle::Attention::squared) e[k] = std::pow(score(j, x[j], x[k]), 2) * g;
      if (attention == bundle::Attention::softmax) e[k] = std::exp(score(j, x[j], x[k]) / std::sqrt(32.0)) * g;
      sum += e[k];
    }
    if (attention == bundle::Attention::squared) sum += 1e-3;
    for (double& value : e) value /= sum > 0 ? sum : 1;
    return e;
  }

  Row forward(const bundle::NeighbourhoodSpec& spec, const std::vector<Row>& x) const {
    Row logits;
    for (std::size_t j = 0; j < agents_; ++j) {
      Row input = x[j];
      if (spec.attention != bundle::Attention::none) {
        const Row w = weights(spec.attention, j, x);
        for (std::size_t f = 0; f < x[j].size(); ++f) {
          double sum = 0;
          for (std::size_t k = 0; k < agents_; ++k) sum += w[k] * x[k][f];
          input.push_back(sum);
        }
      }
      const Row action = perceptron(j, spec.hidden.size(), spec.normalisation, input);
      logits.insert(logits.end(), action.begin(), action.end());
    }
    return logits;
  }

  Row forward(const bundle::JointSpec& spec, const std::vector<Row>& x) const {
    Row input;
    for (const Row& row : x) input.insert(input.end(), row.begin(), row.end());
    return perceptron(0, spec.hidden.size(), spec.normalisation, input);
  }

  std::size_t relation(std::size_t j, std::size_t k) const {
    if (j == k) return 0;
    if (leads(k, j) && leads(j, k)) return 3;
    if (leads(k, j)) return 1;
    return leads(j, k) ? 2 : 4;
  }
  // Of agent j, all heads one after the other.
  Row mixed(const bundle::TransformerSpec& spec, const std::string& block, std::size_t j,
            const std::vector<Row>& qkv) const {
    const std::size_t width = spec.width;
    const std::size_t size = width / spec.heads;
    Row o(width);
    for (std::size_t head = 0; head < spec.heads; ++head) {
      Row e(agents_);
      double sum = 0;
      for (std::size_t k = 0; k < agents_; ++k) {
        double dot = 0;
        for (std::size_t i = head * size; i < (head + 1) * size; ++i) dot += qkv[j][i] * qkv[k][width + i];
        e[k] = std::exp(dot / std::sqrt(static_cast<double>(size)) +
                        number(block + "relation", head * 5 + relation(j, k)));
        sum += e[k];
      }
      for (std::size_t k = 0; k < agents_; ++k) {
        for (std::size_t i = head * size; i < (head + 1) * size; ++i) o[i] += e[k] / sum * qkv[k][2 * width + i];
      }
    }
    return o;
  }
  static void add(const Row& what, Row& to) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += what[i];
  }

  Row forward(const bundle::TransformerSpec& spec, const std::vector<Row>& x) const {
    std::vector<Row> h;
    for (const Row& row : x) h.push_back(map("embed", row));
    for (std::size_t layer = 0; layer < spec.layers; ++layer) {
      const std::string block = "block" + std::to_string(layer) + ".";
      if (spec.attention) {
        std::vector<Row> qkv;
        for (const Row& row : h) qkv.push_back(map(block + "qkv", layer_norm(block + "norm1", row)));
        for (std::size_t j = 0; j < agents_; ++j) add(map(block + "out", mixed(spec, block, j, qkv)), h[j]);
      }
      for (Row& row : h) {
        Row up = map(block + "up", layer_norm(block + "norm2", row));
        for (double& value : up) value = std::max(value, 0.0);
        add(map(block + "down", up), row);
      }
    }
    Row logits;
    for (const Row& row : h) {
      const Row action = map("head", layer_norm("final_norm", row));
      logits.insert(logits.end(), action.begin(), action.end());
    }
    return logits;
  }

  const bundle::Metadata& metadata_;
  const bundle::Tensors& weights_;
  std::size_t agents_;
};

}  // namespace faasconf::learner::serving
