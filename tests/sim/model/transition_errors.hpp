#pragma once
// How far replayed windows (transitions_replay.hpp) are off those that were measured.

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "tests/sim/model/transitions_replay.hpp"

namespace faasconf::sim {

// One function in one window.
struct ComparedWindow {
  const MeasuredSequence* sequence = nullptr;
  const MeasuredWindow* measured = nullptr;
  ReplayedWindow replayed{};

  double was(const std::string& column) const { return number(measured->row, column); }
  bool is_changed() const { return measured->action() != "none"; }
  bool is_open() const { return measured->row.at("load_kind") == "open"; }
  bool is_workflow() const { return sequence->functions.size() > 1; }
  bool is_closed_and_long() const { return measured->is_long() && !is_open() && !is_workflow(); }
  bool has_refusals() const { return measured->is_long() && was("n_429") >= 50; }
};

inline std::vector<ComparedWindow> compare(const std::vector<MeasuredSequence>& sequences, int seeds) {
  std::vector<ComparedWindow> compared;
  for (const MeasuredSequence& sequence : sequences) {
    const auto replayed = replay(sequence, {}, seeds);
    for (std::size_t k = 0; k < replayed.size(); ++k) {
      for (std::size_t i = 0; i < replayed[k].size(); ++i) {
        compared.push_back({.sequence = &sequence, .measured = &sequence.windows[k][i], .replayed = replayed[k][i]});
      }
    }
  }
  return compared;
}

// The same sequences, with what one run of the simulation gives in place of what was measured: how far the mean of many
// runs is off that is chance.
inline std::vector<MeasuredSequence> as_simulated(std::vector<MeasuredSequence> sequences, int seed) {
  for (MeasuredSequence& sequence : sequences) {
    const auto replayed = replay(sequence, {}, 1, seed);
    for (std::size_t k = 0; k < replayed.size(); ++k) {
      for (std::size_t i = 0; i < replayed[k].size(); ++i) {
        Row& row = sequence.windows[k][i].row;
        row["reserved_core_s"] = std::to_string(replayed[k][i].reserved_core_s);
        row["n_200"] = std::to_string(replayed[k][i].successes);
        row["n_429"] = std::to_string(replayed[k][i].refusals);
        row["mean_latency_s"] = std::to_string(replayed[k][i].mean_s());
      }
    }
  }
  return sequences;
}

inline double average(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Relative errors of many windows, or differences in seconds.
struct Deviations {
  std::vector<double> values{};

  double bias() const { return average(values); }
  double absolute() const { return average(sizes()); }
  double absolute_quantile(double probability) const {
    std::vector<double> all = sizes();
    return WindowResult::quantile(all, probability);
  }

 private:
  std::vector<double> sizes() const {
    std::vector<double> all;
    for (const double value : values) all.push_back(std::abs(value));
    return all;
  }
};

// By what was sent when the window began: put, up, down or none.
using DeviationsByAction = std::map<std::string, Deviations>;

inline Deviations all_of(const DeviationsByAction& errors) {
  Deviations all;
  for (const auto& [action, one] : errors) all.values.insert(all.values.end(), one.values.begin(), one.values.end());
  return all;
}

template <class Counts, class Error>
DeviationsByAction deviations_by_action(const std::vector<ComparedWindow>& windows, Counts counts, Error error) {
  DeviationsByAction result;
  for (const ComparedWindow& window : windows) {
    if (counts(window)) result[window.measured->action()].values.push_back(error(window));
  }
  return result;
}

inline double latency_error(const ComparedWindow& window) {
  return window.replayed.mean_s() / window.was("mean_latency_s") - 1;
}

inline DeviationsByAction reserved_errors(const std::vector<ComparedWindow>& windows) {
  return deviations_by_action(
      windows, [](const ComparedWindow& one) { return one.is_changed(); },
      [](const ComparedWindow& one) { return one.replayed.reserved_core_s / one.was("reserved_core_s") - 1; });
}
inline DeviationsByAction latency_errors(const std::vector<ComparedWindow>& windows) {
  return deviations_by_action(
      windows, [](const ComparedWindow& one) { return one.is_closed_and_long(); }, latency_error);
}
inline DeviationsByAction success_errors(const std::vector<ComparedWindow>& windows) {
  return deviations_by_action(
      windows, [](const ComparedWindow& one) { return one.is_closed_and_long(); },
      [](const ComparedWindow& one) { return one.replayed.successes / one.was("n_200") - 1; });
}
// Where there were 50 refusals or more.
inline DeviationsByAction refusal_errors(const std::vector<ComparedWindow>& windows) {
  return deviations_by_action(
      windows, [](const ComparedWindow& one) { return one.has_refusals(); },
      [](const ComparedWindow& one) { return one.replayed.refusals / one.was("n_429") - 1; });
}
inline DeviationsByAction open_loop_latency_errors(const std::vector<ComparedWindow>& windows) {
  return deviations_by_action(
      windows, [](const ComparedWindow& one) { return one.is_open(); }, latency_error);
}

inline Deviations refusal_time_errors(const std::vector<ComparedWindow>& windows) {
  std::map<std::string, RunningMoments> times;
  for (const Row& row : read_rows(*tests::shared_file(kTransitions + "calls.csv.gz"))) {
    if (row.at("status") == "429") times[key_of(row)].add(number(row, "latency_s"));
  }
  Deviations errors;
  for (const ComparedWindow& one : windows) {
    if (!one.has_refusals()) continue;
    const double was_s = *times[key_of(one.measured->row)].mean();
    errors.values.push_back(one.replayed.refusal_sum_s / one.replayed.refusals / was_s - 1);
  }
  return errors;
}

struct WorkflowErrors {
  Deviations latency{};
  Deviations successes{};
};

// Of the requests of a workflow.
inline WorkflowErrors workflow_errors(const std::vector<ComparedWindow>& windows) {
  WorkflowErrors errors;
  for (const ComparedWindow& one : windows) {
    if (!one.is_workflow() || one.measured->row.at("function") != one.sequence->functions.front()) continue;
    const RunningMoments& was = one.sequence->requests_s[static_cast<std::size_t>(one.was("window"))];
    errors.latency.values.push_back(one.replayed.request_sum_s / one.replayed.requests / *was.mean() - 1);
    errors.successes.values.push_back(one.replayed.requests / static_cast<double>(was.count()) - 1);
  }
  return errors;
}

struct LiveErrors {
  Deviations first_new_s{};  // of the first answer of a new instance, after the update
  Deviations last_old_s{};   // of the last one of an old instance
};

inline LiveErrors live_errors(const std::vector<ComparedWindow>& windows) {
  LiveErrors errors;
  for (const ComparedWindow& one : windows) {
    if (!one.is_changed()) continue;
    const double first_s = number(*one.measured->transition, "first_new_answer_s");
    const double last_s = number(*one.measured->transition, "last_old_answer_s");
    const std::vector<double>& first = one.replayed.first_new_s;
    const std::vector<double>& last = one.replayed.last_old_s;
    if (first_s > 0 && !first.empty()) errors.first_new_s.values.push_back(average(first) - first_s);
    if (last_s > 0 && !last.empty()) errors.last_old_s.values.push_back(average(last) - last_s);
  }
  return errors;
}

struct LostCalls {
  double measured = 0;
  double replayed = 0;
};

// By sequence. Its first window begins with instances that have started before, and is left out.
inline std::map<std::string, LostCalls> lost_calls(const std::vector<ComparedWindow>& windows) {
  std::map<std::string, LostCalls> lost;
  for (const ComparedWindow& one : windows) {
    if (one.was("window") == 0) continue;
    lost[one.sequence->name].measured += one.was("n_other");
    lost[one.sequence->name].replayed += one.replayed.failures;
  }
  return lost;
}

}  // namespace faasconf::sim
