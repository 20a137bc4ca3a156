#pragma once
// The reward of a window, shared by all agents.

#include "sim/policy/observation.hpp"

namespace faasconf::sim {

enum class RewardKind {
  price,        // the paper's code: -w_p price + w_q [promise kept], 0.1 and 0.5 there
  cost,         // its Eq. 2 in place of the price: -w_p cost by execution [mUSD] + w_q [promise kept]
  constrained,  // -w_p price alone: the violation is a separate signal, for a Lagrangian
};

struct RewardSpec {
  RewardKind kind = RewardKind::price;
  double price_weight = 0.1;
  double qos_weight = 0.5;
};

// Also the parts that a constrained method needs separately.
struct Reward {
  double value = 0;
  double price = 0;  // the paper's
  // 1: the promise is broken by the window, or by the latest windows that make a period (rolling_period.hpp). What
  // Promise::risk() limits is its mean.
  double violation = 0;
  // Share of the requests due that were not served; 0 under the published promise, which does not ask. A slope to
  // follow where every period breaks.
  double unserved = 0;

  Reward& operator+=(const Reward& other) {
    value += other.value;
    price += other.price;
    violation += other.violation;
    unserved += other.unserved;
    return *this;
  }
  Reward& operator/=(double divisor) {
    value /= divisor;
    price /= divisor;
    violation /= divisor;
    unserved /= divisor;
    return *this;
  }
};

// Of one window, without the term for the promise.
inline Reward before_promise(const Observation& window, const RewardSpec& spec) {
  constexpr double kMilli = 1000;
  const double paid = spec.kind == RewardKind::cost ? kMilli * window.cost_execution_usd : window.price;
  return {.value = -spec.price_weight * paid, .price = window.price, .violation = window.qos_met ? 0.0 : 1.0};
}

// Of a step, from the mean over its windows.
inline Reward with_promise(Reward mean, const RewardSpec& spec) {
  if (spec.kind != RewardKind::constrained) mean.value += spec.qos_weight * (1 - mean.violation - mean.unserved);
  return mean;
}

}  // namespace faasconf::sim
