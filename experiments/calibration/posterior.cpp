#include "experiments/calibration/posterior.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "experiments/calibration/quadratic.hpp"
#include "sim/core/random.hpp"
#include "sim/stats/quantiles.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::calibration {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kLevel = 0.9;
constexpr double kFlat = 0.6;  // of the prior's standard deviation: beyond it a value is weakly identified
constexpr double kCorrelated = 0.9;
constexpr double kAtBound = 0.005;  // of the bounds' width

Index at(std::size_t i) { return static_cast<Index>(i); }

MatrixXd matrix_of(const std::vector<double>& values, std::size_t n) {
  return Eigen::Map<const MatrixXd>(values.data(), at(n), at(n));
}

// Precision of the prior in the unit box: of the parameter's own, or of the uniform distribution.
VectorXd prior_precision(const Loss& loss, const Point& best) {
  VectorXd precision(at(best.size()));
  for (std::size_t i = 0; i < best.size(); ++i) {
    const prediction::FittedParameter& parameter = loss.candidate().parameters()[i];
    precision[at(i)] = 12;
    if (!parameter.prior) continue;
    const double step = 1e-4;
    const double slope =
        (prediction::value_at(parameter, best[i] + step) - prediction::value_at(parameter, best[i] - step)) /
        (2 * step);
    precision[at(i)] = std::max(12.0, std::pow(slope / parameter.prior->standard_deviation, 2));
  }
  return precision;
}

// What is left of a symmetric matrix without its negative eigenvalues, which only noise brings in; and a root of that.
struct NonNegative {
  MatrixXd matrix, root;

  explicit NonNegative(const MatrixXd& symmetric) {
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(symmetric);
    const VectorXd values = solver.eigenvalues().cwiseMax(0.0);
    matrix = solver.eigenvectors() * values.asDiagonal() * solver.eigenvectors().transpose();
    root = solver.eigenvectors() * values.cwiseSqrt().asDiagonal();
  }
};

// Points of the posterior, in the box.
std::vector<Point> draw(const Quadratic& quadratic, const VectorXd& prior, const Point& best,
                        const PosteriorOptions& options) {
  const auto n = at(best.size());
  const NonNegative curvature(matrix_of(quadratic.curvature, best.size()));
  const NonNegative forces(matrix_of(quadratic.forces, best.size()));
  // so that forces and curvature agree as those of a likelihood do
  const bool is_known = forces.matrix.trace() > 0 && curvature.matrix.trace() > 0;
  const double scale = is_known ? forces.matrix.trace() / curvature.matrix.trace() : 1;
  MatrixXd precision = curvature.matrix / scale;
  precision.diagonal() += prior;
  const Eigen::LLT<MatrixXd> solver(precision);

  std::vector<Point> points;
  for (std::size_t b = 0; b < options.draws; ++b) {
    sim::Rng rng = sim::RngStreams(options.seed).stream("posterior", b);
    VectorXd normal(n);
    VectorXd pull(n);
    for (Index i = 0; i < n; ++i) normal[i] = rng.normal();
    for (Index i = 0; i < n; ++i) pull[i] = std::sqrt(prior[i]) * rng.normal();
    const VectorXd step = solver.solve(forces.root * normal / scale + pull);
    Point point = best;
    for (std::size_t i = 0; i < point.size(); ++i) point[i] = std::clamp(best[i] - step[at(i)], 0.0, 1.0);
    points.push_back(std::move(point));
  }
  return points;
}

// Row by row: whether a point fits about as well as the best, by the paired difference of the rows' losses.
bool fits_as_well(const Loss& loss, const std::vector<RowErrors>& best, const std::vector<RowErrors>& other,
                  double& mean_loss) {
  sim::RunningMoments differences;
  double sum = 0;
  for (std::size_t r = 0; r < best.size(); ++r) {
    const double found = loss.row_loss(other[r]);
    sum += found;
    differences.add(found - loss.row_loss(best[r]));
  }
  mean_loss = sum / static_cast<double>(best.size());
  return *differences.mean() <= 2 * differences.standard_error().value_or(0);
}

// Draws that do not fit, since the loss is no quadratic as far out, come nearer by halves.
void choose_members(const Loss& loss, const Point& best, const std::vector<Point>& draws, std::size_t count,
                    Posterior& posterior) {
  constexpr int most_halvings = 4;
  const prediction::CandidateWorkflow& candidate = loss.candidate();
  const std::vector<RowErrors> errors = loss.errors(best);
  double mean_loss = 0;
  fits_as_well(loss, errors, errors, mean_loss);
  posterior.members.push_back(candidate.values(best));
  posterior.losses.push_back(mean_loss);
  for (std::size_t k = 0; k + 1 < count && k < draws.size(); ++k) {
    Point point = draws[k];
    for (int halving = 0; halving <= most_halvings; ++halving) {
      if (fits_as_well(loss, errors, loss.errors(point), mean_loss)) {
        posterior.members.push_back(candidate.values(point));
        posterior.losses.push_back(mean_loss);
        break;
      }
      for (std::size_t i = 0; i < point.size(); ++i) point[i] = (point[i] + best[i]) / 2;
    }
  }
}

std::vector<double> coordinates(const std::vector<Point>& points, std::size_t i) {
  std::vector<double> result;
  for (const Point& point : points) result.push_back(point[i]);
  return result;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const VectorXd x = Eigen::Map<const VectorXd>(a.data(), at(a.size()));
  const VectorXd y = Eigen::Map<const VectorXd>(b.data(), at(b.size()));
  const VectorXd from_x = x.array() - x.mean();
  const VectorXd from_y = y.array() - y.mean();
  const double norms = from_x.norm() * from_y.norm();
  return norms > 0 ? from_x.dot(from_y) / norms : 0;
}

ParameterPosterior summarise(const prediction::FittedParameter& parameter, double best, std::vector<double> draws,
                             double prior_precision) {
  sim::RunningMoments moments;
  for (const double coordinate : draws) moments.add(coordinate);
  std::sort(draws.begin(), draws.end());
  ParameterPosterior result{.value = prediction::value_at(parameter, best),
                            .low = prediction::value_at(parameter, *sim::quantile_of_sorted(draws, (1 - kLevel) / 2)),
                            .high = prediction::value_at(parameter, *sim::quantile_of_sorted(draws, (1 + kLevel) / 2)),
                            .warning = {}};
  result.low = std::min(result.low, result.value);
  result.high = std::max(result.high, result.value);
  const double prior_deviation = 1 / std::sqrt(prior_precision);
  if (moments.standard_deviation().value_or(0) > kFlat * prior_deviation) {
    result.warning = "weakly identified by the measurements";
  } else if (best < kAtBound || best > 1 - kAtBound) {
    result.warning = "it lies at a bound";
  }
  return result;
}

}  // namespace

Posterior explore(const Loss& loss, const Point& best, const PosteriorOptions& options) {
  const Quadratic quadratic = expand(loss, best, options.difference);
  const VectorXd prior = prior_precision(loss, best);
  const std::vector<Point> draws = draw(quadratic, prior, best, options);
  Posterior posterior;
  const std::vector<prediction::FittedParameter>& parameters = loss.candidate().parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    posterior.parameters.push_back(summarise(parameters[i], best[i], coordinates(draws, i), prior[at(i)]));
    for (std::size_t j = 0; j < i; ++j) {
      const double together = correlation(coordinates(draws, i), coordinates(draws, j));
      if (std::abs(together) < kCorrelated) continue;
      posterior.warnings.push_back(parameters[j].name + " and " + parameters[i].name + " are known only " +
                                   (together > 0 ? "by their difference" : "by their sum") + ": correlation " +
                                   std::to_string(together).substr(0, together < 0 ? 5 : 4));
    }
  }
  choose_members(loss, best, draws, options.members, posterior);
  return posterior;
}

}  // namespace faasconf::experiments::calibration
