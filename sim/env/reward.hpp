#pragma once
// The reward of a window, shared by all agents.

#include <algorithm>

#include "sim/policy/observation.hpp"

namespace faasconf::sim {

enum class RewardKind {
  price,        // the paper's code: -w_p price + w_q [QoS met], 0.1 and 0.5 there
  cost,         // the paper's Eq. 2 in place of the price: -w_p cost by execution [mUSD] + w_q [QoS met]
  constrained,  // -w_p price alone: the violation is a separate signal, for a Lagrangian
};

enum class QosKind {
  published,  // mean latency of the successes and their number
  strict,     // and requests served, see sim/model/strict_qos.hpp
};

struct RewardSpec {
  RewardKind kind = RewardKind::price;
  QosKind qos = QosKind::published;
  double price_weight = 0.1;
  double qos_weight = 0.5;
};

// Also the two parts that a constrained method needs separately.
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

// Of one window, by the published QoS, without the term for QoS.
inline Reward before_qos(const Observation& window, const RewardSpec& spec) {
  constexpr double kMilli = 1000;
  const double paid = spec.kind == RewardKind::cost ? kMilli * window.cost_execution_usd : window.price;
  return {.value = -spec.price_weight * paid, .price = window.price, .violation = window.qos_met ? 0.0 : 1.0};
}

// Of a step, from the mean over its windows. unserved: under strict QoS the share of requests that were not served,
// otherwise 0. The violation is then gradual, so that a policy far from serving all requests has a gradient to follow.
inline Reward with_qos(Reward mean, double unserved, const RewardSpec& spec) {
  mean.violation = std::max(mean.violation, unserved);
  if (spec.kind != RewardKind::constrained) mean.value += spec.qos_weight * (1 - mean.violation);
  return mean;
}

}  // namespace faasconf::sim
