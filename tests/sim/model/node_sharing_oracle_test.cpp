// Instances that share a contended node by their weights against discriminatory processor sharing.

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/queueing_theory.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

struct Class {
  double arrival_rate_per_s = 0;
  double work_s = 0;  // exponential, mean
  double weight = 1;
};

struct Sojourns {
  double first_s = 0;
  double second_s = 0;
};

// Two classes on one core: n1 and n2 present get g1 / (g1 n1 + g2 n2) and g2 / (g1 n1 + g2 n2) each.
// E[T1] = E[S1] / (1 - rho) (1 + mu1 rho2 (g2 - g1) / (mu1 g1 (1 - rho1) + mu2 g2 (1 - rho2))), likewise E[T2].
// Fayolle, Mitrani and Iasnogorodski, "Sharing a processor among many job classes", JACM 27 (1980).
Sojourns discriminatory_sharing(const Class& a, const Class& b) {
  const double rho_a = a.arrival_rate_per_s * a.work_s;
  const double rho_b = b.arrival_rate_per_s * b.work_s;
  const double denominator = a.weight / a.work_s * (1 - rho_a) + b.weight / b.work_s * (1 - rho_b);
  const double left = 1 - rho_a - rho_b;
  return {a.work_s / left * (1 + rho_b / a.work_s * (b.weight - a.weight) / denominator),
          b.work_s / left * (1 + rho_a / b.work_s * (a.weight - b.weight) / denominator)};
}

// The same from the Markov chain on (n1, n2), cut at so many of each.
Sojourns by_markov_chain(const Class& a, const Class& b, std::size_t places) {
  const auto state = [=](std::size_t i, std::size_t j) { return i * places + j; };
  std::vector<std::vector<double>> chain(places * places, std::vector<double>(places * places));
  for (std::size_t i = 0; i < places; ++i) {
    for (std::size_t j = 0; j < places; ++j) {
      auto& row = chain[state(i, j)];
      const double weight_a = a.weight * static_cast<double>(i);
      const double weight_b = b.weight * static_cast<double>(j);
      if (i > 0) row[state(i - 1, j)] = weight_a / (weight_a + weight_b) / a.work_s;
      if (j > 0) row[state(i, j - 1)] = weight_b / (weight_a + weight_b) / b.work_s;
      if (i + 1 < places) row[state(i + 1, j)] = a.arrival_rate_per_s;
      if (j + 1 < places) row[state(i, j + 1)] = b.arrival_rate_per_s;
    }
  }
  const auto probability = stationary(chain);
  Sojourns number;
  for (std::size_t i = 0; i < places; ++i) {
    for (std::size_t j = 0; j < places; ++j) {
      number.first_s += static_cast<double>(i) * probability[state(i, j)];
      number.second_s += static_cast<double>(j) * probability[state(i, j)];
    }
  }
  return {number.first_s / a.arrival_rate_per_s, number.second_s / b.arrival_rate_per_s};
}

TEST(DiscriminatorySharing, HasTheClosedFormThatItsMarkovChainHas) {
  const Class a{.arrival_rate_per_s = 0.2, .work_s = 1, .weight = 1};
  const Class b{.arrival_rate_per_s = 0.4, .work_s = 0.5, .weight = 4};
  const Sojourns closed = discriminatory_sharing(a, b);
  const Sojourns chain = by_markov_chain(a, b, 20);
  EXPECT_NEAR(closed.first_s, chain.first_s, 1e-5);
  EXPECT_NEAR(closed.second_s, chain.second_s, 1e-5);
}

// Every call has an instance of its own, on demand and without keep-alive, that could use the whole core of the node;
// the CPU requests are the weights, and so small that everybody has a place.
ScenarioSpec shared_node(const Class& a, const Class& b) {
  std::vector<FunctionSpec> functions;
  for (const auto& [name, one] : {std::pair("a", a), std::pair("b", b)}) {
    FunctionSpec function = cpu_station(name, Exponential{one.work_s}, Overflow::reject);
    function.keep_alive = 0s;
    function.cpu_request = Millicores{one.weight};
    function.memory_request = Mebibytes{0};
    functions.push_back(std::move(function));
  }
  const double rate_per_s = a.arrival_rate_per_s + b.arrival_rate_per_s;
  ScenarioSpec spec =
      scenario(std::move(functions), {{.replicas = 1000}, {.replicas = 1000}},
               choice({a.arrival_rate_per_s / rate_per_s, b.arrival_rate_per_s / rate_per_s}, {call("a"), call("b")}),
               open_loop(rate_per_s));
  spec.workflow.cluster.nodes.emplace_back().cores = 1;
  return spec;
}

void expect_shared(const ScenarioSpec& spec, const Class& a, const Class& b, double length_s) {
  const Sojourns exact = discriminatory_sharing(a, b);
  const auto [first_s, second_s, cores, instances] = replicate(
      spec, {.warm_up_s = 200, .length_s = length_s}, mean_response_s(kFirst), mean_response_s(kSecond),
      [](const Sample& sample) {
        return (sample.functions[0].usage.cpu_s + sample.functions[1].usage.cpu_s) / sample.length_s;
      },
      mean_instances(kFirst));
  EXPECT_THAT(first_s, Estimates(exact.first_s));
  EXPECT_THAT(second_s, Estimates(exact.second_s));
  EXPECT_THAT(cores, Estimates(a.arrival_rate_per_s * a.work_s + b.arrival_rate_per_s * b.work_s));
  EXPECT_THAT(instances, Estimates(a.arrival_rate_per_s * exact.first_s));
}

TEST(SharedNode, ServesByWeightAsDiscriminatorySharingDoes) {
  const Class a{.arrival_rate_per_s = 0.35, .work_s = 1, .weight = 1};
  const Class b{.arrival_rate_per_s = 0.7, .work_s = 0.5, .weight = 4};
  expect_shared(shared_node(a, b), a, b, 15'000);
  const Class c{.arrival_rate_per_s = 0.2, .work_s = 1, .weight = 5};
  const Class d{.arrival_rate_per_s = 0.2, .work_s = 2, .weight = 2};
  expect_shared(shared_node(c, d), c, d, 15'000);
}

// Under CFS with a quota that nobody spends before the period is over.
TEST(SharedNode, UnderCfsToo) {
  const Class a{.arrival_rate_per_s = 0.3, .work_s = 1, .weight = 1};
  const Class b{.arrival_rate_per_s = 0.6, .work_s = 0.5, .weight = 3};
  ScenarioSpec spec = shared_node(a, b);
  spec.workflow.cpu_sharing = {.mode = CpuSharing::cfs, .period = 1s, .cores = 1};
  expect_shared(spec, a, b, 8'000);
}

}  // namespace
}  // namespace faasconf::sim
