#include "learner/search/cma_es.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include <Eigen/Eigenvalues>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

namespace faasconf::learner::search {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// What population and dimension decide; names and defaults as in Hansen's tutorial, table 1, positive weights only.
struct Strategy {
  std::size_t parents = 0;  // mu
  std::vector<double> weights;
  double effective_parents = 0;  // mu_eff
  double learn_path_mean = 0;    // c_c
  double learn_path_step = 0;    // c_sigma
  double learn_rank_one = 0;     // c_1
  double learn_rank_mu = 0;      // c_mu
  double damping = 0;            // d_sigma
  double expected_norm = 0;      // E |N(0, I)|

  Strategy(double n, std::size_t population) : parents(population / 2) {
    for (std::size_t i = 0; i < parents; ++i) {
      weights.push_back(std::log(static_cast<double>(population + 1) / 2) - std::log(static_cast<double>(i + 1)));
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    double squares = 0;
    for (double& weight : weights) {
      weight /= sum;
      squares += weight * weight;
    }
    const double mu = 1 / squares;
    effective_parents = mu;
    learn_path_mean = (4 + mu / n) / (n + 4 + 2 * mu / n);
    learn_path_step = (mu + 2) / (n + mu + 5);
    learn_rank_one = 2 / ((n + 1.3) * (n + 1.3) + mu);
    learn_rank_mu = std::min(1 - learn_rank_one, 2 * (mu - 2 + 1 / mu) / ((n + 2) * (n + 2) + mu));
    damping = 1 + 2 * std::max(0.0, std::sqrt((mu - 1) / (n + 1)) - 1) + learn_path_step;
    expected_norm = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  }
};

VectorXd to_eigen(const std::vector<double>& values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

std::vector<double> to_vector(const VectorXd& values) { return {values.data(), values.data() + values.size()}; }

MatrixXd covariance_of(const CmaEsState& state) {
  const auto n = static_cast<Eigen::Index>(state.mean.size());
  return Eigen::Map<const MatrixXd>(state.covariance.data(), n, n);
}

// Axes of the normal distribution: C = B D^2 B^T.
struct Axes {
  MatrixXd directions;  // B
  VectorXd lengths;     // D

  explicit Axes(const MatrixXd& covariance) {
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance);
    directions = solver.eigenvectors();
    // rounding may leave a tiny negative eigenvalue
    lengths = solver.eigenvalues().cwiseMax(1e-30).cwiseSqrt();
  }
};

// Into [0, 1] by mirrors at both ends.
double reflect(double x) {
  const double folded = std::abs(std::remainder(x, 2.0));  // period 2, even: remainder is in [-1, 1]
  return folded;
}

Point reflect(const VectorXd& x) {
  Point point(static_cast<std::size_t>(x.size()));
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = reflect(x[static_cast<Eigen::Index>(i)]);
  return point;
}

// The steps N(0, C) of a generation, a column each; drawn from a stream of their own, so that no state is kept.
MatrixXd draw_steps(const CmaEsState& state, const Axes& axes) {
  const auto n = static_cast<Eigen::Index>(state.mean.size());
  sim::Rng rng = sim::RngStreams(state.seed, state.run).stream("cma-es", state.generation);
  MatrixXd steps(n, static_cast<Eigen::Index>(state.population));
  for (Eigen::Index column = 0; column < steps.cols(); ++column) {
    for (Eigen::Index i = 0; i < n; ++i) steps(i, column) = axes.lengths[i] * rng.normal();
  }
  return axes.directions * steps;
}

double as_loss(double loss) { return std::isnan(loss) ? std::numeric_limits<double>::infinity() : loss; }

// How many generations a run may go without progress.
std::size_t patience(const CmaEsState& state) {
  const double n = static_cast<double>(state.mean.size());
  return 10 + static_cast<std::size_t>(30 * n / static_cast<double>(state.population));
}

std::uint64_t default_population(std::size_t dimension) {
  return 4 + static_cast<std::uint64_t>(3 * std::log(static_cast<double>(dimension)));
}

}  // namespace

CmaEsState CmaEs::begin(const Point& start, double step, std::uint64_t population, std::uint64_t seed,
                        std::uint64_t run) {
  if (start.empty()) throw sim::Error("CMA-ES: expected at least one coordinate, got none");
  const std::size_t n = start.size();
  CmaEsState state{.seed = seed,
                   .run = run,
                   .population = std::max<std::uint64_t>(4, population > 0 ? population : default_population(n)),
                   .step = step,
                   .mean = start,
                   .covariance = std::vector<double>(n * n),
                   .path_mean = std::vector<double>(n),
                   .path_step = std::vector<double>(n),
                   .recent_losses = {}};
  for (std::size_t i = 0; i < n; ++i) state.covariance[i * n + i] = 1;
  return state;
}

std::vector<Point> CmaEs::ask() const {
  const MatrixXd steps = draw_steps(state_, Axes(covariance_of(state_)));
  const VectorXd mean = to_eigen(state_.mean);
  std::vector<Point> points;
  for (Eigen::Index i = 0; i < steps.cols(); ++i) points.push_back(reflect(mean + state_.step * steps.col(i)));
  return points;
}

void CmaEs::tell(std::span<const double> losses) {
  if (losses.size() != state_.population) {
    throw sim::Error("CMA-ES: expected " + std::to_string(state_.population) + " losses, got " +
                     std::to_string(losses.size()));
  }
  const auto n = static_cast<double>(state_.mean.size());
  const Strategy strategy(n, state_.population);
  MatrixXd covariance = covariance_of(state_);
  const Axes axes(covariance);
  const MatrixXd steps = draw_steps(state_, axes);

  // the best ones, weighted
  std::vector<std::size_t> order(losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return as_loss(losses[a]) < as_loss(losses[b]); });
  VectorXd mean_step = VectorXd::Zero(steps.rows());
  for (std::size_t i = 0; i < strategy.parents; ++i) {
    mean_step += strategy.weights[i] * steps.col(static_cast<Eigen::Index>(order[i]));
  }
  state_.mean = to_vector(to_eigen(state_.mean) + state_.step * mean_step);

  // evolution paths
  const double mu = strategy.effective_parents;
  const double c_step = strategy.learn_path_step;
  const VectorXd whitened =
      axes.directions * (axes.directions.transpose() * mean_step).cwiseQuotient(axes.lengths).eval();
  const VectorXd path_step =
      (1 - c_step) * to_eigen(state_.path_step) + std::sqrt(c_step * (2 - c_step) * mu) * whitened;
  const double length =
      path_step.norm() / std::sqrt(1 - std::pow(1 - c_step, 2.0 * static_cast<double>(state_.generation + 1)));
  const bool grows = length < (1.4 + 2 / (n + 1)) * strategy.expected_norm;  // h_sigma: no stall of the step
  const double c_mean = strategy.learn_path_mean;
  const VectorXd path_mean =
      (1 - c_mean) * to_eigen(state_.path_mean) + (grows ? std::sqrt(c_mean * (2 - c_mean) * mu) : 0.0) * mean_step;

  // covariance: rank one and rank mu
  const double c_one = strategy.learn_rank_one;
  const double c_mu = strategy.learn_rank_mu;
  covariance *= 1 - c_one - c_mu + (grows ? 0 : c_one * c_mean * (2 - c_mean));
  covariance += c_one * path_mean * path_mean.transpose();
  for (std::size_t i = 0; i < strategy.parents; ++i) {
    const VectorXd step = steps.col(static_cast<Eigen::Index>(order[i]));
    covariance += c_mu * strategy.weights[i] * step * step.transpose();
  }
  state_.step *= std::exp(std::min(1.0, c_step / strategy.damping * (path_step.norm() / strategy.expected_norm - 1)));

  state_.path_mean = to_vector(path_mean);
  state_.path_step = to_vector(path_step);
  const MatrixXd symmetric = (covariance + covariance.transpose()) / 2;
  state_.covariance.assign(symmetric.data(), symmetric.data() + symmetric.size());
  ++state_.generation;
  state_.recent_losses.push_back(as_loss(losses[order.front()]));
  if (state_.recent_losses.size() > patience(state_)) state_.recent_losses.erase(state_.recent_losses.begin());
}

std::optional<std::string> CmaEs::stopped() const {
  constexpr double least_step = 1e-9;       // of the box's width
  constexpr double least_progress = 1e-10;  // of the loss, relative
  constexpr double most_condition = 1e14;
  const MatrixXd covariance = covariance_of(state_);
  if (!covariance.allFinite() || !std::isfinite(state_.step)) return "the distribution is degenerate";
  const Axes axes(covariance);
  const double longest = axes.lengths.maxCoeff();
  if (state_.step * longest < least_step) return "the step is below its least";
  if (std::pow(longest / axes.lengths.minCoeff(), 2) > most_condition) return "the distribution is degenerate";
  if (state_.recent_losses.size() < patience(state_)) return std::nullopt;
  const auto [low, high] = std::minmax_element(state_.recent_losses.begin(), state_.recent_losses.end());
  if (!(*high - *low > least_progress * (std::abs(*low) + 1e-3))) return "the loss stands still";
  return std::nullopt;
}

Point CmaEs::mean() const { return reflect(to_eigen(state_.mean)); }

namespace {

bool is_finite(const std::vector<double>& numbers) {
  return std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); });
}

bool is_a_step(double step) { return step > 0 && std::isfinite(step); }

bool fits(const RestartingCmaEsState& state, std::size_t n) {
  const CmaEsState& run = state.current;
  return n > 0 && state.options.start.size() == n && state.best.size() == n && run.mean.size() == n &&
         run.covariance.size() == n * n && run.path_mean.size() == n && run.path_step.size() == n;
}

}  // namespace

std::optional<std::string> fault_of(const RestartingCmaEsState& state, std::size_t coordinates) {
  constexpr std::uint64_t most_population = 1'000'000;  // far more than a search ever draws at once
  constexpr std::uint64_t most_doublings = 20;
  const CmaEsState& run = state.current;
  if (!fits(state, coordinates)) {
    return "lists of other lengths than those of " + std::to_string(coordinates) + " coordinates";
  }
  for (const auto* numbers :
       {&state.options.start, &state.best, &run.mean, &run.covariance, &run.path_mean, &run.path_step}) {
    if (!is_finite(*numbers)) return "numbers that are not finite";
  }
  if (!is_a_step(run.step) || !is_a_step(state.options.step)) return "a step that is not positive";
  if (run.population < 4 || run.population > most_population || state.options.population > most_population) {
    return "a population that is not from 4 to " + std::to_string(most_population);
  }
  if (state.options.population == 0 || state.doublings > most_doublings || run.recent_losses.size() > patience(run)) {
    return "counts that no search comes to";
  }
  return std::nullopt;
}

RestartingCmaEs::RestartingCmaEs(const CmaEsOptions& options) {
  state_.options = options;
  if (options.population == 0) state_.options.population = default_population(options.start.size());
  state_.current = CmaEs::begin(options.start, options.step, state_.options.population, options.seed, 0);
  state_.runs = 1;
  state_.best_loss = std::numeric_limits<double>::infinity();
  state_.best = options.start;
}

void RestartingCmaEs::tell(std::span<const double> losses) {
  CmaEs current(state_.current);
  const std::vector<Point> points = current.ask();
  current.tell(losses);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!(losses[i] < state_.best_loss)) continue;
    state_.best_loss = losses[i];
    state_.best = points[i];
  }
  state_.evaluations += losses.size();
  (state_.current_is_small ? state_.small_evaluations : state_.large_evaluations) += losses.size();
  state_.current = current.state();
  if (current.stopped()) restart();
}

// Whichever of the two regimes has had less: a population twice as large from the box's middle step, or a small one of
// random size and step. Both begin anywhere in the box.
void RestartingCmaEs::restart() {
  sim::Rng rng = sim::RngStreams(state_.options.seed).stream("restart", state_.runs);
  Point start(state_.options.start.size());
  for (double& coordinate : start) coordinate = rng.uniform();
  state_.current_is_small = state_.doublings > 0 && state_.small_evaluations < state_.large_evaluations;
  const auto base = static_cast<double>(state_.options.population);
  double population = base;
  double step = state_.options.step;
  if (state_.current_is_small) {
    const double u = rng.uniform();
    const double largest = std::ldexp(base, static_cast<int>(state_.doublings));
    population = base * std::pow(largest / (2 * base), u * u);
    step *= std::pow(10.0, -2 * rng.uniform());
  } else {
    ++state_.doublings;
    population = std::ldexp(base, static_cast<int>(state_.doublings));
  }
  state_.current = CmaEs::begin(start, step, static_cast<std::uint64_t>(population), state_.options.seed, state_.runs);
  ++state_.runs;
}

}  // namespace faasconf::learner::search
