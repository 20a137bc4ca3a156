#pragma once
// Logistic regression on all products of two inputs: P(QoS met) = sigmoid(x^T W x) with W symmetric and
// x = (2 a - 1 for each action a, log((users + 1) / 20), 1). Fitted to the cross-entropy by Adam (Kingma and Ba, 2015).

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "learner/bundle/json_place.hpp"

namespace faasconf::learner::safety {

class QuadraticLogit {
 public:
  explicit QuadraticLogit(std::size_t actions);
  // From what to_json() wrote, for this number of actions. Throws Error.
  QuadraticLogit(const bundle::JsonPlace& place, std::size_t actions);

  Eigen::Index size() const { return size_; }  // of x
  void write(double users, std::span<const float> actions, Eigen::Ref<Eigen::VectorXd> x) const;
  double logit(const Eigen::Ref<const Eigen::VectorXd>& x) const;

  // One step along the mean gradient of windows: x a column each; met: 1 where QoS was met, else 0.
  void step(const Eigen::MatrixXd& x, const Eigen::VectorXd& met);

  nlohmann::json to_json() const;
  bool holds() const;  // whether its parts are consistent
  template <class Archive>
  void archive(Archive& a) {
    a(weights_, mean_, square_, steps_);
  }

 private:
  Eigen::Index size_;
  std::vector<double> weights_;  // W
  std::vector<double> mean_;     // Adam's moments of the gradient, as W
  std::vector<double> square_;
  std::uint64_t steps_ = 0;
};

}  // namespace faasconf::learner::safety
