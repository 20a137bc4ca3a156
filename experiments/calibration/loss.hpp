#pragma once
// How far a workflow is from its measurements: each row simulated in two independent halves, whose errors are
// multiplied.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "experiments/calibration/measurements.hpp"
#include "experiments/prediction/candidate.hpp"
#include "experiments/prediction/window_sample.hpp"
#include "learner/search/point.hpp"

namespace faasconf::experiments::calibration {

using learner::search::Point;

struct LossOptions {
  std::size_t windows_per_half = 2;
  std::uint64_t seed = 1;
  int threads = 1;
  // Errors beyond so many spreads of the target grow linearly in the loss, not quadratically.
  double bend = 1.5;
  sim::GoOn go_on{};  // no: what is evaluated ends with sim::Cancelled
};

// Of one row: the errors of the halves' means, in units of the target's scale; by target.
struct RowErrors {
  std::vector<double> first;
  std::vector<double> second;
};

// The product of the errors of two independent halves has the square of the bias for its mean, without the variance of
// the simulation that a squared error has on top: a workflow is not preferred because it is less noisy. Bent beyond
// `bend`, as Charbonnier's rho(e^2) = 2 d^2 (sqrt(1 + e^2 / d^2) - 1) bends squares: one window that went wrong pulls
// with a bounded force. Odd in the product, so that what is noise about 0 stays noise about 0, where clipping it would
// not.
double bent_product(double first, double second, double bend);

// Twice the derivative with respect to the mean error of both halves: the force of one row and target.
double bent_force(double mean_error, double bend);

class Loss {
 public:
  // Borrows all; rows: the indices that count.
  Loss(const prediction::CandidateWorkflow& candidate, const Measurements& measurements,
       const prediction::Protocol& protocol, std::span<const std::size_t> rows, LossOptions options);

  // For every point, the same bits for any number of threads: mean over rows and, by weight, targets, plus the priors
  // at 1 / rows: one standard deviation weighs as much as one row that is one spread off.
  std::vector<double> operator()(std::span<const Point> points) const;
  double operator()(const Point& point) const;

  // Row by row, in the order of the rows.
  std::vector<RowErrors> errors(const Point& point) const;
  double row_loss(const RowErrors& errors) const;
  double prior_loss(const Point& point) const;

  std::size_t rows() const { return rows_.size(); }
  double scale(std::size_t target, std::size_t row) const;  // of a target's errors; row: an index of the measurements
  const LossOptions& options() const { return options_; }
  const Measurements& measurements() const { return measurements_; }
  std::span<const std::size_t> row_indices() const { return rows_; }
  const prediction::CandidateWorkflow& candidate() const { return candidate_; }

 private:
  RowErrors errors(const sim::WorkflowSpec& workflow, std::size_t row) const;

  const prediction::CandidateWorkflow& candidate_;
  const Measurements& measurements_;
  prediction::Protocol protocol_;
  std::vector<std::size_t> rows_;
  LossOptions options_;
  double total_weight_ = 0;
  std::vector<std::optional<std::size_t>> functions_;  // of the targets
};

}  // namespace faasconf::experiments::calibration
