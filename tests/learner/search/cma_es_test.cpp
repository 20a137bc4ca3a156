#include "learner/search/cma_es.hpp"

#include <cmath>
#include <functional>
#include <numbers>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::learner::search {
namespace {

using Function = std::function<double(const Point&)>;

std::vector<double> losses_of(const Function& function, const std::vector<Point>& points) {
  std::vector<double> losses;
  for (const Point& point : points) losses.push_back(function(point));
  return losses;
}

RestartingCmaEs minimise(const Function& function, const CmaEsOptions& options, std::uint64_t evaluations) {
  RestartingCmaEs search(options);
  while (search.evaluations() < evaluations) search.tell(losses_of(function, search.ask()));
  return search;
}

// Test functions of Hansen et al. (2009), in the unit box with the optimum 0 at 0.3, 0.4, 0.5, ...
double offset(const Point& x, std::size_t i) { return x[i] - 0.3 - 0.1 * static_cast<double>(i); }

double sphere(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(offset(x, i), 2);
  return sum;
}

double ellipsoid(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(x.size() - 1);
    sum += std::pow(10, 6 * share) * std::pow(offset(x, i), 2);
  }
  return sum;
}

// 10 (x - 0.3) + 1, so that the box holds the valley
double rosenbrock(const Point& x) {
  const auto z = [&](std::size_t i) { return 4 * offset(x, i) + 1; };
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    sum += 100 * std::pow(z(i + 1) - z(i) * z(i), 2) + std::pow(1 - z(i), 2);
  }
  return sum;
}

double rastrigin(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double z = 10 * offset(x, i);
    sum += z * z + 10 - 10 * std::cos(2 * std::numbers::pi * z);
  }
  return sum;
}

void expect_optimum(const RestartingCmaEs& search, double tolerance) {
  for (std::size_t i = 0; i < search.best().size(); ++i) EXPECT_NEAR(offset(search.best(), i), 0, tolerance) << i;
}

TEST(CmaEs, FindsTheOptimumOfASphere) {
  const auto search = minimise(sphere, {.start = Point(5, 0.9), .seed = 1}, 2000);
  expect_optimum(search, 1e-6);
}

TEST(CmaEs, LearnsTheAxesOfAnEllipsoidOfConditionAMillion) {
  const auto search = minimise(ellipsoid, {.start = Point(6, 0.5), .seed = 2}, 6000);
  EXPECT_LT(search.best_loss(), 1e-10);
}

TEST(CmaEs, FollowsTheValleyOfRosenbrock) {
  const auto search = minimise(rosenbrock, {.start = Point(4, 0.9), .seed = 3}, 10000);
  expect_optimum(search, 1e-4);
}

// More than a thousand local optima: one run seldom ends in the best, restarts with growing populations do.
TEST(CmaEs, RestartsLeaveTheLocalOptimaOfRastrigin) {
  const auto search = minimise(rastrigin, {.start = Point(4, 0.9), .seed = 4}, 150000);
  EXPECT_GT(search.runs(), 1U);
  expect_optimum(search, 1e-5);
}

TEST(CmaEs, FindsAnOptimumOnTheBoundsAndNeverLeavesTheBox) {
  const Function corner = [](const Point& x) { return x[0] + (1 - x[1]) + std::pow(x[2] - 0.5, 2); };
  RestartingCmaEs search({.start = Point(3, 0.5), .seed = 5});
  while (search.evaluations() < 3000) {
    const auto points = search.ask();
    for (const Point& point : points) {
      for (const double coordinate : point) {
        EXPECT_GE(coordinate, 0);
        EXPECT_LE(coordinate, 1);
      }
    }
    search.tell(losses_of(corner, points));
  }
  EXPECT_NEAR(search.best()[0], 0, 1e-4);
  EXPECT_NEAR(search.best()[1], 1, 1e-4);
  EXPECT_NEAR(search.best()[2], 0.5, 1e-2);
}

TEST(CmaEs, SurvivesLossesThatAreNoNumbers) {
  const Function partial = [](const Point& x) { return x[0] > 0.6 ? std::nan("") : sphere(x); };
  const auto search = minimise(partial, {.start = Point(3, 0.5), .seed = 6}, 3000);
  expect_optimum(search, 1e-5);
}

TEST(CmaEs, ASearchThatIsPutBackGoesOnAsIfNothingHadHappened) {
  const CmaEsOptions options{.start = Point(4, 0.7), .seed = 7};
  const auto whole = minimise(rastrigin, options, 8000);
  RestartingCmaEs first = minimise(rastrigin, options, 3000);
  RestartingCmaEs second{RestartingCmaEsState(first.state())};
  while (second.evaluations() < 8000) second.tell(losses_of(rastrigin, second.ask()));
  EXPECT_EQ(second.state().current, whole.state().current);
  EXPECT_EQ(second.best(), whole.best());
}

TEST(CmaEs, StatesThatNoSearchComesToAreRefused) {
  const auto fault = [](const auto& damage) {
    RestartingCmaEsState state = minimise(sphere, {.start = Point(3, 0.5)}, 70).state();
    damage(state);
    return fault_of(state, 3).value_or("");
  };
  EXPECT_EQ(fault([](auto&) {}), "");
  const std::string lengths = "lists of other lengths than those of 3 coordinates";
  EXPECT_EQ(fault([](auto& state) { state.current.mean.clear(); }), lengths);
  EXPECT_EQ(fault([](auto& state) { state.current.mean.resize(1000); }), lengths);
  EXPECT_EQ(fault([](auto& state) { state.current.covariance.clear(); }), lengths);
  EXPECT_EQ(fault([](auto& state) { state.current.path_step.clear(); }), lengths);
  EXPECT_EQ(fault([](auto& state) { state.best.clear(); }), lengths);
  EXPECT_EQ(fault([](auto& state) { state.options.start.clear(); }), lengths);
  EXPECT_EQ(fault([](auto& state) { state.current.covariance[0] = std::nan(""); }), "numbers that are not finite");
  EXPECT_EQ(fault([](auto& state) { state.current.step = -1; }), "a step that is not positive");
  EXPECT_EQ(fault([](auto& state) { state.current.population = 0; }), "a population that is not from 4 to 1000000");
  EXPECT_EQ(fault([](auto& state) { state.doublings = 1ULL << 63; }), "counts that no search comes to");
}

TEST(CmaEs, SeedsDecideThePoints) {
  const auto points = [](std::uint64_t seed) { return RestartingCmaEs({.start = Point(2, 0.5), .seed = seed}).ask(); };
  EXPECT_EQ(points(1), points(1));
  EXPECT_NE(points(1), points(2));
}

TEST(CmaEs, WantsOneLossAPoint) {
  RestartingCmaEs search({.start = Point(2, 0.5)});
  EXPECT_THROW(search.tell(std::vector<double>(3)), sim::Error);
  EXPECT_THROW(RestartingCmaEs({.start = {}}), sim::Error);
}

}  // namespace
}  // namespace faasconf::learner::search
