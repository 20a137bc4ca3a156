#pragma once
// Predictions of a workflow under a configuration and a load, with intervals for one measured window.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/prediction/observed.hpp"
#include "experiments/prediction/window_sample.hpp"

namespace faasconf::experiments::prediction {

// How far a measured window is from the predicted mean, in units of the predicted spread: what a calibration found on
// its training rows, noise of the window and errors of the model together. Quantiles 0.05 and 0.95.
struct Discrepancy {
  double low = -1.6448536269514722;  // of the normal distribution, where nothing was measured
  double high = 1.6448536269514722;
  double floor = 0;  // least spread, so that a quantity that never varies in the simulation has an interval too

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
  sim::GoOn go_on{};  // no: sim::Cancelled
};

class Predictor {
 public:
  // members: the first one predicts, the others give its uncertainty.
  Predictor(std::vector<sim::WorkflowSpec> members, Protocol protocol, std::vector<Quantity> quantities,
            PredictorOptions options);

  // Throws sim::Error as sim::Scenario. A configuration under a load meets random numbers of its own, the same each
  // time: shared ones would make all rows of a table err together.
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

// From measured windows and what was predicted for them. `floor` is a quarter of the root mean square of the spreads.
Discrepancy find_discrepancy(const std::vector<double>& measured, const std::vector<Estimate>& predicted);

// The interval of an estimate whose mean and spread are known.
void set_interval(Estimate& estimate, const Quantity& quantity);

}  // namespace faasconf::experiments::prediction
