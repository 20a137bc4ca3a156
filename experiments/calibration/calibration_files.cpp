#include "experiments/calibration/calibration_files.hpp"

#include <locale>
#include <map>
#include <sstream>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/yaml_writer.hpp"

namespace faasconf::experiments::calibration {
namespace {

// Of the entry that a parameter sets, in the entry's own terms.
std::string interval_text(const prediction::CalibrationRecord& record, std::size_t i,
                          const prediction::Setting& setting) {
  const auto bound = [&](double value) {
    return prediction::format_amount(setting.times * value + setting.plus, record.parameters[i].dimension);
  };
  return "[fit] " + bound(record.intervals[i].low) + " to " + bound(record.intervals[i].high) +
         (record.warnings[i].empty() ? "" : "; " + record.warnings[i]);
}

}  // namespace

std::string calibrated_yaml(const CalibrationInputs& inputs, const Calibration& calibration) {
  const prediction::CalibrationRecord& record = calibration.record;
  config::YamlNode tree = calibrated_tree(inputs, record);
  tree.entries.push_back({"calibration", {}, prediction::record_yaml(record)});
  std::map<std::string, std::string> comments;
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    for (const prediction::Setting& setting : record.parameters[i].sets) {
      comments[setting.path] = interval_text(record, i, setting);
    }
  }
  return "# Calibrated by faasconf calibrate on " + std::to_string(record.rows - record.held_out) + " of " +
         std::to_string(record.rows) + " rows; [fit]: 90 % interval of a fitted value.\n" +
         config::write_yaml(tree, comments);
}

std::string predictions_csv(const CalibrationInputs& inputs, const Calibration& calibration) {
  std::ostringstream out;
  out.imbue(std::locale::classic());  // whatever the locale of whoever calls
  out << "line,held_out,target,measured,predicted,low,high,users,rate_per_s";
  for (const auto& [name, value] : knobs_of(inputs.measurements.rows.front(), inputs.workflow)) out << "," << name;
  out << "\n";
  for (const RowPrediction& prediction : calibration.predictions) {
    const MeasuredRow& row = inputs.measurements.rows[prediction.row];
    for (std::size_t t = 0; t < prediction.targets.size(); ++t) {
      out << row.line << "," << (prediction.held_out ? 1 : 0) << "," << inputs.measurements.targets[t].name << ","
          << config::format_number(row.observed[t]) << ",";
      if (const auto& estimate = prediction.targets[t]) {
        out << config::format_number(estimate->mean) << "," << config::format_number(estimate->low) << ","
            << config::format_number(estimate->high);
      } else {
        out << ",,";
      }
      out << "," << config::format_number(row.load.users) << "," << config::format_number(row.load.rate_per_s);
      for (const auto& [name, value] : knobs_of(row, inputs.workflow)) out << "," << config::format_number(value);
      out << "\n";
    }
  }
  return out.str();
}

}  // namespace faasconf::experiments::calibration
