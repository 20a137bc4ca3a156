#pragma once
// What all agents get for a window, together.

#include "sim/policy/observation.hpp"

namespace faasconf::sim {

enum class RewardKind {
  price,        // the paper's code: -w_p price + w_q [QoS met], 0.1 and 0.5 there
  cost,         // its Eq. 2 in place of the price: -w_p cost by execution [mUSD] + w_q [QoS met]
  constrained,  // -w_p price alone: the violation is a signal of its own, for a Lagrangian
};

struct RewardSpec {
  RewardKind kind = RewardKind::price;
  double price_weight = 0.1;
  double qos_weight = 0.5;
};

// Also what a constrained method needs apart.
struct Reward {
  double value = 0;
  double price = 0;      // the paper's
  double violation = 0;  // 1: the window missed QoS

  Reward& operator+=(const Reward& other) {
    value += other.value;
    price += other.price;
    violation += other.violation;
    return *this;
  }
  Reward& operator/=(double divisor) {
    value /= divisor;
    price /= divisor;
    violation /= divisor;
    return *this;
  }
};

inline Reward reward_of(const Observation& window, const RewardSpec& spec) {
  constexpr double kMilli = 1000;
  const double paid = spec.kind == RewardKind::cost ? kMilli * window.cost_execution_usd : window.price;
  const double kept = spec.kind == RewardKind::constrained || !window.qos_met ? 0 : spec.qos_weight;
  return {.value = kept - spec.price_weight * paid, .price = window.price, .violation = window.qos_met ? 0.0 : 1.0};
}

}  // namespace faasconf::sim
