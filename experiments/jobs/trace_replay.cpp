#include "experiments/jobs/trace_replay.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "experiments/jobs/replay_record.hpp"
#include "experiments/jobs/replay_table.hpp"
#include "sim/core/error.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::experiments::jobs {
namespace {

std::vector<std::vector<traces::RecordedCall>> read_recorded(const TraceReplayJob& job,
                                                             const traces::TraceSource& source, std::size_t functions,
                                                             const sim::GoOn& go_on) {
  std::vector<traces::TraceInvocation> calls;
  source.each_invocation({.on_bad_row = job.trace.on_bad_row, .go_on = go_on},
                         [&](const traces::TraceInvocation& call) { calls.push_back(call); });
  if (calls.empty()) return {};
  return traces::recorded_calls(functions, calls, go_on);
}

std::uint64_t calls_of(const traces::ReplayInput& input) {
  if (input.recorded.empty()) return traces::totals(input.trace).calls;
  std::uint64_t calls = 0;
  for (const auto& recorded : input.recorded) calls += recorded.size();
  return calls;
}

// The share that was used of all the cores' time.
std::optional<double> use_of(const traces::ClusterRequest& request, std::uint32_t days, double cpu_s) {
  double cores = 0;
  for (const sim::NodeSpec& node : request.cluster.nodes) cores += node.cores * node.count;
  if (cores == 0) return std::nullopt;
  return cpu_s / (cores * request.clusters * 86'400.0 * days);
}

void replay(const TraceReplayJob& job, const traces::ReplayInput& input, const Progress& progress,
            TraceReplayResult& result) {
  traces::ReplayRequest request = job.replay;
  request.go_on = progress.go_on;
  Step step{.label = "replay", .total = calls_of(input)};
  progress.report(step);
  const auto report = [&](std::uint64_t done) {
    step.done = done;
    progress.report(step);
  };
  if (!job.cluster) {
    result.replay = traces::replay_trace(input, request, job.threads, report);
    return;
  }
  traces::ClusterReplay on_cluster = traces::replay_on_cluster(input, request, *job.cluster, job.threads, report);
  result.replay = std::move(on_cluster.replay);
  result.cluster_use = use_of(*job.cluster, input.trace.days, on_cluster.cpu_s);
}

std::string in_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

TraceReplayResult replay_source(const TraceReplayJob& job, const traces::TraceSource& source,
                                const Progress& progress) {
  traces::ReadTrace read = source.read(read_policy(job.trace, source, progress));
  TraceReplayResult result{.trace = std::move(read.trace), .read = std::move(read.report)};
  result.origin = in_one_line(result.trace.origin) + "; replayed: " + job.described;

  traces::ModelRequest model = job.model;
  model.go_on = progress.go_on;
  const traces::ReplayModels models = traces::replay_models(result.trace, model);
  result.without_duration = models.without_duration;
  result.without_memory = models.without_memory;
  const auto recorded = read_recorded(job, source, result.trace.functions.size(), progress.go_on);
  replay(job, {.trace = result.trace, .models = models.functions, .recorded = recorded}, progress, result);
  result.cold_shares = traces::cold_shares(result.replay);
  result.price = traces::price(result.trace, result.replay.functions, job.prices);
  return result;
}

}  // namespace

TraceReplayResult run(const TraceReplayJob& job, const Progress& progress) {
  const auto source = open_trace(job.trace);
  try {
    TraceReplayResult result = replay_source(job, *source, progress);
    if (!job.out.empty()) {
      const auto inputs = files_of(*source, progress.go_on);
      write_functions(job.out, result, results::csv_comment(record_of(job, inputs)));
    }
    return result;
  } catch (const sim::Cancelled&) {
    return {.trace = {}, .interrupted = true};
  }
}

}  // namespace faasconf::experiments::jobs
