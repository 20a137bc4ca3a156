#pragma once
// What the journals of a folder say about the cells of a plan.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "experiments/sweep/cell.hpp"
#include "experiments/sweep/journal.hpp"
#include "experiments/sweep/sweep_file.hpp"

namespace faasconf::experiments::sweep {

struct CellState {
  std::vector<RowsView> rows;  // in the order of their replications, each replication once
  std::string_view failure{};  // the message of the last attempt; empty: it did not fail
  std::uint64_t failures = 0;  // attempts
  std::string_view worker{};   // that began last: "host pid"
  std::int64_t since_unix_s = 0;

  std::uint64_t replications() const;  // without a gap from the first one on
  // Of a metric of one case, replication by replication; NaN where there is none.
  std::vector<double> values(std::size_t case_index, std::string_view column, std::uint64_t replications) const;
};

// All journals of a folder. Views last as long as it.
class JournalledCells {
 public:
  // Throws sim::Error where one is no journal.
  explicit JournalledCells(const std::string& folder);

  const CellState* find(const CellId& cell) const;           // none: nothing is known of it
  std::optional<CellId> cell_of(const PointKey& key) const;  // the identity of a cell that is written like that
  std::size_t size() const { return cells_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const CellId& id) const;
  };

  std::vector<std::unique_ptr<JournalReader>> readers_;
  std::unordered_map<CellId, CellState, Hash> cells_;
  std::unordered_map<PointKey, CellId, Hash> by_key_;
};

// How many replications a cell is to have: those that the sweep wants of each, or as few as are precise. More than it
// has where that is not known yet.
std::uint64_t replications_wanted(const Sweep& sweep, const CellState* state);
bool is_finished(const Sweep& sweep, const CellState* state);

}  // namespace faasconf::experiments::sweep
