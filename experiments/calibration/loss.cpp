#include "experiments/calibration/loss.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "sim/core/error.hpp"
#include "sim/core/worker_pool.hpp"

namespace faasconf::experiments::calibration {
namespace {

// A half that shows none of what was measured, such as a latency where nothing succeeds: as wrong as this many scales.
constexpr double kAbsent = 4;
// Relative errors in scales: a tenth of the measured value is one.
constexpr double kRelativeScale = 0.1;

class HalfMean {
 public:
  void add(std::optional<double> value) {
    if (!value) return;
    sum_ += *value;
    ++count_;
  }
  double error(double measured, double scale) const {
    return count_ == 0 ? kAbsent : (sum_ / static_cast<double>(count_) - measured) / scale;
  }

 private:
  double sum_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

double bent_product(double first, double second, double bend) {
  const double product = first * second;
  const double square = bend * bend;
  return std::copysign(2 * square * (std::sqrt(1 + std::abs(product) / square) - 1), product);
}

double bent_force(double mean_error, double bend) {
  return mean_error / std::sqrt(1 + mean_error * mean_error / (bend * bend));
}

Loss::Loss(const prediction::CandidateWorkflow& candidate, const Measurements& measurements,
           const prediction::Protocol& protocol, std::span<const std::size_t> rows, LossOptions options)
    : candidate_(candidate),
      measurements_(measurements),
      protocol_(protocol),
      rows_(rows.begin(), rows.end()),
      options_(std::move(options)) {
  const sim::WorkflowSpec workflow = candidate.workflow(candidate.written_values());
  for (const Target& target : measurements.targets) {
    total_weight_ += target.weight;
    functions_.emplace_back();
    if (!target.function.empty()) functions_.back() = workflow.find(target.function)->index;
  }
  if (!(total_weight_ > 0)) throw sim::Error("expected a target whose weight is above 0, got none");
}

double Loss::scale(std::size_t target, std::size_t row) const {
  const bool relative = measurements_.targets[target].relative;
  return relative ? kRelativeScale * measurements_.rows[row].observed[target] : measurements_.spread[target];
}

RowErrors Loss::errors(const sim::WorkflowSpec& workflow, std::size_t row) const {
  const MeasuredRow& measured = measurements_.rows[row];
  const std::size_t targets = measurements_.targets.size();
  std::vector<HalfMean> first(targets);
  std::vector<HalfMean> second(targets);
  simulate_windows(
      prediction::scenario_of(workflow, measured.configuration, measured.load, protocol_), measured.load,
      prediction::row_seed(options_.seed, measured.line), 2 * options_.windows_per_half,
      [&](std::size_t window, const sim::Observation& observation) {
        auto& half = window < options_.windows_per_half ? first : second;
        for (std::size_t t = 0; t < targets; ++t) {
          half[t].add(prediction::observe(observation, measurements_.targets[t].what, functions_[t]));
        }
      },
      options_.go_on);
  RowErrors errors;
  for (std::size_t t = 0; t < targets; ++t) {
    errors.first.push_back(first[t].error(measured.observed[t], scale(t, row)));
    errors.second.push_back(second[t].error(measured.observed[t], scale(t, row)));
  }
  return errors;
}

double Loss::row_loss(const RowErrors& errors) const {
  double sum = 0;
  for (std::size_t t = 0; t < errors.first.size(); ++t) {
    sum += measurements_.targets[t].weight * bent_product(errors.first[t], errors.second[t], options_.bend);
  }
  return sum / total_weight_;
}

double Loss::prior_loss(const Point& point) const {
  double sum = 0;
  for (std::size_t i = 0; i < point.size(); ++i) {
    const prediction::FittedParameter& parameter = candidate_.parameters()[i];
    if (!parameter.prior) continue;
    sum += std::pow(
        (prediction::value_at(parameter, point[i]) - parameter.prior->mean) / parameter.prior->standard_deviation, 2);
  }
  return sum / static_cast<double>(rows_.size());
}

std::vector<double> Loss::operator()(std::span<const Point> points) const {
  std::vector<sim::WorkflowSpec> workflows;
  for (const Point& point : points) workflows.push_back(candidate_.workflow(candidate_.values(point)));
  std::vector<double> losses(points.size() * rows_.size());
  sim::parallel_for(losses.size(), options_.threads, [&](std::size_t i) {
    losses[i] = row_loss(errors(workflows[i / rows_.size()], rows_[i % rows_.size()]));
  });

  std::vector<double> result;
  for (std::size_t p = 0; p < points.size(); ++p) {
    double sum = 0;
    for (std::size_t r = 0; r < rows_.size(); ++r) sum += losses[p * rows_.size() + r];
    result.push_back(sum / static_cast<double>(rows_.size()) + prior_loss(points[p]));
  }
  return result;
}

double Loss::operator()(const Point& point) const { return (*this)(std::span(&point, 1)).front(); }

std::vector<RowErrors> Loss::errors(const Point& point) const {
  const sim::WorkflowSpec workflow = candidate_.workflow(candidate_.values(point));
  std::vector<RowErrors> result(rows_.size());
  sim::parallel_for(rows_.size(), options_.threads, [&](std::size_t i) { result[i] = errors(workflow, rows_[i]); });
  return result;
}

}  // namespace faasconf::experiments::calibration
