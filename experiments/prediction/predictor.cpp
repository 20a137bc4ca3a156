#include "experiments/prediction/predictor.hpp"

#include <algorithm>
#include <cmath>
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

void set_interval(Estimate& estimate, const Quantity& quantity) {
  const Discrepancy& found = quantity.discrepancy;
  const double spread = std::hypot(estimate.spread, found.floor);
  const double most = quantity.what.is_share() ? 1 : HUGE_VAL;
  estimate.low = std::clamp(estimate.mean + found.low * spread, 0.0, most);
  estimate.high = std::clamp(estimate.mean + found.high * spread, 0.0, most);
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
  std::uint64_t met = 0;
  std::vector<double> shares_met;
  for (std::size_t m = 0; m < members_.size(); ++m) {
    const bool is_best = m == 0;
    const std::size_t windows = is_best ? options_.replications : options_.member_replications;
    std::uint64_t member_met = 0;
    simulate_windows(
        scenario_of(members_[m], configuration, load, protocol_), load, seed, windows,
        [&](std::size_t, const sim::Observation& window) {
          if (is_best) price.add(window.price);
          if (window.qos_met) ++member_met;
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
    } else {
      shares_met.push_back(static_cast<double>(member_met) / static_cast<double>(windows));
    }
  }

  Outlook outlook{.quantities = {}, .price = price.mean().value_or(0), .qos_probability = {}};
  outlook.qos_probability = probability(met, options_.replications, std::move(shares_met));
  for (std::size_t q = 0; q < quantities_.size(); ++q) {
    auto& estimate = outlook.quantities.emplace_back();
    if (!moments[q].best.mean()) continue;
    estimate = Estimate{.mean = *moments[q].best.mean(), .spread = moments[q].all.standard_deviation().value_or(0)};
    set_interval(*estimate, quantities_[q]);
  }
  return outlook;
}

Discrepancy find_discrepancy(const std::vector<double>& measured, const std::vector<Estimate>& predicted) {
  double squares = 0;
  for (const Estimate& estimate : predicted) squares += estimate.spread * estimate.spread;
  const auto rows = static_cast<double>(predicted.size());
  Discrepancy found{.floor = std::sqrt(squares / rows) / 4};
  if (found.floor == 0) return found;
  std::vector<double> distances;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    distances.push_back((measured[i] - predicted[i].mean) / std::hypot(predicted[i].spread, found.floor));
  }
  std::sort(distances.begin(), distances.end());
  // a little outside, since a quantile of few rows is not that of all (split conformal prediction's (n + 1) / n)
  const double outside = (1 - kLevel) / 2 * (1 - 1 / rows) - 1 / (2 * rows);
  found.low = *sim::quantile_of_sorted(distances, std::max(0.0, outside));
  found.high = *sim::quantile_of_sorted(distances, std::min(1.0, 1 - outside));
  return found;
}

}  // namespace faasconf::experiments::prediction
