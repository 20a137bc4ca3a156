#pragma once
// What a search minimises: the price of a configuration, as long as it keeps the promise under every load.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "learner/search/feasibility.hpp"
#include "learner/search/point.hpp"
#include "sim/core/go_on.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::learner::search {

using sim::GoOn;

// Means over simulated windows.
struct Outcome {
  double price = 0;
  double violation = 0;  // what the promise's risk limits, in [0, 1]: the share of its periods that broke
  double unserved = 0;   // share of the requests that were not served: a slope where every period breaks
};

// The estimate of a configuration so far. A step simulates the same number of windows under every load.
struct Estimate {
  double price = 0;
  std::vector<sim::RunningMoments> violations{};  // per load: of the outcomes, one per step
  std::vector<sim::RunningMoments> unserved{};    // likewise

  std::size_t steps() const;       // under all loads
  double worst_violation() const;  // mean over steps, of the load with most
  double worst_unserved() const;
  template <class Archive>
  void archive(Archive& a) {
    a(price, violations, unserved);
  }
};

class Objective {
 public:
  struct Size {
    std::size_t coordinates = 0;  // of a point
    std::size_t loads = 0;
    std::size_t windows = 0;  // of a step, per load
    std::size_t units = 0;    // that a step judges, per load; 0: every window
    std::size_t judged() const { return units > 0 ? units : windows; }
  };
  explicit Objective(const Size& size) : size_(size) {}
  virtual ~Objective() = default;

  const Size& size() const { return size_; }
  std::uint64_t windows_of_step() const { return size_.loads * size_.windows; }
  std::uint64_t windows() const { return windows_; }  // simulated so far

  // One more step; false if go_on ended it, possibly before all loads were simulated.
  bool step(const Point& point, Estimate& estimate, const GoOn& go_on);
  // Upper confidence bound of the share of broken windows, of the load where it is highest.
  double bound(const Estimate& estimate, const Feasibility& feasibility) const;

 private:
  // step: how many the point has had under this load. Throws sim::Cancelled where go_on says no.
  virtual Outcome simulate(const Point& point, std::size_t load, std::size_t step, const GoOn& go_on) = 0;

  Size size_;
  std::uint64_t windows_ = 0;
};

}  // namespace faasconf::learner::search
