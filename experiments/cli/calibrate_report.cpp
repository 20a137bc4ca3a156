#include "experiments/cli/calibrate_report.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "experiments/config/distribution_text.hpp"
#include "experiments/results/text_table.hpp"

namespace faasconf::experiments::cli {
namespace {

std::string fixed(double value, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return text.str();
}

std::string with_interval(const sim::AsymmetricInterval& interval, double factor, int decimals) {
  return fixed(factor * interval.estimate, decimals) + " (" + fixed(factor * interval.low, decimals) + " to " +
         fixed(factor * interval.high, decimals) + ")";
}

void print_accuracy(std::ostream& out, const calibration::Calibration& calibration, bool held_out) {
  results::TextTable table{.header = {{"target", "rows", "R2", "MAPE [%]", "median APE [%]", "MAE", "Spearman",
                                       "coverage [%]", "ceiling R2", "ceiling MAPE [%]"}},
                           .rows = {}};
  for (const calibration::TargetReport& report : calibration.reports) {
    if (report.held_out != held_out) continue;
    table.rows.push_back({report.target, std::to_string(report.accuracy.rows), with_interval(report.r2, 1, 3),
                          with_interval(report.mape, 100, 1), fixed(100 * report.accuracy.median_ape, 1),
                          fixed(report.accuracy.mae, 3), fixed(report.accuracy.spearman, 3),
                          fixed(100 * report.coverage, 1), fixed(report.ceiling.r2, 3),
                          fixed(100 * report.ceiling.mape, 1)});
  }
  if (table.rows.empty()) return;
  out << (held_out ? "held-out rows, never seen by the fit:\n" : "training rows:\n");
  table.print(out);
  out << "\n";
}

void print_parameters(std::ostream& out, const calibration::Calibration& calibration) {
  const prediction::CalibrationRecord& record = calibration.record;
  results::TextTable table{.header = {{"parameter", "value", "90 % interval", ""}}, .rows = {}};
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    const prediction::Dimension dimension = record.parameters[i].dimension;
    table.rows.push_back({record.parameters[i].name, prediction::format_amount(record.values[i], dimension),
                          prediction::format_amount(record.intervals[i].low, dimension) + " to " +
                              prediction::format_amount(record.intervals[i].high, dimension),
                          record.warnings[i]});
  }
  table.print(out);
  for (const std::string& note : record.notes) out << note << "\n";
  out << "\n";
}

void print_trends(std::ostream& out, const calibration::Calibration& calibration) {
  if (calibration.trends.empty()) return;
  std::vector<calibration::ResidualTrend> trends = calibration.trends;
  std::sort(trends.begin(), trends.end(), [](const calibration::ResidualTrend& a, const calibration::ResidualTrend& b) {
    return std::abs(a.correlation) > std::abs(b.correlation);
  });
  out << "residuals (measured - predicted) that depend on a knob, by rank correlation:\n";
  constexpr std::size_t most = 10;
  for (std::size_t i = 0; i < std::min(most, trends.size()); ++i) {
    out << "  " << trends[i].target << " on " << trends[i].knob << ": " << fixed(trends[i].correlation, 2) << "\n";
  }
  if (trends.size() > most) out << "  and " << trends.size() - most << " smaller ones\n";
  out << "\n";
}

}  // namespace

void print_tables(std::ostream& out, const calibration::CalibrationInputs& inputs,
                  const calibration::Calibration& calibration) {
  const prediction::CalibrationRecord& record = calibration.record;
  out << inputs.workflow.name << " fitted to " << record.rows - record.held_out << " of " << record.rows
      << " rows: loss " << fixed(calibration.start_loss, 4) << " before, " << fixed(calibration.fit.loss, 4)
      << " after " << calibration.fit.evaluations << " evaluations in " << calibration.fit.runs
      << (calibration.fit.runs == 1 ? " run" : " runs") << "; " << record.members.size() << " members\n\n";
  print_parameters(out, calibration);
  print_accuracy(out, calibration, false);
  print_accuracy(out, calibration, true);
  print_trends(out, calibration);
}

void warn_of_units(std::ostream& err, const calibration::Calibration& calibration) {
  constexpr double kFar = 20;
  for (const calibration::TargetReport& report : calibration.reports) {
    if (report.held_out || (report.median_ratio > 1 / kFar && report.median_ratio < kFar)) continue;
    err << "faasconf: " << report.target << ": predictions are " << std::setprecision(3) << report.median_ratio
        << " times what was measured, in the median; is the unit of its column or of the window another one?\n";
  }
}

void warn_of_accuracy(std::ostream& err, const calibration::Calibration& calibration) {
  constexpr std::size_t kFew = 10;
  const std::size_t held_out = calibration.record.held_out;
  if (held_out < kFew) {
    err << "faasconf: warning: " << held_out
        << " rows were held out, too few to judge the fit by; measure more windows, or "
        << "raise --holdout until ten are\n";
  }
  for (const calibration::TargetReport& report : calibration.reports) {
    if (!report.held_out || !(report.accuracy.r2 < 0)) continue;
    err << "faasconf: warning: " << report.target << ": R2 is " << fixed(report.accuracy.r2, 3)
        << " on held-out rows, worse than their mean; do not predict it: fit other parameters, widen their bounds, or "
           "look "
        << "at --plot\n";
  }
}

void print_json(std::ostream& out, const calibration::Calibration& calibration) {
  const prediction::CalibrationRecord& record = calibration.record;
  out << nlohmann::ordered_json{{"rows", record.rows},
                                {"held_out", record.held_out},
                                {"start_loss", calibration.start_loss},
                                {"loss", calibration.fit.loss},
                                {"evaluations", calibration.fit.evaluations}}
             .dump()
      << "\n";
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    out << nlohmann::ordered_json{{"parameter", record.parameters[i].name},
                                  {"value", record.values[i]},
                                  {"low", record.intervals[i].low},
                                  {"high", record.intervals[i].high},
                                  {"warning", record.warnings[i]}}
               .dump()
        << "\n";
  }
  for (const calibration::TargetReport& report : calibration.reports) {
    out << nlohmann::ordered_json{{"target", report.target},
                                  {"held_out", report.held_out},
                                  {"rows", report.accuracy.rows},
                                  {"r2", report.r2.estimate},
                                  {"r2_low", report.r2.low},
                                  {"r2_high", report.r2.high},
                                  {"mape", report.mape.estimate},
                                  {"mape_low", report.mape.low},
                                  {"mape_high", report.mape.high},
                                  {"median_ape", report.accuracy.median_ape},
                                  {"mae", report.accuracy.mae},
                                  {"spearman", report.accuracy.spearman},
                                  {"mean_error", report.accuracy.mean_error},
                                  {"coverage", report.coverage},
                                  {"ceiling_r2", report.ceiling.r2},
                                  {"ceiling_mape", report.ceiling.mape}}
               .dump()
        << "\n";
  }
}

void print_next(std::ostream& out, const std::vector<calibration::NextWindow>& windows,
                const sim::WorkflowSpec& workflow) {
  const bool open = windows.front().load.rate_per_s > 0;
  for (const sim::FunctionSpec& function : workflow.functions) {
    if (function.fixed) continue;
    out << function.name << ".cpu," << function.name << ".memory," << function.name << ".replicas," << function.name
        << ".concurrency,";
  }
  out << (open ? "rate" : "users") << ",disagreement\n";
  for (const calibration::NextWindow& window : windows) {
    for (std::size_t f = 0; f < workflow.functions.size(); ++f) {
      if (workflow.functions[f].fixed) continue;
      const sim::FunctionConfiguration& knobs = window.configuration.functions[f];
      out << sim::format(knobs.cpu) << "," << sim::format(knobs.memory) << "," << knobs.replicas << ","
          << knobs.concurrency << ",";
    }
    if (open) {
      out << config::format_number(window.load.rate_per_s) << "/s";
    } else {
      out << config::format_number(window.load.users);
    }
    out << "," << fixed(window.disagreement, 3) << "\n";
  }
}

}  // namespace faasconf::experiments::cli
