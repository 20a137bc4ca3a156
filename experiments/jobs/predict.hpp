#pragma once
// Predicts latency, successes and price of a workflow under many configurations and loads.

#include <optional>
#include <string>
#include <vector>

#include "experiments/config/csv_table.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/jobs/progress.hpp"
#include "experiments/prediction/calibrated_workflow.hpp"
#include "experiments/prediction/prediction_table.hpp"
#include "experiments/prediction/predictor.hpp"

namespace faasconf::experiments::jobs {

struct PredictJob {
  prediction::CalibratedWorkflow workflow;
  std::vector<std::string> overrides{};           // that it was read with, for the record
  std::vector<prediction::AskedWindow> windows;   // length and warm-up are those of all, as below
  config::CsvTable table{};                       // that the windows are from, row by row: only write() needs it
  std::vector<config::InputFile> inputs{};        // that workflow and table are from
  std::optional<sim::Duration> window{};          // length; absent: as calibrated, else 30 s
  std::optional<sim::Duration> warm_up{};         // before the windows; absent: as calibrated, else none
  std::optional<sim::Attribution> attribution{};  // absent: as calibrated, else completed
  std::optional<bool> kept{};                     // instances stay; absent: as calibrated, else they do
  prediction::PredictorOptions options{};         // go_on comes from Progress
  int threads = 1;                                // changes no result
};

// A workflow, its file or the name of one that ships, and a table of configurations and loads. Throws sim::Error.
// overrides: KEY=VALUE of the workflow's entries.
PredictJob read_predict_job(const std::string& workflow, const std::string& table,
                            std::vector<std::string> overrides = {});

struct PredictResult {
  std::vector<prediction::Quantity> quantities;  // end to end first
  std::vector<prediction::PredictedRow> rows;    // of the windows, in their order
  bool interrupted = false;                      // rows: the first ones only
};

// How windows are observed, for the first line of an answer.
std::string describe_protocol(const PredictJob& job);

// Terms of the promise that loads of the table cannot meet, each a sentence, to be said before a run.
std::vector<std::string> impossible_terms(const PredictJob& job);

// Throws sim::Error: a window of length 0, fewer than two replications, what sim::Scenario refuses.
PredictResult run(const PredictJob& job, const Progress& progress = {});

// The table with the predictions behind its columns, and a record of where it is from. Throws sim::Error where there is
// not a row of the result for each of the table. Written aside and renamed.
void write(const std::string& path, const PredictJob& job, const PredictResult& result);

}  // namespace faasconf::experiments::jobs
