#include "experiments/jobs/replay_table.hpp"

#include <cstdint>
#include <vector>

#include "experiments/config/distribution_text.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::jobs {
namespace {

using traces::CallTotals;
using traces::InstanceTotals;

// Of a row, before the columns of instances.
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

}  // namespace

void write_functions(const std::string& path, const TraceReplayResult& result, const std::string& comments) {
  files::PartFile file(path);
  file.append(comments);
  file.append("# origin: " + result.origin + "\n");
  file.append(
      "owner,app,function,trigger,calls,denied,cold,cold_share,"
      "latency_mean_s,latency_p50_s,latency_p95_s,latency_p99_s,latency_max_s,"
      "execution_s,execution_mib_s,billed_mib_s,"
      "instances_started,instances_pre_warmed,instances_evicted,instances_most,"
      "start_up_s,busy_s,idle_s,start_up_mib_s,busy_mib_s,idle_mib_s\n");
  std::vector<bool> written(result.replay.tenants.size());
  for (std::size_t i = 0; i < result.trace.functions.size(); ++i) {
    const std::uint32_t tenant = result.replay.tenant_of[i];
    const std::string instances = written[tenant] ? ",,,,,,,,,," : instance_columns(result.replay.tenants[tenant]);
    written[tenant] = true;
    file.append(call_columns(result.trace.functions[i], result.replay.functions[i]) + instances + "\n");
  }
  file.commit();
}

}  // namespace faasconf::experiments::jobs
