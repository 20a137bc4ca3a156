#pragma once
// The loss near a point, as a quadratic: from the derivatives of each row's predictions.

#include <vector>

#include "experiments/calibration/loss.hpp"

namespace faasconf::experiments::calibration {

// Of the loss's sum over rows, without the priors and halved: its gradient and curvature (Gauss and Newton's: of a
// product of errors, from first derivatives), and the covariance of the forces on the point over sets of rows.
// Curvature and covariance are from products of independent halves, so that the noise of the derivatives adds to
// neither.
struct Quadratic {
  std::vector<double> gradient;
  std::vector<double> curvature;  // row after row
  std::vector<double> forces;
};

// `difference`: step of the derivatives, of the bounds' width, on either side.
Quadratic expand(const Loss& loss, const Point& point, double difference);

// The step to the minimum of the quadratic with the priors: -(H + damping mean(diag H) I)^-1 gradient, within the box.
Point newton_point(const Loss& loss, const Point& point, const Quadratic& quadratic, double damping);

}  // namespace faasconf::experiments::calibration
