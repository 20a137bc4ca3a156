#include "learner/safety/quadratic_logit.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace faasconf::learner::safety {
namespace {

using Eigen::Index;

constexpr double kUsualUsers = 20;  // where the input of the load is about 0
constexpr double kLearningRate = 3e-3;
constexpr double kWeightDecay = 1e-3;  // of half the squared weights, beside the mean cross-entropy
constexpr double kMeanDecay = 0.9;     // Adam's, its authors' values
constexpr double kSquareDecay = 0.999;
constexpr double kEpsilon = 1e-8;

using Weights = Eigen::Map<Eigen::MatrixXd>;
using ConstWeights = Eigen::Map<const Eigen::MatrixXd>;

}  // namespace

QuadraticLogit::QuadraticLogit(std::size_t actions) : size_(static_cast<Index>(actions) + 2) {
  for (std::vector<double>* numbers : {&weights_, &mean_, &square_}) {
    numbers->resize(static_cast<std::size_t>(size_ * size_));
  }
}

QuadraticLogit::QuadraticLogit(const bundle::JsonPlace& place, std::size_t actions)
    : size_(static_cast<Index>(actions) + 2),
      weights_(place["weights"].numbers<double>()),
      mean_(place["gradient_mean"].numbers<double>()),
      square_(place["gradient_square"].numbers<double>()),
      steps_(place["steps"].integer<std::uint64_t>()) {
  if (!holds()) place.refuse("weights for " + std::to_string(actions) + " actions");
}

bool QuadraticLogit::holds() const {
  const auto count = static_cast<std::size_t>(size_ * size_);
  return weights_.size() == count && mean_.size() == count && square_.size() == count;
}

void QuadraticLogit::write(double users, std::span<const float> actions, Eigen::Ref<Eigen::VectorXd> x) const {
  for (std::size_t i = 0; i < actions.size(); ++i) x[static_cast<Index>(i)] = 2.0 * actions[i] - 1;
  x[size_ - 2] = std::log((std::max(users, 0.0) + 1) / kUsualUsers);
  x[size_ - 1] = 1;
}

double QuadraticLogit::logit(const Eigen::Ref<const Eigen::VectorXd>& x) const {
  const ConstWeights weights(weights_.data(), size_, size_);
  double sum = 0;
  for (Index i = 0; i < size_; ++i) sum += x[i] * weights.col(i).dot(x);
  return sum;
}

void QuadraticLogit::step(const Eigen::MatrixXd& x, const Eigen::VectorXd& met) {
  Weights weights(weights_.data(), size_, size_);
  Weights mean(mean_.data(), size_, size_);
  Weights square(square_.data(), size_, size_);
  const auto count = static_cast<double>(x.cols());
  const Eigen::ArrayXd logits = x.cwiseProduct(weights * x).colwise().sum().transpose();
  const Eigen::VectorXd error = (1 / (1 + (-logits).exp()) - met.array()) / count;
  const Eigen::MatrixXd gradient = x * error.asDiagonal() * x.transpose() + kWeightDecay * weights;

  ++steps_;
  mean = kMeanDecay * mean + (1 - kMeanDecay) * gradient;
  square = kSquareDecay * square + (1 - kSquareDecay) * gradient.cwiseAbs2();
  const double mean_scale = 1 / (1 - std::pow(kMeanDecay, static_cast<double>(steps_)));
  const double square_scale = 1 / (1 - std::pow(kSquareDecay, static_cast<double>(steps_)));
  weights.array() -= kLearningRate * mean_scale * mean.array() / ((square_scale * square.array()).sqrt() + kEpsilon);
}

nlohmann::json QuadraticLogit::to_json() const {
  return {{"weights", weights_}, {"gradient_mean", mean_}, {"gradient_square", square_}, {"steps", steps_}};
}

}  // namespace faasconf::learner::safety
