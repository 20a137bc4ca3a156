#pragma once
// What every safety filter must do, on two functions one after the other.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learner/safety/safety_filter.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::safety {

inline ActionPrice two_step_price() { return ActionPrice(sim::two_steps().scenario.workflow); }

using MakeFilter = std::function<std::unique_ptr<SafetyFilter>()>;

// Windows under random actions, of which the dearer ones met QoS.
inline void teach_at_random(SafetyFilter& filter, std::uint64_t seed, int windows = 300) {
  ActionPrice price_of = two_step_price();
  sim::Rng rng(seed);
  for (int i = 0; i < windows; ++i) {
    std::vector<float> actions(price_of.size());
    for (float& action : actions) action = static_cast<float>(rng.uniform());
    const double price = price_of(actions);
    filter.learn(10 + 10 * rng.below(3), actions, price, price > 2);
  }
}

// The answers to random proposals.
inline std::vector<std::vector<float>> reviewed(SafetyFilter& filter, std::uint64_t seed) {
  sim::Rng rng(seed);
  std::vector<std::vector<float>> all;
  for (int i = 0; i < 100; ++i) {
    std::vector<float>& actions = all.emplace_back(two_step_price().size());
    for (float& action : actions) action = static_cast<float>(rng.uniform());
    filter.review(10 + 10 * rng.below(4), actions, rng);
  }
  return all;
}

inline void expect_same_future(SafetyFilter& a, SafetyFilter& b) {
  EXPECT_EQ(reviewed(a, 5), reviewed(b, 5));
  for (SafetyFilter* filter : {&a, &b}) teach_at_random(*filter, 6);
  EXPECT_EQ(reviewed(a, 7), reviewed(b, 7));
  EXPECT_EQ(a.save(), b.save());
}

inline void check_saving(const MakeFilter& make) {
  const auto saved = make();
  teach_at_random(*saved, 1);
  const std::vector<std::byte> bytes = saved->save();
  const auto restored = make();
  EXPECT_NE(restored->save(), bytes);
  restored->restore(bytes);
  expect_same_future(*saved, *restored);

  const std::vector<std::byte> before = restored->save();
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 50) {
    EXPECT_THROW(restored->restore(std::span(bytes).first(size)), sim::Error) << size;
  }
  EXPECT_EQ(restored->save(), before) << "as it was";
}

inline void check_json(const MakeFilter& make) {
  const auto written = make();
  teach_at_random(*written, 1);
  const auto read = safety_from_json(written->to_json(), two_step_price());
  EXPECT_EQ(read->to_json(), written->to_json());
  expect_same_future(*written, *read);

  sim::EnvironmentSpec other = sim::two_steps();
  other.scenario.workflow.functions[0].fixed = sim::FunctionConfiguration{};
  EXPECT_THROW(safety_from_json("3" + written->to_json(), two_step_price()), sim::Error);
  EXPECT_THROW(safety_from_json(written->to_json(), ActionPrice(other.scenario.workflow)), sim::Error)
      << "half as many actions";
}

}  // namespace faasconf::learner::safety
