#pragma once
// The table that `faasconf predict` writes: the configurations that were asked for, with what is predicted for them.

#include <string>
#include <vector>

#include "experiments/config/csv_table.hpp"
#include "experiments/prediction/predictor.hpp"

namespace faasconf::experiments::prediction {

struct PredictedRow {
  Outlook outlook;
  std::string extrapolates;  // how far it lies outside what was measured; empty: inside
};

// Of each quantity, price and chance of meeting QoS: the columns <name>, <name>_lo and <name>_hi (90 %), empty where no
// window has it. `rows` are those of `asked`.
std::string prediction_csv(const config::CsvTable& asked, const std::vector<Quantity>& quantities,
                           const std::vector<PredictedRow>& rows);

}  // namespace faasconf::experiments::prediction
