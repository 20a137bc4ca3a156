#pragma once
// Replays a trace as functions, or apps, whose instances a keep-alive policy removes: each by itself, or on clusters
// whose nodes they share.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "experiments/jobs/trace_input.hpp"
#include "traces/core/read_report.hpp"
#include "traces/replay/cluster_replay.hpp"
#include "traces/replay/cold_shares.hpp"
#include "traces/replay/replay.hpp"
#include "traces/replay/replay_model.hpp"

namespace faasconf::experiments::jobs {

struct TraceReplayJob {
  TraceInput trace;
  traces::ModelRequest model{};
  traces::ReplayRequest replay{};                   // go_on comes from Progress
  std::optional<traces::ClusterRequest> cluster{};  // absent: room and CPU for all
  traces::ReplayPrices prices{};
  std::string described{};  // the same in words, for the origin of the rows
  std::string out{};        // one row per function, CSV, as replay_table.hpp has it; empty: none
  int threads = 1;          // changes no result
};

struct TraceReplayResult {
  traces::Trace trace;                  // that was replayed
  traces::TraceReplay replay{};         // its functions in the order of the trace
  traces::ColdShares cold_shares{};     // of its functions
  double price = 0;                     // in the unit of the prices
  std::optional<double> cluster_use{};  // share of its cores' time; absent without a cluster
  std::size_t without_duration = 0;     // functions without a duration in the trace: they got the model's
  std::size_t without_memory = 0;
  std::string origin{};  // of the rows: the trace's, and how it was replayed; one line
  traces::ReadReport read{};
  bool interrupted = false;  // there is nothing, and no file
};

// Counts bytes while it reads, calls while it replays. Throws sim::Error where the trace cannot be read or replayed in
// this way.
TraceReplayResult run(const TraceReplayJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
