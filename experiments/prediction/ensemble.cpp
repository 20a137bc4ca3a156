#include "experiments/prediction/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "experiments/config/workflow_file.hpp"
#include "experiments/prediction/candidate.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::prediction {
namespace {

// An entry of the file that was calibrated.
struct Entry {
  const FittedParameter& parameter;
  const Setting& setting;
  std::size_t index;              // of the parameter
  std::optional<double> written;  // in the file
  double calibrated;

  bool edited() const { return written != calibrated; }
};

double entry_of(const Setting& setting, double value) { return setting.times * value + setting.plus; }

std::vector<Entry> entries_of(const config::YamlNode& tree, const CalibrationRecord& record) {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    const FittedParameter& parameter = record.parameters[i];
    for (const Setting& setting : parameter.sets) {
      const double calibrated = as_read(entry_of(setting, record.values[i]), parameter.dimension);
      entries.push_back({parameter, setting, i, amount_at(tree, setting.path), calibrated});
    }
  }
  return entries;
}

void check_written(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (entry.written) continue;
    throw sim::Error(entry.setting.path +
                     ": expected an amount, as it was calibrated, got none; to predict from what " +
                     "the file says alone, without the ensemble of its calibration: --set calibration.ensemble=");
  }
}

// As far from the file's value as the member's is from the calibrated one.
double shifted(const FittedParameter& parameter, double value, double calibrated, double member) {
  const double shifted = parameter.logarithmic ? value * (member / calibrated) : value + (member - calibrated);
  const double most = value > parameter.high ? HUGE_VAL : parameter.high;
  return std::clamp(shifted, std::min(parameter.low, value), most);
}

double member_at(const Entry& entry, double calibrated, double member) {
  if (!entry.edited()) return entry_of(entry.setting, member);
  if (entry.setting.times == 0) return *entry.written;
  const double value = (*entry.written - entry.setting.plus) / entry.setting.times;
  return entry_of(entry.setting, shifted(entry.parameter, value, calibrated, member));
}

enum class Edited { shifted, as_written };

sim::WorkflowSpec read_member(config::YamlNode tree, const std::vector<Entry>& entries, const CalibrationRecord& record,
                              std::size_t member, Edited edited) {
  for (const Entry& entry : entries) {
    if (edited == Edited::as_written && entry.edited()) continue;
    const double value = member_at(entry, record.values[entry.index], record.members[member][entry.index]);
    set_amount(tree, entry.setting.path, value, entry.parameter.dimension);
  }
  return config::read_workflow({tree, ""});
}

// An edited value beyond the bounds may be one that no member can differ from, such as a share of 1.
sim::WorkflowSpec read_member(const config::YamlNode& tree, const std::vector<Entry>& entries,
                              const CalibrationRecord& record, std::size_t member) {
  try {
    return read_member(tree, entries, record, member, Edited::shifted);
  } catch (const sim::Error&) {
    return read_member(tree, entries, record, member, Edited::as_written);
  }
}

}  // namespace

std::vector<sim::WorkflowSpec> ensemble_of(const config::YamlNode& tree, const CalibrationRecord& record) {
  std::vector<sim::WorkflowSpec> members{config::read_workflow({tree, ""})};
  if (record.members.empty()) return members;
  const std::vector<Entry> entries = entries_of(tree, record);
  check_written(entries);
  for (std::size_t m = 1; m < record.members.size(); ++m) {
    members.push_back(read_member(tree, entries, record, m));
  }
  return members;
}

std::vector<std::string> edited_values(const config::YamlNode& tree, const CalibrationRecord& record) {
  std::vector<std::string> edited;
  for (const Entry& entry : entries_of(tree, record)) {
    if (!entry.edited()) continue;
    const Dimension dimension = entry.parameter.dimension;
    edited.push_back(entry.setting.path + ": " + (entry.written ? format_amount(*entry.written, dimension) : "none") +
                     ", calibrated as " + format_amount(entry.calibrated, dimension));
  }
  return edited;
}

}  // namespace faasconf::experiments::prediction
