#include "experiments/calibration/quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>

#include <Eigen/Eigenvalues>

namespace faasconf::experiments::calibration {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

Index at(std::size_t i) { return static_cast<Index>(i); }
std::vector<double> values_of(const MatrixXd& matrix) { return {matrix.data(), matrix.data() + matrix.size()}; }

// A group's force on the best point, from the derivatives of either half.
struct Force {
  VectorXd first, second;
};

struct Step {
  std::vector<RowErrors> up, down;
  double width = 0;
};

Step difference(const Loss& loss, const Point& best, std::size_t i, double size) {
  Point up = best;
  Point down = best;
  up[i] = std::min(1.0, best[i] + size);
  down[i] = std::max(0.0, best[i] - size);
  return {.up = loss.errors(up), .down = loss.errors(down), .width = up[i] - down[i]};
}

// The priors' part of half the loss's sum over rows: sum of z^2 / 2 by parameter.
void add_priors(const Loss& loss, const Point& point, VectorXd& gradient, MatrixXd& curvature) {
  for (std::size_t i = 0; i < point.size(); ++i) {
    const prediction::FittedParameter& parameter = loss.candidate().parameters()[i];
    if (!parameter.prior) continue;
    constexpr double step = 1e-4;
    const double slope =
        (prediction::value_at(parameter, point[i] + step) - prediction::value_at(parameter, point[i] - step)) /
        (2 * step) / parameter.prior->standard_deviation;
    const double distance =
        (prediction::value_at(parameter, point[i]) - parameter.prior->mean) / parameter.prior->standard_deviation;
    gradient[at(i)] += slope * distance;
    curvature(at(i), at(i)) += slope * slope;
  }
}

}  // namespace

Quadratic expand(const Loss& loss, const Point& best, double size) {
  const std::size_t n = best.size();
  const std::vector<RowErrors> errors = loss.errors(best);
  std::vector<Step> steps;
  for (std::size_t i = 0; i < n; ++i) steps.push_back(difference(loss, best, i, size));

  const std::vector<Target>& targets = loss.measurements().targets;
  double total_weight = 0;
  for (const Target& target : targets) total_weight += target.weight;
  const double bend = loss.options().bend;
  MatrixXd curvature = MatrixXd::Zero(at(n), at(n));
  std::map<std::string, std::size_t> groups;
  std::vector<Force> forces;
  for (std::size_t r = 0; r < errors.size(); ++r) {
    const std::string& name = loss.measurements().rows[loss.row_indices()[r]].group;
    const auto [group, is_new] =
        groups.try_emplace(name.empty() ? "row " + std::to_string(r) : "group " + name, forces.size());
    if (is_new) forces.push_back({VectorXd::Zero(at(n)), VectorXd::Zero(at(n))});
    Force& force = forces[group->second];
    for (std::size_t t = 0; t < targets.size(); ++t) {
      VectorXd first(at(n));
      VectorXd second(at(n));
      for (std::size_t i = 0; i < n; ++i) {
        first[at(i)] = (steps[i].up[r].first[t] - steps[i].down[r].first[t]) / steps[i].width;
        second[at(i)] = (steps[i].up[r].second[t] - steps[i].down[r].second[t]) / steps[i].width;
      }
      const double error = (errors[r].first[t] + errors[r].second[t]) / 2;
      const double pull = bent_force(error, bend);
      const double weight = targets[t].weight / total_weight;
      const double robust = error == 0 ? 1 : pull / error;
      curvature += weight * robust * (first * second.transpose() + second * first.transpose()) / 2;
      force.first += weight * pull * first;
      force.second += weight * pull * second;
    }
  }
  Force mean{VectorXd::Zero(at(n)), VectorXd::Zero(at(n))};
  for (const Force& force : forces) {
    mean.first += force.first / static_cast<double>(forces.size());
    mean.second += force.second / static_cast<double>(forces.size());
  }
  MatrixXd covariance = MatrixXd::Zero(at(n), at(n));
  for (const Force& force : forces) {
    const VectorXd first = force.first - mean.first;
    const VectorXd second = force.second - mean.second;
    covariance += (first * second.transpose() + second * first.transpose()) / 2;
  }
  const VectorXd gradient = (mean.first + mean.second) / 2 * static_cast<double>(forces.size());
  return {.gradient = values_of(gradient), .curvature = values_of(curvature), .forces = values_of(covariance)};
}

Point newton_point(const Loss& loss, const Point& point, const Quadratic& quadratic, double damping) {
  const Index n = at(point.size());
  VectorXd gradient = Eigen::Map<const VectorXd>(quadratic.gradient.data(), n);
  MatrixXd curvature = Eigen::Map<const MatrixXd>(quadratic.curvature.data(), n, n);
  add_priors(loss, point, gradient, curvature);
  // directions that noise bends the wrong way count as flat, and are damped
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(curvature);
  const VectorXd lengths = solver.eigenvalues().cwiseMax(0.0).array() +
                           damping * std::max(curvature.trace(), 1e-12) / static_cast<double>(n);
  const VectorXd step =
      solver.eigenvectors() * (solver.eigenvectors().transpose() * gradient).cwiseQuotient(lengths).eval();
  Point next = point;
  for (std::size_t i = 0; i < next.size(); ++i) next[i] = std::clamp(point[i] - step[at(i)], 0.0, 1.0);
  return next;
}

}  // namespace faasconf::experiments::calibration
