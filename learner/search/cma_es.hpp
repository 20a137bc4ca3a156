#pragma once
// Minimises a function in the unit box by its values alone: CMA-ES (N. Hansen, "The CMA Evolution Strategy:
// A Tutorial", arXiv:1604.00772) with restarts of growing and of small populations (BIPOP: N. Hansen, "Benchmarking a
// BI-population CMA-ES on the BBOB-2009 function testbed", GECCO 2009).
//
//   RestartingCmaEs search({.start = start, .seed = 1});
//   while (enough) search.tell(losses_of(search.ask()));
//
// The state of a search is plain values: restored, it goes on with the very same points.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "learner/search/point.hpp"

namespace faasconf::learner::search {

// One run: a normal distribution that moves, stretches and shrinks. Its mean may leave the box; points outside are
// reflected into it, so that the function continues beyond the bounds as its mirror image, without a cliff.
struct CmaEsState {
  std::uint64_t seed = 1;
  std::uint64_t run = 0;
  std::uint64_t generation = 0;
  std::uint64_t population = 0;
  double step = 0;                    // sigma
  Point mean;                         // not reflected
  std::vector<double> covariance;     // row after row
  std::vector<double> path_mean;      // evolution path of the covariance
  std::vector<double> path_step;      // conjugate evolution path of the step
  std::vector<double> recent_losses;  // the best of each of the last generations

  friend bool operator==(const CmaEsState&, const CmaEsState&) = default;
  template <class Archive>
  void archive(Archive& a) {
    a(seed, run, generation, population, step, mean, covariance, path_mean, path_step, recent_losses);
  }
};

class CmaEs {
 public:
  explicit CmaEs(CmaEsState state) : state_(std::move(state)) {}
  // A run from this point with this step. population 0: 4 + 3 ln n.
  static CmaEsState begin(const Point& start, double step, std::uint64_t population, std::uint64_t seed,
                          std::uint64_t run);

  // The population of this generation: the same whenever it is asked for.
  std::vector<Point> ask() const;
  void tell(std::span<const double> losses);   // of ask(), in order; one that is not a number counts as infinite
  std::optional<std::string> stopped() const;  // why to stop; absent: go on
  Point mean() const;                          // in the box
  const CmaEsState& state() const { return state_; }

 private:
  CmaEsState state_;
};

struct CmaEsOptions {
  Point start;
  double step = 0.25;            // sigma of the first run, of the box's width
  std::uint64_t population = 0;  // of the first run; 0: 4 + 3 ln n
  std::uint64_t seed = 1;

  template <class Archive>
  void archive(Archive& a) {
    a(start, step, population, seed);
  }
};

struct RestartingCmaEsState {
  CmaEsOptions options;
  CmaEsState current;
  bool current_is_small = false;
  std::uint64_t runs = 0;               // begun
  std::uint64_t doublings = 0;          // of the population, by runs with a large one
  std::uint64_t evaluations = 0;        // by all runs
  std::uint64_t large_evaluations = 0;  // by runs with a large population
  std::uint64_t small_evaluations = 0;
  Point best;
  double best_loss = 0;  // meaningless before the first evaluation

  template <class Archive>
  void archive(Archive& a) {
    a(options, current, current_is_small, runs, doublings, evaluations, large_evaluations, small_evaluations, best,
      best_loss);
  }
};

// Why no search of so many coordinates can go on from a state, one out of a file; absent: it can.
std::optional<std::string> fault_of(const RestartingCmaEsState& state, std::size_t coordinates);

class RestartingCmaEs {
 public:
  explicit RestartingCmaEs(const CmaEsOptions& options);
  explicit RestartingCmaEs(RestartingCmaEsState state) : state_(std::move(state)) {}

  std::vector<Point> ask() const { return CmaEs(state_.current).ask(); }
  void tell(std::span<const double> losses);
  const Point& best() const { return state_.best; }
  double best_loss() const { return state_.best_loss; }
  std::uint64_t evaluations() const { return state_.evaluations; }
  std::uint64_t runs() const { return state_.runs; }
  const RestartingCmaEsState& state() const { return state_; }

 private:
  void restart();

  RestartingCmaEsState state_;
};

}  // namespace faasconf::learner::search
