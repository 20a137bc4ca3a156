#pragma once
// Which windows to measure next: where the members of an ensemble disagree most, each choice taking account of those
// before it.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "experiments/config/yaml_tree.hpp"
#include "experiments/prediction/calibration_record.hpp"
#include "sim/core/go_on.hpp"

namespace faasconf::experiments::calibration {

struct NextWindow {
  sim::Configuration configuration;
  prediction::Load load;
  // Sum over what is observed of the members' variance, in variances of one window, that the windows chosen before
  // leave.
  double disagreement = 0;
};

struct NextOptions {
  std::size_t count = 5;
  std::size_t candidates = 256;  // drawn evenly over the workflow's ranges and the measured loads
  std::size_t replications = 8;  // of each member: common random numbers
  std::uint64_t seed = 1;
  int threads = 1;
  sim::GoOn go_on{};  // no: sim::Cancelled
};

// A measured window narrows the ensemble as in a square-root Kalman filter (J. Whitaker and T. Hamill, 2002): greedy,
// so that no two windows ask the same. Throws sim::Error where the ensemble has one member.
std::vector<NextWindow> next_windows(const config::YamlNode& tree, const prediction::CalibrationRecord& record,
                                     const sim::WorkflowSpec& workflow, const NextOptions& options);

}  // namespace faasconf::experiments::calibration
