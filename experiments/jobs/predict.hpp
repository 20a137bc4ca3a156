#pragma once
// Predicts latency, successes and price of a workflow under many configurations and loads.

#include <optional>
#include <string>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "experiments/prediction/calibrated_workflow.hpp"
#include "experiments/prediction/prediction_table.hpp"
#include "experiments/prediction/predictor.hpp"
#include "experiments/results/record.hpp"

namespace faasconf::experiments::jobs {

struct PredictJob {
  prediction::CalibratedWorkflow workflow;
  std::vector<std::string> overrides{};           // that it was read with, for the record
  std::vector<prediction::AskedWindow> windows;   // length and warm-up are those of all, as below
  std::optional<sim::Duration> window{};          // length; absent: as calibrated, else 30 s
  std::optional<sim::Attribution> attribution{};  // absent: as calibrated, else the paper's
  prediction::PredictorOptions options{};         // go_on comes from Progress
  int threads = 1;                                // changes no result
};

struct PredictResult {
  std::vector<prediction::Quantity> quantities;  // end to end first
  std::vector<prediction::PredictedRow> rows;    // of the windows, in their order
  bool interrupted = false;                      // rows: the first ones only
};

// Throws sim::Error: a window of length 0, fewer than two replications, what sim::Scenario refuses.
PredictResult run(const PredictJob& job, const Progress& progress = {});

// Of the table of predictions; its inputs are the files that the job was read from.
results::Record record_of(const PredictJob& job, std::vector<config::InputFile> inputs);

}  // namespace faasconf::experiments::jobs
