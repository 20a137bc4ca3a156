#include "experiments/prediction/predictor.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "sim/stats/confidence.hpp"
#include "sim/stats/quantiles.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::prediction {
namespace {

constexpr double kLevel = 0.9;

// Windows of the best member, and of all of them.
struct Moments {
  sim::RunningMoments best;
  sim::RunningMoments all;
};

double deviation(double mean, double spread, const Discrepancy& found, bool is_share) {
  const double scale = is_share ? mean * (1 - mean) : mean;
  return std::hypot(std::hypot(spread, found.floor), found.relative * scale);
}

// Of measured windows from what was predicted for them, row by row.
class Errors {
 public:
  Errors(std::span<const double> measured, std::span<const Estimate> predicted, bool is_share)
      : measured_(measured), predicted_(predicted), is_share_(is_share) {}

  // In units of their deviations.
  std::vector<double> distances(const Discrepancy& found) const {
    std::vector<double> all;
    for (std::size_t i = 0; i < measured_.size(); ++i) all.push_back(error(i) / deviation_of(i, found));
    return all;
  }
  // Of normal errors in proportion to these deviations, by the likeliest factor: -2 log likelihood but for a constant.
  double unlikelihood(const Discrepancy& found) const {
    double logarithms = 0;
    double squares = 0;
    for (std::size_t i = 0; i < measured_.size(); ++i) {
      const double unit = deviation_of(i, found);
      logarithms += 2 * std::log(unit);
      squares += std::pow(error(i) / unit, 2);
    }
    const auto rows = static_cast<double>(measured_.size());
    return logarithms + rows * std::log(squares / rows);
  }
  double root_mean_square() const {
    double squares = 0;
    for (std::size_t i = 0; i < measured_.size(); ++i) squares += error(i) * error(i);
    return std::sqrt(squares / static_cast<double>(measured_.size()));
  }

 private:
  double error(std::size_t i) const { return measured_[i] - predicted_[i].mean; }
  double deviation_of(std::size_t i, const Discrepancy& found) const {
    return deviation(predicted_[i].mean, predicted_[i].spread, found, is_share_);
  }

  std::span<const double> measured_;
  std::span<const Estimate> predicted_;
  bool is_share_;
};

// Over a grid of floors, from a sixteenth of the errors' size on, and of relative errors up to a half.
Discrepancy likeliest(const Errors& errors, double size) {
  Discrepancy best;
  double least = HUGE_VAL;
  for (const double floor : {1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 1.0}) {
    for (const double relative : {0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.5}) {
      const Discrepancy tried{.floor = floor * size, .relative = relative};
      const double found = errors.unlikelihood(tried);
      if (found >= least) continue;
      least = found;
      best = tried;
    }
  }
  return best;
}

// Of what is asked for, by its values.
std::uint64_t fingerprint(const sim::Configuration& configuration, const Load& load) {
  std::string text;
  const auto add = [&text](double value) { text += std::to_string(value) + " "; };
  for (const sim::FunctionConfiguration& knobs : configuration.functions) {
    for (const double value : {knobs.cpu.value, knobs.memory.value, static_cast<double>(knobs.replicas),
                               static_cast<double>(knobs.concurrency)}) {
      add(value);
    }
  }
  for (const double value : {load.users, load.rate_per_s, sim::to_seconds(load.window)}) add(value);
  return sim::StreamName(text).bits();
}

// Wilson's interval of the best member, as wide as the members disagree besides.
Estimate probability(std::uint64_t met, std::uint64_t windows, std::vector<double> shares) {
  if (windows == 0) return {.high = 1};  // nothing to judge: anything between 0 and 1
  const auto interval = sim::proportion_interval(met, windows, kLevel);
  std::sort(shares.begin(), shares.end());
  const double share = static_cast<double>(met) / static_cast<double>(windows);
  Estimate estimate{.mean = share, .spread = 0, .low = interval->low, .high = interval->high};
  if (shares.empty()) return estimate;
  estimate.low = std::min(estimate.low, *sim::quantile_of_sorted(shares, (1 - kLevel) / 2));
  estimate.high = std::max(estimate.high, *sim::quantile_of_sorted(shares, (1 + kLevel) / 2));
  return estimate;
}

}  // namespace

double deviation(double mean, double spread, const Quantity& quantity) {
  return deviation(mean, spread, quantity.discrepancy, quantity.what.is_share());
}

void set_interval(Estimate& estimate, const Quantity& quantity) {
  const Discrepancy& found = quantity.discrepancy;
  const double unit = deviation(estimate.mean, estimate.spread, quantity);
  const double most = quantity.what.is_share() ? 1 : HUGE_VAL;
  estimate.low = std::clamp(estimate.mean + found.low * unit, 0.0, most);
  estimate.high = std::clamp(estimate.mean + found.high * unit, 0.0, most);
}

Predictor::Predictor(std::vector<sim::WorkflowSpec> members, Protocol protocol, std::vector<Quantity> quantities,
                     PredictorOptions options)
    : members_(std::move(members)),
      protocol_(std::move(protocol)),
      quantities_(std::move(quantities)),
      options_(std::move(options)) {
  if (members_.empty()) throw sim::Error("a prediction needs a workflow");
  for (const Quantity& quantity : quantities_) {
    functions_.emplace_back();
    if (!quantity.function.empty()) functions_.back() = members_.front().find(quantity.function).value().index;
  }
}

Outlook Predictor::predict(const sim::Configuration& configuration, const Load& load) const {
  const std::uint64_t seed =
      options_.common_random_numbers ? options_.seed : row_seed(options_.seed, fingerprint(configuration, load));
  std::vector<Moments> moments(quantities_.size());
  sim::RunningMoments price;
  std::uint64_t met = 0, judged_windows = 0;
  std::vector<double> shares_met;
  for (std::size_t m = 0; m < members_.size(); ++m) {
    const bool is_best = m == 0;
    const std::size_t windows = is_best ? options_.replications : options_.member_replications;
    std::uint64_t member_met = 0, member_judged = 0;
    simulate_windows(
        scenario_of(members_[m], configuration, load, protocol_), load, seed, windows,
        [&](std::size_t, const sim::Observation& window) {
          if (is_best) price.add(window.price);
          const bool judged = window.served_share || window.requests.finished() > 0;
          if (judged) ++member_judged;
          if (judged && window.qos_met) ++member_met;
          for (std::size_t q = 0; q < quantities_.size(); ++q) {
            const auto value = observe(window, quantities_[q].what, functions_[q]);
            if (!value) continue;
            if (is_best) moments[q].best.add(*value);
            moments[q].all.add(*value);
          }
        },
        options_.go_on, protocol_.kept);
    if (is_best) {
      met = member_met;
      judged_windows = member_judged;
    } else {
      if (member_judged > 0) shares_met.push_back(static_cast<double>(member_met) / static_cast<double>(member_judged));
    }
  }

  Outlook outlook{.quantities = {}, .price = price.mean().value_or(0), .qos_probability = {}};
  outlook.qos_probability = probability(met, judged_windows, std::move(shares_met));
  for (std::size_t q = 0; q < quantities_.size(); ++q) {
    auto& estimate = outlook.quantities.emplace_back();
    if (!moments[q].best.mean()) continue;
    estimate = Estimate{.mean = *moments[q].best.mean(), .spread = moments[q].all.standard_deviation().value_or(0)};
    set_interval(*estimate, quantities_[q]);
  }
  return outlook;
}

Discrepancy find_discrepancy(std::span<const double> measured, std::span<const Estimate> predicted,
                             std::span<const std::size_t> groups, bool is_share) {
  const Errors errors(measured, predicted, is_share);
  const double size = errors.root_mean_square();
  if (!(size > 0)) return {};
  Discrepancy found = likeliest(errors, size);
  std::vector<double> distances = errors.distances(found);
  std::sort(distances.begin(), distances.end());
  // a little outside, since a quantile of few rows is not that of all (split conformal prediction's (n + 1) / n); rows
  // of one group count as one
  const auto independent = static_cast<double>(std::set(groups.begin(), groups.end()).size());
  const double outside = (1 - kLevel) / 2 * (1 - 1 / independent) - 1 / (2 * independent);
  found.low = std::min(0.0, *sim::quantile_of_sorted(distances, std::max(0.0, outside)));
  found.high = std::max(0.0, *sim::quantile_of_sorted(distances, std::min(1.0, 1 - outside)));
  return found;
}

}  // namespace faasconf::experiments::prediction
