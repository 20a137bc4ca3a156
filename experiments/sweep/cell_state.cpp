#include "experiments/sweep/cell_state.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <limits>

#include "sim/core/error.hpp"
#include "sim/stats/running_moments.hpp"
#include "sim/stats/sequential.hpp"

namespace faasconf::experiments::sweep {
namespace {

// What a cell had before stays; of what comes twice, the first counts. Rows of a cell come in order from one journal.
void add_rows(CellState& state, const RowsView& rows) {
  const auto before = std::ranges::upper_bound(state.rows, rows.first_replication, {}, &RowsView::first_replication);
  state.rows.insert(before, rows);
}

// The first number of replications, from the least on, after which all cases are precise; absent: none of those there.
std::optional<std::uint64_t> precise_after(const Precision& precision, const CellState& state, std::uint64_t done) {
  const sim::SequentialStopping stopping{.relative_precision = precision.relative, .min_replications = precision.from};
  std::uint64_t longest = precision.from;
  for (std::size_t i = 0; i < state.rows.front().cases.size(); ++i) {
    sim::RunningMoments moments;
    std::uint64_t count = 0;
    bool enough = false;
    for (const double value : state.values(i, precision.metric, done)) {
      if (value == value) moments.add(value);  // NaN: the replication has none
      enough = ++count >= longest && stopping.enough(moments);
      if (enough) break;
    }
    if (!enough) return std::nullopt;
    longest = count;
  }
  return longest;
}

}  // namespace

std::uint64_t CellState::replications() const {
  std::uint64_t end = 0;
  for (const RowsView& one : rows) {
    if (one.first_replication > end) break;
    end = std::max(end, one.first_replication + one.replications);
  }
  return end;
}

std::vector<double> CellState::values(std::size_t case_index, std::string_view column, std::uint64_t count) const {
  std::vector<double> values;
  for (const RowsView& one : rows) {
    const auto at = std::ranges::find(*one.columns, column);
    for (std::uint64_t i = 0; i < one.replications; ++i) {
      if (one.first_replication + i != values.size() || values.size() == count) continue;
      values.push_back(at == one.columns->end()
                           ? std::numeric_limits<double>::quiet_NaN()
                           : one.value(i, case_index, static_cast<std::size_t>(at - one.columns->begin())));
    }
  }
  return values;
}

std::size_t JournalledCells::Hash::operator()(const CellId& id) const {
  std::size_t hash = 0;  // a digest is as good as random
  std::memcpy(&hash, id.data(), sizeof hash);
  return hash;
}

JournalledCells::JournalledCells(const std::string& folder) {
  for (const std::string& path : journals_in(folder)) {
    try {
      JournalReader& reader = *readers_.emplace_back(std::make_unique<JournalReader>(path));
      JournalReader::Entry entry;
      while (reader.next(entry)) {
        by_key_.insert_or_assign(entry.rows.key, entry.rows.cell);
        CellState& state = cells_[entry.rows.cell];
        if (entry.kind == JournalReader::Entry::Kind::start) {
          state.worker = entry.message;
          state.since_unix_s = entry.since_unix_s;
        } else if (entry.kind == JournalReader::Entry::Kind::failure) {
          state.failure = entry.message;
          ++state.failures;
        } else {
          state.failure = {};
          add_rows(state, entry.rows);
        }
      }
    } catch (const sim::Error&) {
      std::throw_with_nested(sim::Error(path));
    }
  }
}

const CellState* JournalledCells::find(const CellId& cell) const {
  const auto found = cells_.find(cell);
  return found == cells_.end() ? nullptr : &found->second;
}

std::optional<CellId> JournalledCells::cell_of(const PointKey& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? std::nullopt : std::optional(found->second);
}

std::uint64_t replications_wanted(const Sweep& sweep, const CellState* state) {
  if (!sweep.precision) return sweep.replications;
  const Precision& precision = *sweep.precision;
  const std::uint64_t done = state == nullptr ? 0 : state->replications();
  if (done < precision.from) return precision.from;
  return precise_after(precision, *state, done).value_or(std::min(done + 1, precision.at_most));
}

bool is_finished(const Sweep& sweep, const CellState* state) {
  return state != nullptr && state->replications() >= replications_wanted(sweep, state);
}

}  // namespace faasconf::experiments::sweep
