#include "experiments/sweep/plan.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::experiments::sweep {
namespace {

Plan plan(const std::string& text) { return Plan(parse_sweep("experiment: concurrency-matters\n" + text, "s.yaml")); }

std::vector<std::string> labels(const Plan& plan) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < plan.size(); ++i) labels.push_back(plan.label(i));
  return labels;
}

TEST(SweepPlan, IsTheProductOfTheAxesWithWhatGoesInStep) {
  EXPECT_EQ(labels(plan("axes: {x.a: [1, 2]}\nzip: {b: [3, 4], c: [5, 6]}\n")),
            (std::vector<std::string>{"a=1 b=3 c=5", "a=1 b=4 c=6", "a=2 b=3 c=5", "a=2 b=4 c=6"}));
}

TEST(SweepPlan, AddsAndLeavesOutCells) {
  EXPECT_EQ(
      labels(plan("axes: {a: [1, 2], b: [3, 4]}\ninclude: [{a: 9}, {a: 1, b: 3}]\nexclude: [{a: 2, b: 3}, {b: 4}]\n")),
      (std::vector<std::string>{"a=1 b=3", "a=9 b=-"}));
}

TEST(SweepPlan, RefusesToBeEmpty) { EXPECT_THROW(plan("axes: {a: [1]}\nexclude: [{a: 1}]\n"), sim::Error); }

TEST(SweepPlan, CommonAxesDoNotCountForTheRandomNumbers) {
  const Plan both = plan("axes: {a: [1, 2], b: [3, 4]}\ncommon: [b]\n");
  EXPECT_EQ(both.changes(1).size(), 2u);
  ASSERT_EQ(both.changes_without_common(1).size(), 1u);
  EXPECT_EQ(both.changes_without_common(1).front().keys, std::vector<std::string>{"a"});
}

// Of n cells, each of n values of an axis has one: McKay, Beckman and Conover (1979).
TEST(SweepPlan, ALatinHypercubeTakesEveryValueOnce) {
  const Plan sampled = plan("axes: {a: {range: 1..20}, b: {range: 1..20}}\nsample: {latin_hypercube: 20}\n");
  ASSERT_EQ(sampled.size(), 20u);
  for (const std::size_t axis : {0u, 1u}) {
    std::set<std::uint32_t> taken;
    for (std::size_t i = 0; i < sampled.size(); ++i) taken.insert(sampled.cell(i)[axis]);
    EXPECT_EQ(taken.size(), 20u);
  }
}

// Of the first 2^k points of Sobol's sequence, each of 2^k equal slices of every axis has one (a (0,k,1)-net).
TEST(SweepPlan, SobolFillsEveryAxisEvenly) {
  const Plan sampled = plan("axes: {a: {range: 1..16}, b: {range: 1..16}}\nsample: {sobol: 15}\n");
  for (const std::size_t axis : {0u, 1u}) {
    std::set<std::uint32_t> taken;
    for (std::size_t i = 0; i < sampled.size(); ++i) taken.insert(sampled.cell(i)[axis]);
    EXPECT_EQ(taken.size(), 15u);  // Boost leaves out the first point, the origin
  }
}

TEST(SweepPlan, ASampleIsTheSameForTheSameSeedAndHasNoCellTwice) {
  const std::string text = "axes: {a: {range: 1..3}, b: {range: 1..3}}\nsample: {random: 100}\n";
  EXPECT_EQ(labels(plan(text)), labels(plan(text)));
  EXPECT_EQ(plan(text).size(), 9u);
  EXPECT_NE(labels(plan(text)), labels(plan(text + "seed: 2\n")));
}

}  // namespace
}  // namespace faasconf::experiments::sweep
