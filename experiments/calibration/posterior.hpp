#pragma once
// The uncertainty of the fitted values: intervals, an ensemble, and directions that the measurements do not identify.
//
// Near the best point the loss is a quadratic: from the derivatives J of each row's predictions follow its curvature
// H = sum J^T W J and the forces g = J^T W psi(e) of the rows, whose covariance G gives that of the best point over
// sets of rows: H^-1 G H^-1, the sandwich of P. Huber (1967). That rows disagree by more than their noise, because the
// model is wrong, widens the forces and with them the intervals. Rows of one group are one row. A member of the
// posterior is the best point of such another set of rows and of a prior that is drawn as well, so that a direction in
// which the rows say nothing is as wide as the prior allows ("randomised maximum likelihood"; Y. Chen and D. Oliver,
// 2012).

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "experiments/calibration/loss.hpp"

namespace faasconf::experiments::calibration {

struct PosteriorOptions {
  std::size_t draws = 1000;
  std::size_t members = 16;  // of the ensemble
  double difference = 0.08;  // step of the derivatives, of the bounds' width, on either side
  std::uint64_t seed = 1;
};

struct ParameterPosterior {
  double value = 0;
  double low = 0;  // 90 %
  double high = 0;
  std::string warning;  // empty: identified by the measurements
};

struct Posterior {
  std::vector<ParameterPosterior> parameters;
  std::vector<std::vector<double>> members;  // values; the first is the best point
  std::vector<double> losses;                // of the members
  std::vector<std::string> warnings;         // pairs identified only jointly
};

// `loss` should have more windows than a search needs: derivatives are differences.
Posterior explore(const Loss& loss, const Point& best, const PosteriorOptions& options);

}  // namespace faasconf::experiments::calibration
