#pragma once
// The price of a violation, steered so that violations stay within their limit.

#include <algorithm>
#include <cstddef>
#include <vector>

namespace faasconf::learner::marl {

// Lagrange multipliers steered by a PID controller (Stooke, Achiam and Abbeel, 2020), one for every load level, so that
// easy loads do not pay for hard ones:
//   e = rate - limit, I <- max(0, I + k_i e), lambda = max(0, k_p e + I + k_d max(0, rate - rate before))
struct LagrangianSpec {
  double limit = 0.05;      // allowed rate of violations
  double proportional = 4;  // large against the integral, so that the multiplier does not swing
  double integral = 0.02;
  double derivative = 0.5;
  double initial = 0.5;    // I at the start, in units of reward
  double most = 20;        // of lambda
  double smoothing = 0.3;  // weight of the newest rate in the smoothed one
};

class Lagrangian {
 public:
  Lagrangian(const LagrangianSpec& spec, std::size_t levels)
      : spec_(spec), integral_(levels, spec.initial), rate_(levels, -1), multiplier_(levels, spec.initial) {}

  // Of one level: the windows of an iteration and how many of them were violations.
  void update(std::size_t level, double violations, double windows) {
    if (windows <= 0) return;
    const double newest = violations / windows;
    const double before = rate_[level] < 0 ? newest : rate_[level];
    rate_[level] = before + spec_.smoothing * (newest - before);
    const double error = rate_[level] - spec_.limit;
    integral_[level] = std::clamp(integral_[level] + spec_.integral * error, 0.0, spec_.most);
    multiplier_[level] = std::clamp(
        spec_.proportional * error + integral_[level] + spec_.derivative * std::max(0.0, rate_[level] - before), 0.0,
        spec_.most);
  }
  double multiplier(std::size_t level) const { return multiplier_[level]; }
  std::size_t levels() const { return multiplier_.size(); }

  template <class Archive>
  void archive(Archive& a) {
    a(integral_, rate_, multiplier_);
  }

 private:
  LagrangianSpec spec_;
  std::vector<double> integral_;
  std::vector<double> rate_;  // smoothed; below 0: none yet
  std::vector<double> multiplier_;
};

}  // namespace faasconf::learner::marl
