#include "experiments/cli/replay_report.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "experiments/results/text_table.hpp"

namespace faasconf::experiments::cli {

namespace {

using nlohmann::ordered_json;
using traces::CallTotals;
using traces::InstanceTotals;

constexpr double kMebibytesPerGibibyte = 1024;

// A line of the answer: its key in JSON, its title in the table.
struct Line {
  std::string key;
  std::string title;
  std::optional<double> value;
  double in_table = 1;  // factor: 100 for shares, which are of 1 in JSON
};

void add_calls(std::vector<Line>& lines, const CallTotals& calls) {
  const auto latency = [&](double value_s) { return calls.served() > 0 ? std::optional(value_s) : std::nullopt; };
  lines.push_back({"calls", "calls", static_cast<double>(calls.calls)});
  lines.push_back({"denied", "rejected: no capacity", static_cast<double>(calls.denied)});
  lines.push_back({"cold_starts", "cold starts", static_cast<double>(calls.cold)});
  lines.push_back({"cold_share", "cold starts [% of the calls served]", latency(calls.cold_share()), 100});
  lines.push_back({"latency_mean_s", "latency mean [s]", latency(calls.mean_latency_s())});
  lines.push_back({"latency_p50_s", "latency p50 [s]", latency(calls.latency_p50_s)});
  lines.push_back({"latency_p95_s", "latency p95 [s]", latency(calls.latency_p95_s)});
  lines.push_back({"latency_p99_s", "latency p99 [s]", latency(calls.latency_p99_s)});
  lines.push_back({"latency_max_s", "latency max [s]", latency(calls.latency_max_s)});
}

void add_cold_shares(std::vector<Line>& lines, const traces::ColdShares& shares) {
  lines.push_back({"functions_called", "functions with calls", static_cast<double>(shares.functions)});
  lines.push_back({"functions_always_cold", "functions that were cold at every call [%]",
                   shares.functions == 0
                       ? std::nullopt
                       : std::optional(static_cast<double>(shares.always) / static_cast<double>(shares.functions)),
                   100});
  for (std::size_t i = 0; i < traces::kColdQuantiles.size(); ++i) {
    const std::string percent = std::to_string(static_cast<int>(100 * traces::kColdQuantiles[i] + .5));
    lines.push_back({"function_cold_share_p" + percent, "cold starts of a function, p" + percent + " [%]",
                     shares.quantiles[i], 100});
  }
}

void add_instances(std::vector<Line>& lines, const InstanceTotals& instances, bool on_cluster) {
  const double all_mib_s = instances.start_up_mib_s + instances.busy_mib_s + instances.idle_mib_s;
  lines.push_back({"instances_started", "instances started by calls", static_cast<double>(instances.started)});
  lines.push_back({"instances_pre_warmed", "instances pre-warmed", static_cast<double>(instances.pre_warmed)});
  if (on_cluster) {
    lines.push_back({"instances_evicted", "idle instances evicted", static_cast<double>(instances.evicted)});
  }
  lines.push_back(
      {"memory_busy_gib_s", "memory of busy instances [GiB s]", instances.busy_mib_s / kMebibytesPerGibibyte});
  lines.push_back({"memory_start_up_gib_s", "memory of starting instances [GiB s]",
                   instances.start_up_mib_s / kMebibytesPerGibibyte});
  lines.push_back({"memory_wasted_gib_s", "memory of idle instances: wasted [GiB s]",
                   instances.idle_mib_s / kMebibytesPerGibibyte});
  lines.push_back({"wasted_share", "wasted [% of the memory loaded]",
                   all_mib_s > 0 ? std::optional(instances.idle_mib_s / all_mib_s) : std::nullopt, 100});
}

std::vector<Line> lines_of(const jobs::TraceReplayJob& job, const jobs::TraceReplayResult& result) {
  const traces::TraceReplay& replay = result.replay;
  std::vector<Line> lines{{"functions", "functions", static_cast<double>(replay.functions.size())}};
  if (job.replay.tenancy == traces::Tenancy::app) {
    lines.push_back({"apps", "apps", static_cast<double>(replay.tenants.size())});
  }
  add_calls(lines, replay.calls);
  add_cold_shares(lines, result.cold_shares);
  const std::optional<double>& cluster_use = result.cluster_use;
  add_instances(lines, replay.instances, cluster_use.has_value());
  if (cluster_use) lines.push_back({"cluster_use", "use of the cluster's cores [%]", *cluster_use, 100});
  lines.push_back({"billed_gib_s", "executions billed [GiB s]", replay.calls.billed_mib_s / kMebibytesPerGibibyte});
  lines.push_back({"price_usd", "price, pay per use [USD]", result.price});
  return lines;
}

}  // namespace

void print_table(std::ostream& out, const jobs::TraceReplayJob& job, const jobs::TraceReplayResult& result) {
  results::TextTable table{.header = {{"replay of " + job.trace.name, ""}}, .rows = {}};
  for (const Line& line : lines_of(job, result)) {
    const auto shown = line.value ? std::optional(*line.value * line.in_table) : std::nullopt;
    table.rows.push_back({line.title, results::format_estimate(shown, std::nullopt)});
  }
  table.print(out);
  out << job.described << "\n";
}

void print_json(std::ostream& out, const jobs::TraceReplayJob& job, const jobs::TraceReplayResult& result) {
  ordered_json answer{{"trace", job.trace.name}};
  for (const Line& line : lines_of(job, result)) {
    answer[line.key] = line.value ? ordered_json(*line.value) : ordered_json(nullptr);
  }
  answer["settings"] = job.described;
  answer["origin"] = result.trace.origin;
  answer["files"] = job.out.empty() ? std::vector<std::string>{} : std::vector{job.out};
  out << answer.dump() << "\n";
}

}  // namespace faasconf::experiments::cli
