#include "experiments/sweep/compare.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "experiments/config/yaml_reader.hpp"
#include "experiments/sweep/cell.hpp"
#include "experiments/sweep/cell_state.hpp"
#include "experiments/sweep/plan.hpp"
#include "experiments/sweep/run_sweep.hpp"
#include "sim/core/error.hpp"
#include "sim/stats/simultaneous.hpp"

namespace faasconf::experiments::sweep {
namespace {

// Cells that differ in one axis alone, by the position of its value.
using Family = std::map<std::uint32_t, std::size_t>;

std::size_t position_of_axis(const Plan& plan, const std::string& key) {
  std::vector<std::string_view> keys;
  for (const Axis& axis : plan.axes()) keys.push_back(axis.key);
  const auto found = std::ranges::find(keys, key);
  if (found == keys.end()) {
    throw sim::Error("axis: expected one of " + config::join(keys) + ", got " + config::shown(key) +
                     config::meant(key, keys));
  }
  const auto position = static_cast<std::size_t>(found - keys.begin());
  if (!plan.axes()[position].common) {
    throw sim::Error("axis: expected one whose cells share their random numbers; list " + key +
                     " under common in the sweep file");
  }
  return position;
}

std::vector<Family> families_of(const Plan& plan, std::size_t axis) {
  std::vector<Family> families;
  std::map<std::vector<std::uint32_t>, std::size_t> by_others;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const auto cell = plan.cell(i);
    std::vector<std::uint32_t> others(cell.begin(), cell.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(axis));
    const auto [at, is_new] = by_others.try_emplace(std::move(others), families.size());
    if (is_new) families.emplace_back();
    families[at->second].emplace(cell[axis], i);
  }
  return families;
}

class Comparing {
 public:
  Comparing(const std::string& folder, const std::string& axis, std::string metric)
      : plan_(sweep_in(folder)),
        maker_(plan_),
        cells_(folder),
        axis_(position_of_axis(plan_, axis)),
        metric_(std::move(metric)) {}

  std::vector<Comparison> run() {
    for (const Family& family : families_of(plan_, axis_)) add(family);
    if (comparisons_.empty()) {
      throw sim::Error("expected two finished cells that differ in " + plan_.axes()[axis_].key +
                       " alone and have the metric " + metric_ + " in two replications, got none");
    }
    const auto intervals =
        sim::simultaneous_intervals(groups_, sim::RngStreams(plan_.sweep().seed.value_or(1)).stream("max_t"));
    auto next = comparisons_.begin();
    for (const auto& group : intervals) {
      for (const sim::Interval& interval : group) (next++)->difference = interval;
    }
    return std::move(comparisons_);
  }

 private:
  const CellState* finished(std::size_t cell) const {
    const std::optional<CellId> id = cells_.cell_of(maker_.key_of(cell));
    const CellState* const state = id ? cells_.find(*id) : nullptr;
    return is_finished(plan_.sweep(), state) ? state : nullptr;
  }

  // One group a case: differences of the replications in which all cells of the family have the metric.
  void add(const Family& family) {
    std::vector<std::pair<std::size_t, const CellState*>> cells;
    for (const auto& [position, cell] : family) {
      if (const CellState* const state = finished(cell)) cells.emplace_back(cell, state);
    }
    if (cells.size() < 2 || plan_.cell(cells.front().first)[axis_] != 0) return;
    for (std::size_t i = 0; i < cells.front().second->rows.front().cases.size(); ++i) add_case(cells, i);
  }

  void add_case(std::span<const std::pair<std::size_t, const CellState*>> cells, std::size_t case_index) {
    std::vector<std::vector<double>> values;
    std::uint64_t replications = ~std::uint64_t{0};
    for (const auto& [cell, state] : cells) {
      if (state->rows.front().cases.size() <= case_index) return;
      replications = std::min(replications, replications_wanted(plan_.sweep(), state));
    }
    for (const auto& [cell, state] : cells) values.push_back(state->values(case_index, metric_, replications));
    keep_whole_replications(values);
    if (values.front().size() < 2) return;

    std::vector<std::vector<double>>& group = groups_.emplace_back();
    const std::vector<double>& reference = values.front();
    for (std::size_t i = 1; i < values.size(); ++i) {
      std::vector<double>& differences = group.emplace_back();
      for (std::size_t r = 0; r < reference.size(); ++r) differences.push_back(values[i][r] - reference[r]);
      const double sum = std::accumulate(reference.begin(), reference.end(), 0.0);
      comparisons_.push_back({.others = label_of_others(cells[i].first),
                              .case_name = std::string(cells[i].second->rows.front().cases[case_index]),
                              .value = value_of(cells[i].first),
                              .reference = value_of(cells.front().first),
                              .reference_mean = sum / static_cast<double>(reference.size()),
                              .replications = reference.size()});
    }
  }

  static void keep_whole_replications(std::vector<std::vector<double>>& values) {
    for (std::size_t r = values.front().size(); r-- > 0;) {
      const bool whole = std::ranges::none_of(values, [r](const auto& of) { return std::isnan(of[r]); });
      if (whole) continue;
      for (auto& of : values) of.erase(of.begin() + static_cast<std::ptrdiff_t>(r));
    }
  }

  std::string value_of(std::size_t cell) const { return plan_.value_text(axis_, plan_.cell(cell)[axis_]); }

  std::string label_of_others(std::size_t cell) const {
    std::string text;
    for (std::size_t axis = 0; axis < plan_.axes().size(); ++axis) {
      if (axis == axis_) continue;
      const std::string& key = plan_.axes()[axis].key;
      text += (text.empty() ? "" : " ") + key.substr(key.rfind('.') + 1) + "=" +
              plan_.value_text(axis, plan_.cell(cell)[axis]);
    }
    return text;
  }

  Plan plan_;
  CellMaker maker_;
  JournalledCells cells_;
  std::size_t axis_;
  std::string metric_;
  sim::MeanGroups groups_;
  std::vector<Comparison> comparisons_;
};

}  // namespace

std::vector<Comparison> compare(const std::string& folder, const std::string& axis, const std::string& metric) {
  return Comparing(folder, axis, metric).run();
}

}  // namespace faasconf::experiments::sweep
