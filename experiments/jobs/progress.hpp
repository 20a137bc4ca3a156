#pragma once
// How a job reports progress and is cancelled.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "sim/core/go_on.hpp"

namespace faasconf::experiments::jobs {

// The progress of the present step of a job.
struct Step {
  std::string label;        // "hpa: warm-up"
  std::uint64_t done = 0;   // in units of the job: replications, evaluations, rows
  std::uint64_t total = 0;  // 0: unknown
  std::string note{};       // for people: "mean latency ± 2.3 %, wanted 1 %"
};

// Two callbacks; either may be absent.
struct Progress {
  std::function<void(const Step&)> on_step{};  // from one thread at a time
  // Asked at least every 100 ms of wall time, from any thread. false cancels the job: it keeps what is complete and
  // says in its result that it was interrupted.
  sim::GoOn go_on{};

  void report(Step step) const {
    if (on_step) on_step(std::move(step));
  }
  bool cancelled() const { return go_on && !go_on(); }
};

}  // namespace faasconf::experiments::jobs
