#pragma once
// A cell of a sweep: the experiment that it stands for, what tells it from all others, and its replications.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/jobs/ready_case.hpp"
#include "experiments/sweep/plan.hpp"
#include "sim/core/go_on.hpp"
#include "sim/core/time.hpp"

namespace faasconf::experiments::sweep {

// SHA-256 of the identity of the cell's record (results/record.hpp: the resolved job, the digests of its inputs, the
// sweep's seed, the version of the model) and of the seed of its streams; neither of threads nor of how many
// replications there are. White space, the order of keys and the spelling of units in files
// do not change it.
using CellId = std::array<std::uint8_t, 32>;
std::string to_hex(const CellId& id);

// SHA-256 of how a cell is written: the bytes of the files and the texts of its values. It is cheaper than an identity,
// and equal ones have equal identities; the converse does not hold.
using PointKey = CellId;

struct Cell {
  config::Experiment experiment;  // with duration and seed, resolved
  CellId id{};
};

// Makes the cells of a plan.
class CellMaker {
 public:
  // Throws sim::Error: the experiment cannot be read or simulated, a value cannot be set, or an axis changes nothing.
  explicit CellMaker(const Plan& plan);  // refers to it

  // May be called by several threads at once.
  PointKey key_of(std::size_t index) const;
  Cell make(std::size_t index) const;  // throws sim::Error, naming the cell

 private:
  config::Experiment resolve(const std::vector<config::Override>& changes) const;
  std::string identity(const config::Experiment& experiment) const;
  std::uint64_t seed_of(std::size_t index, const config::Experiment& experiment, const std::string& identity) const;
  void read_values();
  std::string digest_of_value(std::size_t axis, std::uint32_t position, bool& changes_something);

  const Plan& plan_;
  config::ExperimentSource source_;
  bool seed_varies_ = false;
  bool any_common_ = false;
  bool all_common_ = true;
  std::uint64_t seed_ = 0;                               // of the sweep
  std::string base_digest_;                              // of all that the cells share
  std::vector<std::vector<std::string>> value_digests_;  // by axis and position
};

// The metrics of a replication, in the order of `columns`, case by case; NaN where there is none.
class CellRun {
 public:
  CellRun(const Cell& cell, const Sweep& sweep);

  std::vector<std::string> case_names() const;
  const std::vector<std::string>& columns() const { return columns_; }  // "latency_mean_s", "rgb/latency_mean_s"
  // Throws sim::Cancelled.
  std::vector<double> replicate(std::uint64_t replication, const sim::GoOn& go_on) const;

 private:
  std::uint64_t seed_ = 0;
  sim::RunOptions options_;
  bool by_function_ = false;
  std::vector<jobs::ReadyCase> cases_;
  std::vector<std::string> columns_;
};

}  // namespace faasconf::experiments::sweep
