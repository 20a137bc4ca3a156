#pragma once
// Runs the cells of a sweep that are not done yet, in a folder that keeps what is done.
//
// The folder holds sweep.yaml (the plan that its cells belong to), a journal a worker (journal.hpp), sweep.lock, and
// sweep.h5 once all cells are done.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "experiments/sweep/sweep_file.hpp"

namespace faasconf::experiments::sweep {

// The cells of one of several processes that share a folder: index, index + count, ...
struct Shard {
  std::size_t index = 0;
  std::size_t count = 1;
};

struct SweepJob {
  Sweep sweep;
  std::string folder;
  Shard shard{};
  bool retry_failed = false;                     // those that failed before are tried again
  std::optional<std::uint64_t> most_failures{};  // then the run ends
  int threads = 1;                               // changes no result
};

struct FailedCell {
  std::string label;  // "cell 7 (users=10)"
  std::string message;
  std::uint64_t attempts = 0;
};

struct SweepResult {
  std::size_t cells = 0;     // of the whole plan
  std::size_t finished = 0;  // of them, by now
  std::size_t done_now = 0;  // by this run
  std::vector<FailedCell> failed;
  bool interrupted = false;     // before all cells of the shard were tried
  std::uint64_t cut_bytes = 0;  // of torn ends that a crash left in the journals
  std::string merged{};         // path of the merged file; empty: cells are missing, or failed
};

// Counts cells. Throws sim::Error: the plan cannot be made, the folder holds another one or is in use;
// std::runtime_error where the folder cannot be written.
SweepResult run(const SweepJob& job, const jobs::Progress& progress = {});

// Makes a plan that of the folder, in the place of another one; the cells stay. Throws as run().
void take_over(const Sweep& sweep, const std::string& folder);

// The sweep whose cells a folder holds. Throws sim::Error where it holds none.
Sweep sweep_in(const std::string& folder);

inline constexpr const char* kMergedFile = "sweep.h5";

}  // namespace faasconf::experiments::sweep
