#include "experiments/sweep/sweep_status.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string_view>

#include "experiments/config/yaml_reader.hpp"
#include "experiments/results/metrics.hpp"
#include "experiments/sweep/cell.hpp"
#include "experiments/sweep/cell_state.hpp"
#include "experiments/sweep/plan.hpp"
#include "experiments/sweep/sweep_table.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::sweep {
namespace {

// A folder's plan and what its journals say.
struct Folder {
  explicit Folder(const std::string& path) : plan(sweep_in(path)), maker(plan), cells(path) {}

  const CellState* state(std::size_t index) const {
    const std::optional<CellId> id = cells.cell_of(maker.key_of(index));
    return id ? cells.find(*id) : nullptr;
  }
  std::string name(std::size_t index) const { return "cell " + std::to_string(index) + " (" + plan.label(index) + ")"; }

  Plan plan;
  CellMaker maker;
  JournalledCells cells;
};

SweepStatus status_of(const Folder& folder) {
  SweepStatus status{.cells = folder.plan.size(), .started = {}, .failed = {}};
  for (std::size_t i = 0; i < folder.plan.size(); ++i) {
    const CellState* const state = folder.state(i);
    if (state == nullptr) continue;
    if (!state->failure.empty()) {
      status.failed.push_back({folder.name(i), std::string(state->failure), state->failures});
    } else if (is_finished(folder.plan.sweep(), state)) {
      ++status.finished;
    } else {
      status.started.push_back(
          {folder.name(i), state->replications(), std::string(state->worker), state->since_unix_s});
    }
  }
  return status;
}

void check_metrics(const std::vector<std::string>& metrics, const SweepTable& table) {
  std::vector<std::string_view> names;
  for (const SweepColumn& column : table.columns) names.push_back(column.name);
  for (const std::string& metric : metrics) {
    if (std::ranges::find(names, metric) != names.end()) continue;
    std::vector<std::string_view> known;
    for (const auto& one : results::summarised(results::metrics().end_to_end)) known.push_back(one.name);
    throw sim::Error("metric: expected one that the cells have: " + config::join(known) + ", got " +
                     config::shown(metric) + config::meant(metric, known));
  }
}

}  // namespace

SweepStatus status_of(const std::string& folder) { return status_of(Folder(folder)); }

void export_csv(const std::string& path, const std::vector<std::string>& metrics, std::ostream& out) {
  const Folder folder(path);
  const SweepTable table = table_of(folder.plan, folder.maker, folder.cells, metrics);
  if (table.cells.empty()) throw sim::Error(path + ": no cell is done yet");
  check_metrics(metrics, table);
  write_long_csv(out, folder.plan, table);
}

std::string merge(const std::string& path) {
  const Folder folder(path);
  const std::string merged = (std::filesystem::path(path) / kMergedFile).string();
  write_merged(merged, folder.plan, folder.maker, folder.cells);
  return merged;
}

std::string explain(const std::string& path, std::size_t cell) {
  const Folder folder(path);
  if (cell >= folder.plan.size()) {
    throw sim::Error("expected a cell from 0 to " + std::to_string(folder.plan.size() - 1) + ", got " +
                     std::to_string(cell));
  }
  const Cell made = folder.maker.make(cell);
  const CellState* const state = folder.cells.find(made.id);
  std::string text = folder.name(cell) + "\nidentity: " + to_hex(made.id) +
                     "\nreplications: " + std::to_string(state == nullptr ? 0 : state->replications()) + " of " +
                     std::to_string(replications_wanted(folder.plan.sweep(), state)) + "\n";
  if (state != nullptr && !state->failure.empty()) text += "failed: " + std::string(state->failure) + "\n";
  return text + "\n" + config::to_yaml(made.experiment);
}

}  // namespace faasconf::experiments::sweep
