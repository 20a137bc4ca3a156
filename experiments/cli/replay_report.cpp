#include "experiments/cli/replay_report.hpp"

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/config/distributions.hpp"
#include "experiments/results/text_table.hpp"
#include "sim/stats/quantiles.hpp"
#include "traces/files/part_file.hpp"

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
  lines.push_back({"denied", "calls denied for want of room", static_cast<double>(calls.denied)});
  lines.push_back({"cold_starts", "cold starts", static_cast<double>(calls.cold)});
  lines.push_back({"cold_share", "cold starts [% of the calls served]", latency(calls.cold_share()), 100});
  lines.push_back({"latency_mean_s", "latency mean [s]", latency(calls.mean_latency_s())});
  lines.push_back({"latency_p50_s", "latency p50 [s]", latency(calls.latency_p50_s)});
  lines.push_back({"latency_p95_s", "latency p95 [s]", latency(calls.latency_p95_s)});
  lines.push_back({"latency_p99_s", "latency p99 [s]", latency(calls.latency_p99_s)});
  lines.push_back({"latency_max_s", "latency max [s]", latency(calls.latency_max_s)});
}

void add_cold_shares(std::vector<Line>& lines, const ColdShares& shares) {
  lines.push_back({"functions_called", "functions with calls", static_cast<double>(shares.functions)});
  lines.push_back({"functions_always_cold", "functions that were cold at every call [%]",
                   shares.functions == 0
                       ? std::nullopt
                       : std::optional(static_cast<double>(shares.always) / static_cast<double>(shares.functions)),
                   100});
  for (std::size_t i = 0; i < kColdQuantiles.size(); ++i) {
    const std::string percent = std::to_string(static_cast<int>(100 * kColdQuantiles[i] + .5));
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

std::vector<Line> lines_of(const ReplayReport& report) {
  const traces::TraceReplay& replay = report.replay;
  std::vector<Line> lines{{"functions", "functions", static_cast<double>(replay.functions.size())}};
  if (report.by_app) lines.push_back({"apps", "apps", static_cast<double>(replay.tenants.size())});
  add_calls(lines, replay.calls);
  add_cold_shares(lines, cold_shares(replay));
  add_instances(lines, replay.instances, report.cluster_use.has_value());
  if (report.cluster_use) lines.push_back({"cluster_use", "use of the cluster's cores [%]", *report.cluster_use, 100});
  lines.push_back({"billed_gib_s", "executions billed [GiB s]", replay.calls.billed_mib_s / kMebibytesPerGibibyte});
  lines.push_back(
      {"price_usd", "price, pay per use [USD]", traces::price(report.trace, replay.functions, report.prices)});
  return lines;
}

// A row of the CSV, before the columns of instances.
std::string call_columns(const traces::TraceFunction& function, const CallTotals& calls) {
  std::string row = function.owner + "," + function.app + "," + function.function + "," +
                    std::string(traces::kTriggerNames[static_cast<std::size_t>(function.trigger)]);
  for (const std::uint64_t count : {calls.calls, calls.denied, calls.cold}) row += "," + std::to_string(count);
  if (calls.served() == 0) {
    row += ",,,,,,";  // no share, no latencies
  } else {
    for (const double value : {calls.cold_share(), calls.mean_latency_s(), calls.latency_p50_s, calls.latency_p95_s,
                               calls.latency_p99_s, calls.latency_max_s}) {
      row += "," + config::format_number(value);
    }
  }
  row += "," + config::format_number(calls.execution_s) + "," + config::format_number(calls.execution_mib_s) + "," +
         config::format_number(calls.billed_mib_s);
  return row;
}

std::string instance_columns(const InstanceTotals& instances) {
  std::string row;
  for (const std::uint64_t count : {instances.started, instances.pre_warmed, instances.evicted, instances.most}) {
    row += "," + std::to_string(count);
  }
  for (const double value : {instances.start_up_s, instances.busy_s, instances.idle_s, instances.start_up_mib_s,
                             instances.busy_mib_s, instances.idle_mib_s}) {
    row += "," + config::format_number(value);
  }
  return row;
}

std::string in_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

ColdShares cold_shares(const traces::TraceReplay& replay) {
  ColdShares shares;
  std::vector<double> values;
  for (const CallTotals& calls : replay.functions) {
    if (calls.served() == 0) continue;
    values.push_back(calls.cold_share());
    if (calls.cold == calls.served()) ++shares.always;
  }
  shares.functions = values.size();
  std::ranges::sort(values);
  for (std::size_t i = 0; i < kColdQuantiles.size(); ++i) {
    shares.quantiles[i] = sim::quantile_of_sorted(values, kColdQuantiles[i]);
  }
  return shares;
}

void print_table(std::ostream& out, const ReplayReport& report) {
  results::TextTable table{.header = {{"replay of " + report.name, ""}}, .rows = {}};
  for (const Line& line : lines_of(report)) {
    const auto shown = line.value ? std::optional(*line.value * line.in_table) : std::nullopt;
    table.rows.push_back({line.title, results::format_estimate(shown, std::nullopt)});
  }
  table.print(out);
  out << report.settings << "\n";
}

void print_json(std::ostream& out, const ReplayReport& report, const std::vector<std::string>& files) {
  ordered_json answer{{"trace", report.name}};
  for (const Line& line : lines_of(report)) {
    answer[line.key] = line.value ? ordered_json(*line.value) : ordered_json(nullptr);
  }
  answer["settings"] = report.settings;
  answer["origin"] = report.trace.origin;
  answer["files"] = files;
  out << answer.dump() << "\n";
}

void write_functions(const std::string& path, const ReplayReport& report, const std::string& comments) {
  files::PartFile file(path);
  file.append(comments);
  file.append("# origin: " + in_one_line(report.trace.origin) + "; replayed: " + report.settings + "\n");
  file.append(
      "owner,app,function,trigger,calls,denied,cold,cold_share,"
      "latency_mean_s,latency_p50_s,latency_p95_s,latency_p99_s,latency_max_s,"
      "execution_s,execution_mib_s,billed_mib_s,"
      "instances_started,instances_pre_warmed,instances_evicted,instances_most,"
      "start_up_s,busy_s,idle_s,start_up_mib_s,busy_mib_s,idle_mib_s\n");
  std::vector<bool> told(report.replay.tenants.size());
  for (std::size_t i = 0; i < report.trace.functions.size(); ++i) {
    const std::uint32_t tenant = report.replay.tenant_of[i];
    const std::string instances = told[tenant] ? ",,,,,,,,,," : instance_columns(report.replay.tenants[tenant]);
    told[tenant] = true;
    file.append(call_columns(report.trace.functions[i], report.replay.functions[i]) + instances + "\n");
  }
  file.commit();
}

}  // namespace faasconf::experiments::cli
