#pragma once
// A workflow made up from an app. A trace tells how often each function is called and not by whom, so the graph is
// synthetic: only the triggers, the counts, the durations and the memory are the trace's.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/workflow.hpp"
#include "traces/laws.hpp"
#include "traces/trace.hpp"

namespace faasconf::traces {

struct AppWorkflowRequest {
  LawKind durations = LawKind::percentiles;
  LawKind memory = LawKind::average;
  double cpu_share = 1;  // of a duration: the trace has wall time only; the rest is off the CPU
};

struct AppWorkflow {
  sim::WorkflowSpec workflow;          // its name begins with "synthetic-app-"
  std::vector<MinuteCount> requests;   // to the workflow, by minute
  std::vector<std::string> functions;  // hashes of the workflow's functions, in their order
};

// A request is one call from outside: a choice among the app's http, event and timer functions in proportion to their
// calls (of an app without any, among those of its first other trigger). What http and event functions start (of an app
// with timers alone, what the timers start) then calls, in two stages, first orchestrations, then queue, storage and
// other functions, at once within a stage. A function that is called r times as often as the callers are fanned out to
// floor(r) or floor(r) + 1 calls, r in the mean: so each function is called as often as in the trace. Functions that
// are never called are left out. A function without durations takes no time, an app without memory follows Burr's law.
// Throws sim::Error where there is no such app, or it is never called.
AppWorkflow app_workflow(const Trace& trace, std::string_view owner, std::string_view app,
                         const AppWorkflowRequest& request = {});

}  // namespace faasconf::traces
