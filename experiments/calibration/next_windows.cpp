#include "experiments/calibration/next_windows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include <Eigen/Core>

#include "experiments/prediction/ensemble.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "sim/core/worker_pool.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::calibration {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Latin hypercube (McKay, Beckman and Conover, 1979): every coordinate meets every one of `count` slices once.
class Hypercube {
 public:
  Hypercube(std::size_t count, std::uint64_t seed) : count_(count), streams_(seed) {}

  std::vector<double> coordinate() {
    sim::Rng rng = streams_.stream("next windows", next_++);
    std::vector<std::size_t> slices(count_);
    std::iota(slices.begin(), slices.end(), std::size_t{0});
    for (std::size_t i = count_; i > 1; --i) std::swap(slices[i - 1], slices[rng.below(static_cast<std::uint32_t>(i))]);
    std::vector<double> values;
    for (const std::size_t slice : slices) {
      values.push_back((static_cast<double>(slice) + rng.uniform()) / static_cast<double>(count_));
    }
    return values;
  }

 private:
  std::size_t count_;
  sim::RngStreams streams_;
  std::uint64_t next_ = 0;
};

double between(double low, double high, double share) { return low + (high - low) * share; }
int whole_between(int low, int high, double share) {
  return std::min(high, low + static_cast<int>(share * (high - low + 1)));
}

std::vector<NextWindow> draw_candidates(const prediction::CalibrationRecord& record, const sim::WorkflowSpec& workflow,
                                        const NextOptions& options) {
  std::vector<NextWindow> candidates(options.candidates);
  for (NextWindow& one : candidates) {
    one.configuration = sim::uniform_configuration(workflow, {});
    one.load.window = record.window;
    one.load.warm_up = record.warm_up;
  }
  Hypercube cube(options.candidates, options.seed);
  for (std::size_t f = 0; f < workflow.functions.size(); ++f) {
    if (workflow.functions[f].fixed) continue;
    const sim::KnobRanges& ranges = workflow.functions[f].ranges;
    const auto cpu = cube.coordinate();
    const auto memory = cube.coordinate();
    const auto replicas = cube.coordinate();
    const auto concurrency = cube.coordinate();
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      candidates[i].configuration.functions[f] = {
          .cpu = {std::round(between(ranges.cpu_min.value, ranges.cpu_max.value, cpu[i]))},
          .memory = {std::round(between(ranges.memory_min.value, ranges.memory_max.value, memory[i]))},
          .replicas = whole_between(std::max(1, ranges.replicas_min), ranges.replicas_max, replicas[i]),
          .concurrency = whole_between(ranges.concurrency_min, ranges.concurrency_max, concurrency[i])};
    }
  }
  const auto level = cube.coordinate();
  const prediction::MeasuredRanges& measured = record.ranges;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (measured.rate_per_s) {
      candidates[i].load.rate_per_s = between(measured.rate_per_s->low, measured.rate_per_s->high, level[i]);
    } else if (measured.users) {
      candidates[i].load.users =
          whole_between(static_cast<int>(measured.users->low), static_cast<int>(measured.users->high), level[i]);
    }
  }
  return candidates;
}

// Members' means from their common mean, in standard deviations of one window: a column for each quantity.
MatrixXd disagreements(const std::vector<sim::WorkflowSpec>& members, const prediction::CalibrationRecord& record,
                       const NextWindow& candidate, const NextOptions& options) {
  const std::size_t quantities = record.quantities.size();
  MatrixXd means = MatrixXd::Zero(static_cast<Index>(members.size()), static_cast<Index>(quantities));
  std::vector<sim::RunningMoments> noise(quantities);
  for (std::size_t m = 0; m < members.size(); ++m) {
    std::vector<sim::RunningMoments> found(quantities);
    simulate_windows(
        prediction::scenario_of(members[m], candidate.configuration, candidate.load, record.protocol), candidate.load,
        options.seed, options.replications,
        [&](std::size_t, const sim::Observation& window) {
          for (std::size_t q = 0; q < quantities; ++q) {
            const prediction::Quantity& quantity = record.quantities[q];
            std::optional<std::size_t> function;
            if (!quantity.function.empty()) function = members[m].find(quantity.function)->index;
            if (const auto value = prediction::observe(window, quantity.what, function)) found[q].add(*value);
          }
        },
        options.go_on);
    for (std::size_t q = 0; q < quantities; ++q) {
      means(static_cast<Index>(m), static_cast<Index>(q)) = found[q].mean().value_or(NAN);
      if (const auto variance = found[q].variance()) noise[q].add(*variance);
    }
  }
  for (Index q = 0; q < means.cols(); ++q) {
    const prediction::Quantity& quantity = record.quantities[static_cast<std::size_t>(q)];
    const double variance = noise[static_cast<std::size_t>(q)].mean().value_or(0);
    const double mean = means.col(q).mean();
    const double deviation = prediction::deviation(mean, std::sqrt(variance), quantity);
    const VectorXd from_mean = means.col(q).array() - mean;
    // where a member has no such value, or nothing varies, nothing is learnt
    means.col(q) = deviation > 0 && from_mean.allFinite() ? VectorXd(from_mean / deviation)
                                                          : VectorXd(VectorXd::Zero(means.rows()));
  }
  return means;
}

double total_variance(const MatrixXd& columns) {
  return columns.squaredNorm() / static_cast<double>(columns.rows() - 1);
}

// What is left of the members' disagreement once `observed` is measured, with a noise of variance 1.
void learn(const VectorXd& observed, MatrixXd& columns) {
  const double freedom = static_cast<double>(observed.size() - 1);
  const double variance = observed.squaredNorm() / freedom;
  const double gain = 1 / (variance + 1) / (1 + std::sqrt(1 / (variance + 1)));
  columns -= observed * ((observed.transpose() * columns) / freedom * gain);
}

}  // namespace

std::vector<NextWindow> next_windows(const config::YamlNode& tree, const prediction::CalibrationRecord& record,
                                     const sim::WorkflowSpec& workflow, const NextOptions& options) {
  if (record.members.size() < 2) {
    throw sim::Error("expected an ensemble of at least two members, got " + std::to_string(record.members.size()));
  }
  const std::vector<sim::WorkflowSpec> members = prediction::ensemble_of(tree, record);

  std::vector<NextWindow> candidates = draw_candidates(record, workflow, options);
  std::vector<MatrixXd> columns(candidates.size());
  sim::parallel_for(candidates.size(), options.threads,
                    [&](std::size_t i) { columns[i] = disagreements(members, record, candidates[i], options); });

  std::vector<NextWindow> chosen;
  for (std::size_t k = 0; k < options.count && k < candidates.size(); ++k) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < columns.size(); ++i) {
      if (total_variance(columns[i]) > total_variance(columns[best])) best = i;
    }
    candidates[best].disagreement = total_variance(columns[best]);
    chosen.push_back(candidates[best]);
    for (Index q = 0; q < columns[best].cols(); ++q) {
      const VectorXd observed = columns[best].col(q);
      for (MatrixXd& other : columns) learn(observed, other);
    }
    columns[best].setZero();  // not twice
  }
  return chosen;
}

}  // namespace faasconf::experiments::calibration
