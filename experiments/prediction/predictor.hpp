#pragma once
// Predictions of a workflow under a configuration and a load, with intervals for one measured window.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/prediction/observed.hpp"
#include "experiments/prediction/window_sample.hpp"

namespace faasconf::experiments::prediction {

// How far a measured window is from the predicted mean, in units of its deviation: what a calibration found on its
// training rows, noise of the window and errors of the model together. Quantiles 0.05 and 0.95.
struct Discrepancy {
  double low = -1.6448536269514722;  // of the normal distribution, where nothing was measured
  double high = 1.6448536269514722;
  double floor = 0;     // least deviation: a quantity that never varies in the simulation has an interval too
  double relative = 0;  // deviation of the model's own errors, of the mean p; of a share, of p (1 - p)

  friend bool operator==(const Discrepancy&, const Discrepancy&) = default;
};

struct Quantity {
  Observed what{};
  std::string function;  // empty: end to end
  Discrepancy discrepancy;

  friend bool operator==(const Quantity&, const Quantity&) = default;
};

struct Estimate {
  double mean = 0;
  double spread = 0;  // standard deviation of one window, over windows and members of the ensemble
  double low = 0;     // 90 %: of one window, measured
  double high = 0;
};

struct Outlook {
  std::vector<std::optional<Estimate>> quantities;  // absent: no window has it
  double price = 0;
  Estimate qos_probability;  // its interval: of the probability itself
};

struct PredictorOptions {
  // Their own noise costs less than .005 of R2 on the measured Parallel: .002 to .003, of 16 windows .015 to .023.
  std::size_t replications = 128;
  std::size_t member_replications = 4;  // of each member but the first
  std::uint64_t seed = 1;
  // All rows meet the random numbers of the seed, those of a simulation by that seed. Otherwise each row has its own:
  // shared ones would make all rows of a table that is held against measurements err together.
  bool common_random_numbers = false;
  sim::GoOn go_on{};  // no: sim::Cancelled
};

class Predictor {
 public:
  // members: the first one predicts, the others give its uncertainty.
  Predictor(std::vector<sim::WorkflowSpec> members, Protocol protocol, std::vector<Quantity> quantities,
            PredictorOptions options);

  // Throws sim::Error as sim::Scenario. A configuration under a load meets the same random numbers each time.
  Outlook predict(const sim::Configuration& configuration, const Load& load) const;

  const std::vector<Quantity>& quantities() const { return quantities_; }
  const sim::WorkflowSpec& workflow() const { return members_.front(); }

 private:
  std::vector<sim::WorkflowSpec> members_;
  Protocol protocol_;
  std::vector<Quantity> quantities_;
  std::vector<std::optional<std::size_t>> functions_;  // of the quantities
  PredictorOptions options_;
};

// Deviation of a measured window from the mean: of the simulated spread, the relative error and the floor together.
double deviation(double mean, double spread, const Quantity& quantity);

// From measured windows, what was predicted for them and the group of each: rows of one group, such as repetitions of a
// configuration, err together. The floor and the relative error are those under which the errors are likeliest if they
// are normal; the quantiles are then of the errors as they are.
Discrepancy find_discrepancy(std::span<const double> measured, std::span<const Estimate> predicted,
                             std::span<const std::size_t> groups, bool is_share);

// The interval of an estimate whose mean and spread are known.
void set_interval(Estimate& estimate, const Quantity& quantity);

}  // namespace faasconf::experiments::prediction
