#include "experiments/jobs/replay_table.hpp"

#include <cstdint>
#include <vector>

#include "experiments/config/distribution_text.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::jobs {
namespace {

using traces::CallTotals;
using traces::InstanceTotals;
using CallValue = ReplayFigure<CallTotals>::Value;
using InstanceValue = ReplayFigure<InstanceTotals>::Value;

CallValue of_served(const CallTotals& calls, double value) {
  return calls.served() > 0 ? std::optional(value) : std::nullopt;
}

// clang-format off
constexpr ReplayFigure<CallTotals> kCallFigures[] = {
    {"calls", [](const CallTotals& of) -> CallValue { return of.calls; }, "calls"},
    {"denied", [](const CallTotals& of) -> CallValue { return of.denied; }, "rejected: no capacity"},
    {"cold", [](const CallTotals& of) -> CallValue { return of.cold; }, "cold starts", 1, "cold_starts"},
    {"cold_share", [](const CallTotals& of) -> CallValue { return of_served(of, of.cold_share()); }, "cold starts [% of the calls served]", 100},
    {"latency_mean_s", [](const CallTotals& of) -> CallValue { return of_served(of, of.mean_latency_s()); }, "latency mean [s]"},
    {"latency_p50_s", [](const CallTotals& of) -> CallValue { return of_served(of, of.latency_p50_s); }, "latency p50 [s]"},
    {"latency_p95_s", [](const CallTotals& of) -> CallValue { return of_served(of, of.latency_p95_s); }, "latency p95 [s]"},
    {"latency_p99_s", [](const CallTotals& of) -> CallValue { return of_served(of, of.latency_p99_s); }, "latency p99 [s]"},
    {"latency_max_s", [](const CallTotals& of) -> CallValue { return of_served(of, of.latency_max_s); }, "latency max [s]"},
    {"execution_s", [](const CallTotals& of) -> CallValue { return std::optional(of.execution_s); }},
    {"execution_mib_s", [](const CallTotals& of) -> CallValue { return std::optional(of.execution_mib_s); }},
    {"billed_mib_s", [](const CallTotals& of) -> CallValue { return std::optional(of.billed_mib_s); }},
};

constexpr ReplayFigure<InstanceTotals> kInstanceFigures[] = {
    {"instances_started", [](const InstanceTotals& of) -> InstanceValue { return of.started; }, "instances started by calls"},
    {"instances_pre_warmed", [](const InstanceTotals& of) -> InstanceValue { return of.pre_warmed; }, "instances pre-warmed"},
    {"instances_evicted", [](const InstanceTotals& of) -> InstanceValue { return of.evicted; }, "idle instances evicted"},
    {"instances_most", [](const InstanceTotals& of) -> InstanceValue { return of.most; }},
    {"start_up_s", [](const InstanceTotals& of) -> InstanceValue { return std::optional(of.start_up_s); }},
    {"busy_s", [](const InstanceTotals& of) -> InstanceValue { return std::optional(of.busy_s); }},
    {"idle_s", [](const InstanceTotals& of) -> InstanceValue { return std::optional(of.idle_s); }},
    {"start_up_mib_s", [](const InstanceTotals& of) -> InstanceValue { return std::optional(of.start_up_mib_s); }},
    {"busy_mib_s", [](const InstanceTotals& of) -> InstanceValue { return std::optional(of.busy_mib_s); }},
    {"idle_mib_s", [](const InstanceTotals& of) -> InstanceValue { return std::optional(of.idle_mib_s); }},
};
// clang-format on

template <class Totals>
std::string cell_of(const ReplayFigure<Totals>& figure, const Totals& totals) {
  const auto value = figure.of(totals);
  if (const auto* const count = std::get_if<std::uint64_t>(&value)) return std::to_string(*count);
  const auto& real = std::get<std::optional<double>>(value);
  return real ? config::format_number(*real) : "";
}

// The cells of a row, each behind a comma; empty ones of nothing.
template <class Totals>
std::string cells_of(std::span<const ReplayFigure<Totals>> figures, const Totals* totals) {
  std::string cells;
  for (const ReplayFigure<Totals>& figure : figures) {
    cells += ',';
    if (totals != nullptr) cells += cell_of(figure, *totals);
  }
  return cells;
}

template <class Totals>
std::string columns_of(std::span<const ReplayFigure<Totals>> figures) {
  std::string columns;
  for (const ReplayFigure<Totals>& figure : figures) columns += "," + std::string(figure.column);
  return columns;
}

std::string name_columns(const traces::TraceFunction& function) {
  return function.owner + "," + function.app + "," + function.function + "," +
         std::string(traces::kTriggerNames[static_cast<std::size_t>(function.trigger)]);
}

}  // namespace

std::span<const ReplayFigure<CallTotals>> call_figures() { return kCallFigures; }
std::span<const ReplayFigure<InstanceTotals>> instance_figures() { return kInstanceFigures; }

void write_functions(const std::string& path, const TraceReplayResult& result, const std::string& comments) {
  files::PartFile file(path);
  file.append(comments);
  file.append("# origin: " + result.origin + "\n");
  file.append("owner,app,function,trigger" + columns_of(call_figures()) + columns_of(instance_figures()) + "\n");
  std::vector<bool> written(result.replay.tenants.size());
  for (std::size_t i = 0; i < result.trace.functions.size(); ++i) {
    const std::uint32_t tenant = result.replay.tenant_of[i];
    const InstanceTotals* const instances = written[tenant] ? nullptr : &result.replay.tenants[tenant];
    written[tenant] = true;
    file.append(name_columns(result.trace.functions[i]) + cells_of(call_figures(), &result.replay.functions[i]) +
                cells_of(instance_figures(), instances) + "\n");
  }
  file.commit();
}

}  // namespace faasconf::experiments::jobs
