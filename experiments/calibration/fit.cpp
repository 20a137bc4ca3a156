#include "experiments/calibration/fit.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <nlopt.hpp>

#include "experiments/calibration/fit_checkpoint.hpp"
#include "experiments/calibration/quadratic.hpp"
#include "learner/search/cma_es.hpp"

namespace faasconf::experiments::calibration {
namespace {

learner::search::RestartingCmaEs begin_search(const Loss& loss, const FitOptions& options) {
  const prediction::CandidateWorkflow& candidate = loss.candidate();
  Point start = candidate.point(candidate.written_values());
  if (options.resume) {
    if (auto state = read_checkpoint(options.checkpoint, options.identity, start.size()))
      return learner::search::RestartingCmaEs(*std::move(state));
  }
  return learner::search::RestartingCmaEs(
      learner::search::CmaEsOptions{.start = std::move(start), .step = options.step, .seed = options.seed});
}

// What the polish has tried, and the best of it.
struct Tried {
  const Loss& loss;
  Point best;
  double best_loss = 0;
  std::uint64_t count = 0;
  std::exception_ptr failure{};  // of the loss
};

// In the form that NLopt calls, which knows no exceptions but its own.
double try_point(const std::vector<double>& point, std::vector<double>& /*gradient*/, void* data) {
  Tried& tried = *static_cast<Tried*>(data);
  double found = 0;
  try {
    found = tried.loss(point);
  } catch (...) {
    tried.failure = std::current_exception();
    throw nlopt::forced_stop();
  }
  ++tried.count;
  if (found < tried.best_loss) {
    tried.best_loss = found;
    tried.best = point;
  }
  return found;
}

}  // namespace

FitResult fit(const Loss& loss, const FitOptions& options, const OnProgress& on_progress) {
  learner::search::RestartingCmaEs search = begin_search(loss, options);
  const auto report = [&](std::uint64_t evaluations, double best) {
    if (on_progress)
      on_progress({.evaluations = evaluations, .total = options.evaluations + options.polish, .best_loss = best});
  };
  while (search.evaluations() < options.evaluations) {
    search.tell(loss(search.ask()));
    if (!options.checkpoint.empty())
      write_checkpoint(options.checkpoint, {.identity = options.identity, .record = options.record}, search.state());
    report(search.evaluations(), search.best_loss());
  }
  FitResult result{
      .best = search.best(), .loss = search.best_loss(), .evaluations = search.evaluations(), .runs = search.runs()};
  if (options.polish == 0) return result;
  std::uint64_t used = 0;
  const Point better = polish(loss, result.best, options.polish, used);
  result.best = better;
  result.loss = loss(better);
  result.evaluations += used;
  report(result.evaluations, result.loss);
  return result;
}

Point newton_polish(const Loss& loss, std::span<const Point> starts, int steps) {
  constexpr double difference = 0.06;  // of the bounds' width
  const std::vector<double> start_losses = loss(starts);
  const auto least_start = std::min_element(start_losses.begin(), start_losses.end());
  double best_loss = *least_start;
  Point best = starts[static_cast<std::size_t>(least_start - start_losses.begin())];
  for (int step = 0; step < steps; ++step) {
    const Quadratic quadratic = expand(loss, best, difference);
    std::vector<Point> tried;
    for (const double damping : {0.003, 0.03, 0.3, 3.0}) tried.push_back(newton_point(loss, best, quadratic, damping));
    const std::vector<double> losses = loss(tried);
    const auto least = std::min_element(losses.begin(), losses.end());
    if (!(*least < best_loss)) break;
    best_loss = *least;
    best = tried[static_cast<std::size_t>(least - losses.begin())];
  }
  return best;
}

Point polish(const Loss& loss, const Point& start, std::uint64_t evaluations, std::uint64_t& used) {
  constexpr double first_step = 0.02;  // of the bounds' width
  Tried tried{.loss = loss, .best = start, .best_loss = loss(start), .count = 1};
  nlopt::opt optimizer(nlopt::LN_BOBYQA, static_cast<unsigned>(start.size()));
  optimizer.set_lower_bounds(0.0);
  optimizer.set_upper_bounds(1.0);
  optimizer.set_initial_step(first_step);
  optimizer.set_xtol_abs(1e-6);
  optimizer.set_maxeval(static_cast<int>(evaluations));
  optimizer.set_min_objective(try_point, &tried);
  Point point = start;
  double value = 0;
  try {
    optimizer.optimize(point, value);
  } catch (const nlopt::roundoff_limited&) {
    // as near as numbers go; the best point is kept
  } catch (const nlopt::forced_stop&) {
    std::rethrow_exception(tried.failure);
  }
  used = tried.count;
  return tried.best;
}

}  // namespace faasconf::experiments::calibration
