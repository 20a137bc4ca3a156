#include "experiments/calibration/loss.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "experiments/calibration/fit.hpp"
#include "sim/core/random.hpp"
#include "sim/stats/running_moments.hpp"
#include "tests/experiments/calibration/two_functions.hpp"

namespace faasconf::experiments::calibration {
namespace {

// What a loss borrows, in one place.
struct Problem {
  explicit Problem(std::size_t rows)
      : table(config::parse_table(simulated_rows(two_functions(), rows, 1), "m.csv")),
        mapping(parse_mapping(kTwoFunctionsMapping, "map.yaml", table, two_functions())),
        measurements(read_measurements(table, mapping, two_functions())),
        candidate(two_functions_tree(), mapping.parameters),
        all(measurements.rows.size()) {
    std::iota(all.begin(), all.end(), std::size_t{0});
  }
  Loss loss(LossOptions options) const {
    return Loss(candidate, measurements, protocol_of(mapping.protocol), all, options);
  }
  config::CsvTable table;
  Mapping mapping;
  Measurements measurements;
  prediction::CandidateWorkflow candidate;
  std::vector<std::size_t> all;
};

// Errors b + noise of two halves: the mean product is b^2, where the mean square has the noise's variance on top.
TEST(Loss, ProductOfIndependentHalvesIsTheSquaredBias) {
  sim::Rng rng = sim::RngStreams(1).stream("test");
  const double bias = 0.3;
  sim::RunningMoments product;
  for (int i = 0; i < 100'000; ++i)
    product.add(bent_product(bias + 0.5 * rng.normal(), bias + 0.5 * rng.normal(), 100));
  EXPECT_NEAR(*product.mean(), bias * bias, 5 * *product.standard_error());
}

TEST(Loss, BendsBeyondItsLimitAndIsOdd) {
  EXPECT_NEAR(bent_product(0.01, 0.02, 1.5), 0.0002, 1e-8);  // near 0: the product itself
  EXPECT_EQ(bent_product(2, -3, 1.5), -bent_product(2, 3, 1.5));
  EXPECT_LT(bent_product(30, 30, 1.5), 2 * 1.5 * 30);  // grows with |e|, not with e^2
  // its force is bounded by the limit: d/de of 2 d^2 (sqrt(1 + e^2 / d^2) - 1) is twice bent_force
  EXPECT_LT(bent_force(1000, 1.5), 1.5);
  const double e = 1.2;
  const double h = 1e-5;
  const double slope = (bent_product(e + h, e + h, 1.5) - bent_product(e - h, e - h, 1.5)) / (2 * h);
  EXPECT_NEAR(slope, 2 * bent_force(e, 1.5), 1e-6);
}

TEST(Loss, IsTheSameForAnyNumberOfThreads) {
  const Problem problem(12);
  const std::vector<Point> points{{0.2, 0.5, 0.5}, {0.8, 0.1, 0.9}, {0.5, 0.5, 0.2}};
  const std::vector<double> alone = problem.loss({.windows_per_half = 1, .threads = 1})(points);
  EXPECT_EQ(problem.loss({.windows_per_half = 1, .threads = 3})(points), alone);
  EXPECT_NE(problem.loss({.windows_per_half = 1, .seed = 2, .threads = 1})(points), alone);
}

TEST(Loss, IsLessAtTheTruthThanAwayFromIt) {
  const Problem problem(40);
  const Loss loss = problem.loss({.threads = 2});
  const Point truth = problem.candidate.point(problem.candidate.written_values());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    for (const double away : {-0.2, 0.2}) {
      Point other = truth;
      other[i] += away;
      EXPECT_GT(loss(other), loss(truth)) << problem.mapping.parameters[i].name << " " << away;
    }
  }
}

TEST(Loss, PriorsPullAsOneRow) {
  Problem problem(10);
  problem.mapping.parameters[2].prior = prediction::Prior{.mean = 0.1, .standard_deviation = 0.05};
  problem.candidate = prediction::CandidateWorkflow(two_functions_tree(), problem.mapping.parameters);
  const Loss loss = problem.loss({.threads = 1});
  EXPECT_NEAR(loss.prior_loss({0.5, 0.5, 0.2}), 0, 1e-12);    // 0.2 of 0 .. 0.5 is 0.1
  EXPECT_NEAR(loss.prior_loss({0.5, 0.5, 0.3}), 0.1, 1e-12);  // one deviation off, 10 rows
}

// --- the last steps

TEST(NewtonPolish, GoesDownFromTheBestOfItsStarts) {
  const Problem problem(40);
  const Loss loss = problem.loss({.threads = 2});
  const Point truth = problem.candidate.point(problem.candidate.written_values());
  Point other = truth;
  other[0] += 0.2;
  const auto polished = [&](const std::vector<Point>& starts, int steps) { return newton_polish(loss, starts, steps); };
  EXPECT_EQ(polished({other, truth}, 0), truth);
  EXPECT_EQ(polished({other}, 0), other);
  EXPECT_LT(loss(polished({other}, 3)), loss(other) / 4);
  EXPECT_LE(loss(polished({other, truth}, 3)), loss(truth));
}

TEST(Polish, EndsInTheMiddleOfItsEvaluationsWhereTheLossIsCancelled) {
  const Problem problem(10);
  int asked = 0;
  const Loss loss = problem.loss({.threads = 1, .go_on = [&] { return ++asked < 200; }});
  const Point start = problem.candidate.point(problem.candidate.written_values());
  std::uint64_t used = 0;
  EXPECT_THROW(polish(loss, start, 10'000, used), sim::Cancelled);
  EXPECT_LT(asked, 300);
}

// --- the workflow of a point

TEST(CandidateWorkflow, PutsValuesWhereTheirPathsLead) {
  const config::YamlNode tree = two_functions_tree();
  const std::vector<prediction::FittedParameter> parameters{
      {.name = "work",
       .sets = {{.path = "functions.first.serial"}, {.path = "functions.second.serial", .times = 2, .plus = 0.1}},
       .dimension = prediction::Dimension::time,
       .low = 0.1,
       .high = 1,
       .logarithmic = true}};
  const prediction::CandidateWorkflow candidate(tree, parameters);
  const sim::WorkflowSpec workflow = candidate.workflow(std::vector<double>{0.25});
  EXPECT_EQ(workflow.functions[0].serial_work, sim::Distribution(sim::Deterministic{0.25}));
  EXPECT_EQ(workflow.functions[1].serial_work, sim::Distribution(sim::Deterministic{0.6}));
  EXPECT_EQ(candidate.written_values(), std::vector<double>{0.5});
  EXPECT_NEAR(candidate.point(std::vector<double>{std::sqrt(0.1)})[0], 0.5, 1e-12);  // half way on a log scale
  EXPECT_NEAR(candidate.values(candidate.point(std::vector<double>{0.3}))[0], 0.3, 1e-12);
}

TEST(CandidateWorkflow, RefusesPathsThatLeadNowhere) {
  const auto candidate = [](const std::string& path) {
    return prediction::CandidateWorkflow(
        two_functions_tree(),
        {{.name = "p", .sets = {{.path = path}}, .dimension = prediction::Dimension::time, .low = 0.1, .high = 1}});
  };
  EXPECT_THROW(candidate("functions.third.serial"), sim::Error);
  EXPECT_THROW(candidate("functions.first.work"), sim::Error);
  EXPECT_THROW(candidate("name.of"), sim::Error);
}

}  // namespace
}  // namespace faasconf::experiments::calibration
