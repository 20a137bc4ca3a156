#pragma once
// The search for the values that explain the measurements: CMA-ES with restarts from what the file says, then two local
// refinements: Gauss-Newton steps, which use the derivatives of each row's predictions, and BOBYQA, which uses values
// only. An interrupted fit resumes from its checkpoint and ends with the same result.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "experiments/calibration/loss.hpp"

namespace faasconf::experiments::calibration {

struct FitOptions {
  std::uint64_t evaluations = 3000;  // of the loss, by the search
  std::uint64_t polish = 0;          // more, by the polish
  std::uint64_t seed = 1;
  double step = 0.2;       // sigma of the first run, of the bounds' width
  std::string checkpoint;  // empty: none is written
  std::string identity;    // of all that the fit depends on; a checkpoint of another one is refused
  bool resume = false;     // from the checkpoint, where there is one
};

struct FitProgress {
  std::uint64_t evaluations = 0;
  std::uint64_t total = 0;
  double best_loss = 0;
};
using OnProgress = std::function<void(const FitProgress&)>;  // may be empty

struct FitResult {
  Point best;
  double loss = 0;  // in the search: of the same random numbers throughout
  std::uint64_t evaluations = 0;
  std::uint64_t runs = 0;
};

// Throws sim::Error: a checkpoint that is not one of this fit, or cannot be written; and what the loss throws, when the
// checkpoint is that of the last whole generation.
FitResult fit(const Loss& loss, const FitOptions& options, const OnProgress& on_progress);

// Damped steps from the best of the starts to the minimum of the quadratic near it (Levenberg, 1944; Marquardt, 1963),
// as long as one of them leads to a lower loss. `loss` should have more windows than a search needs.
Point newton_polish(const Loss& loss, std::span<const Point> starts, int steps);

// A point that is better than the start or the start itself, by BOBYQA (M. J. D. Powell, 2009; NLopt), within the box.
Point polish(const Loss& loss, const Point& start, std::uint64_t evaluations, std::uint64_t& used);

}  // namespace faasconf::experiments::calibration
