#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/distribution_text.hpp"
#include "experiments/config/experiment_file.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "experiments/config/yaml_writer.hpp"

namespace faasconf::experiments::config {
namespace {

std::string indented(int columns) { return std::string(static_cast<std::size_t>(columns), ' '); }

std::string seconds(const sim::Distribution& distribution) {
  return format_distribution(distribution, DistributionUnit::seconds);
}

// Names need no quotes, unless YAML reads them as nothing.
std::string name(const std::string& text) {
  const bool is_nothing = text == "null" || text == "Null" || text == "NULL";
  return is_name(text) && !is_nothing ? text : yaml_in_quotes(text);
}

// Blocks below one another, each from the column where it begins to the end of its last line.
class BlockWriter {
 public:
  explicit BlockWriter(std::string& out) : out_(out) {}

  // Behind a key in this column.
  void write_value(const sim::Block& block, int column) {
    if (std::holds_alternative<sim::Call>(block.kind)) {
      out_ += " ";
    } else {
      column += 2;
      out_ += "\n" + indented(column);
    }
    write(block, column);
  }

 private:
  void write(const sim::Block& block, int column) {
    std::visit([&](const auto& kind) { write_kind(kind, column); }, block.kind);
  }
  void write_kind(const sim::Call& call, int) {
    out_ += "{call: " + name(call.function) + ", on_failure: " + name_of(call.on_failure) + "}\n";
  }
  void write_kind(const sim::Sequence& sequence, int column) { write_list("sequence", sequence.steps, column); }
  void write_kind(const sim::Parallel& parallel, int column) { write_list("parallel", parallel.branches, column); }
  void write_kind(const sim::Choice& choice, int column) {
    out_ += "choice:\n";
    for (std::size_t i = 0; i < choice.options.size(); ++i) {
      out_ += indented(column + 2) + "- probability: " + format_number(choice.probabilities[i]) + "\n";
      out_ += indented(column + 4) + "do:";
      write_value(choice.options[i], column + 4);
    }
  }
  void write_kind(const sim::FanOut& fan_out, int column) {
    out_ += "fan_out:\n";
    out_ += indented(column + 2) + "width: " + format_distribution(fan_out.width, DistributionUnit::number) + "\n";
    out_ += indented(column + 2) + "do:";
    write_value(fan_out.body.front(), column + 2);
  }
  void write_list(std::string_view kind, const std::vector<sim::Block>& blocks, int column) {
    out_ += std::string(kind) + ":\n";
    for (const sim::Block& block : blocks) {
      out_ += indented(column + 2) + "- ";
      write(block, column + 4);
    }
  }

  std::string& out_;
};

std::string ranges_text(const sim::KnobRanges& ranges) {
  return "{cpu: [" + sim::format(ranges.cpu_min) + ", " + sim::format(ranges.cpu_max) + "], memory: [" +
         sim::format(ranges.memory_min) + ", " + sim::format(ranges.memory_max) + "], replicas: [" +
         std::to_string(ranges.replicas_min) + ", " + std::to_string(ranges.replicas_max) + "], concurrency: [" +
         std::to_string(ranges.concurrency_min) + ", " + std::to_string(ranges.concurrency_max) + "]}";
}

std::string bytes_text(double bytes) { return sim::format(sim::Mebibytes{bytes / 0x1p20}); }

std::string requests_text(const sim::FunctionSpec& function) {
  std::string text;
  if (function.cpu_request) text += "cpu: " + sim::format(*function.cpu_request);
  if (function.memory_request) {
    text += (text.empty() ? "memory: " : ", memory: ") + sim::format(*function.memory_request);
  }
  return "{" + text + "}";
}

std::string queue_worker_text(const sim::QueueWorkerSpec& worker) {
  return "{workers: " + std::to_string(worker.workers) + ", max_inflight: " + std::to_string(worker.max_inflight) +
         ", retry: {attempts: " + std::to_string(worker.attempts) + ", back_off: " + sim::format(worker.back_off) +
         ", factor: " + format_number(worker.factor) + ", max_back_off: " + sim::format(worker.max_back_off) +
         ", after: " + name_of(worker.retry_on) + "}}";
}

std::string start_up_text(const sim::FunctionSpec& function) {
  const bool is_time = function.start_work == sim::Distribution() && function.ready == sim::Readiness::after_work;
  if (is_time) return seconds(function.start_up);
  return "{platform: " + seconds(function.start_up) + ", work: " + seconds(function.start_work) +
         ", ready: " + name_of(function.ready) + "}";
}

void write_function(std::string& out, const sim::FunctionSpec& function) {
  out += "    " + name(function.name) + ":\n";
  const auto entry = [&out](std::string_view key, const std::string& value) {
    out += "      " + std::string(key) + ": " + value + "\n";
  };
  entry("serial", seconds(function.serial_work));
  entry("parallel",
        "{work: " + seconds(function.parallel_work) + ", threads: " + format_number(function.max_threads) + "}");
  entry("off_cpu", seconds(function.off_cpu));
  entry("memory", "{process: " + format_distribution(function.process_memory, DistributionUnit::mebibytes) +
                      ", parallel: " + format_distribution(function.parallel_memory, DistributionUnit::mebibytes) +
                      ", instance: " + sim::format(function.instance_memory) + "}");
  entry("payload",
        "{request: " + bytes_text(function.request_bytes) + ", response: " + bytes_text(function.response_bytes) + "}");
  if (function.hop) entry("hop", seconds(*function.hop));
  entry("failure_probability", format_number(function.failure_probability));
  entry("failed_input_work_share", format_number(function.failed_input_work_share));
  entry("overflow", name_of(function.overflow));
  entry("rejection_work", seconds(function.rejection_work));
  if (function.queue_capacity) entry("queue_capacity", std::to_string(*function.queue_capacity));
  if (function.queue_worker) entry("queue_worker", queue_worker_text(*function.queue_worker));
  entry("start_up", start_up_text(function));
  if (function.drain) entry("drain", seconds(*function.drain));
  if (function.on_end != sim::OnEnd::drain) entry("on_end", name_of(function.on_end));
  if (function.keep_alive) entry("keep_alive", sim::format(*function.keep_alive));
  entry("oom_kills", name_of(function.oom_kills));
  entry("time_to_failure", seconds(function.time_to_failure));
  if (function.cpu_request || function.memory_request) entry("requests", requests_text(function));
  if (function.fixed) {
    entry("fixed", format_knobs(*function.fixed));
  } else {
    entry("ranges", ranges_text(function.ranges));
  }
  if (!function.calls) return;
  out += "      calls:";
  BlockWriter(out).write_value(*function.calls, 6);
}

std::string cfs_text(const sim::CpuSharingSpec& sharing) {
  return ", mode: cfs, period: " + sim::format(sharing.period) + ", cores: " + format_number(sharing.cores) +
         ", run_slice: " + sim::format(sharing.run_slice) +
         (sharing.turn_order == sim::TurnOrder::random ? ", turn_order: random" : "") +
         ", cgroup_levels: " + std::to_string(sharing.cgroup_levels) +
         (sharing.spare_quota > 0 ? ", spare_quota: " + format_number(sharing.spare_quota) : "") +
         (sharing.slice_expiry ? ", slice_expiry: true, bandwidth_slice: " + sim::format(sharing.bandwidth_slice) : "");
}

// What was set of the platform's doing, in lines of their own.
std::string platform_text(const sim::ClusterSpec& cluster) {
  std::string text;
  const auto add = [&text](std::string_view key, sim::Duration span) {
    if (span > sim::Duration::zero()) text += "    " + std::string(key) + ": " + sim::format(span) + "\n";
  };
  add("relist", cluster.relist);
  add("settle", cluster.settle);
  add("start_work", sim::from_seconds(cluster.start_work_s));
  add("end_work", sim::from_seconds(cluster.end_work_s));
  return text;
}

// Without nodes and platform there is no cluster.
void write_cluster(std::string& out, const sim::ClusterSpec& cluster) {
  const std::string platform = platform_text(cluster);
  if (cluster.nodes.empty() && platform.empty()) return;
  out += "  cluster:\n" + platform;
  if (cluster.nodes.empty()) return;
  out += "    placement: " + name_of(cluster.placement) + (cluster.evict_idle ? "\n    evict_idle: true" : "") +
         "\n    nodes:\n";
  for (const sim::NodeSpec& node : cluster.nodes) {
    out += "      - {count: " + std::to_string(node.count) + ", cores: " + format_number(node.cores) +
           ", memory: " + sim::format(node.memory) + ", time_to_failure: " + seconds(node.time_to_failure) +
           ", repair: " + seconds(node.repair) + "}\n";
  }
}

std::string fluid_text(const sim::CpuSharingSpec& sharing) {
  return ", quota_exponent: " + format_number(sharing.quota_exponent) +
         (sharing.share_exponent != 1 ? ", share_exponent: " + format_number(sharing.share_exponent) : "");
}

void write_workflow(std::string& out, const sim::WorkflowSpec& workflow) {
  out += "workflow:\n  name: " + name(workflow.name) + "\n";
  const bool has_latency = workflow.qos.latency != sim::kForever;
  out += "  qos: {" + (has_latency ? "latency: " + sim::format(workflow.qos.latency) + ", " : "") +
         "successes: " + format_number(workflow.qos.successes) + "}\n";
  out += "  promise: " + promise_to_yaml(workflow.promise) + "\n";
  out += "  gateway: {routing: " + name_of(workflow.gateway.routing) + ", hop: " + seconds(workflow.gateway.hop) +
         (workflow.gateway.timeout ? ", timeout: " + sim::format(*workflow.gateway.timeout) : "") + "}\n";
  const sim::CpuSharingSpec& sharing = workflow.cpu_sharing;
  out += "  cpu_sharing: {contention: " + format_number(sharing.contention) +
         ", speed_spread: " + format_number(sharing.speed_spread) +
         (sharing.mode == sim::CpuSharing::cfs ? cfs_text(sharing) : fluid_text(sharing)) + "}\n";
  write_cluster(out, workflow.cluster);
  out += "  rollout: " + name_of(workflow.rollout) + "\n";
  out += "  prices: {price_per_millicore: " + format_number(workflow.prices.price_per_millicore) +
         ", price_per_mebibyte: " + format_number(workflow.prices.price_per_mebibyte) +
         ", usd_per_vcpu_hour: " + format_number(workflow.prices.usd_per_vcpu_hour) +
         ", usd_per_gib_hour: " + format_number(workflow.prices.usd_per_gib_hour) +
         (workflow.prices.platform_cpu ? ", platform_cpu: true" : "") + "}\n";
  out += "  functions:\n";
  for (const sim::FunctionSpec& function : workflow.functions) write_function(out, function);
  out += "  entry:";
  BlockWriter(out).write_value(workflow.entry, 2);
}

std::string source_text(const sim::ClosedLoop& loop) {
  return "  closed_loop: {users: " + std::to_string(loop.users) + ", think_time: " + seconds(loop.think_time) +
         ", spawn_rate: " + (loop.spawn_rate_per_s == 0 ? "at_once" : format_number(loop.spawn_rate_per_s) + "/s") +
         ", back_off: " + seconds(loop.back_off) + "}\n";
}

std::string process_text(const sim::PoissonArrivals&) { return "poisson"; }
std::string process_text(const sim::DeterministicArrivals&) { return "deterministic"; }
std::string process_text(const sim::GammaArrivals& process) { return "gamma, cv: " + format_number(process.cv); }
std::string process_text(const sim::MmppArrivals& process) {
  std::string states;
  for (std::size_t i = 0; i < process.relative_rates.size(); ++i) {
    states += (i == 0 ? "{relative_rate: " : ", {relative_rate: ") + format_number(process.relative_rates[i]) +
              ", mean_stay: " + format_seconds(process.mean_stay_s[i]) + "}";
  }
  return "mmpp, states: [" + states + "]";
}

std::string source_text(const sim::OpenLoop& loop) {
  const std::string process = std::visit([](const auto& one) { return process_text(one); }, loop.process);
  return "  open_loop: {rate: " + format_number(loop.rate_per_s) + "/s, law: " + process + "}\n";
}

std::string source_text(const sim::ArrivalList& list) {
  if (list.times.empty()) return "  arrivals: []\n";
  std::string text = "  arrivals:\n";
  for (const sim::Time time : list.times) text += "    - " + sim::format(time.time_since_epoch()) + "\n";
  return text;
}

void write_workload(std::string& out, const sim::ScenarioSpec& scenario) {
  out += "workload:\n";
  out += std::visit([](const auto& source) { return source_text(source); }, scenario.workload.source);
  if (const auto& profile = scenario.workload.profile) {
    const bool rates = std::holds_alternative<sim::OpenLoop>(scenario.workload.source);
    out += "  profile:\n    origin: " + yaml_in_quotes(profile->origin) + "\n    steps:\n";
    for (const sim::Profile::Step& step : profile->steps) {
      out += "      " + sim::format(step.start.time_since_epoch()) + ": " + format_number(step.level) +
             (rates ? "/s" : "") + "\n";
    }
  }
  if (const auto& retry = scenario.workload.retry) {
    out += "  retry: {attempts: " + std::to_string(retry->attempts) + ", back_off: " + seconds(retry->back_off) +
           ", factor: " + format_number(retry->factor) + "}\n";
  }
  out += "  window: " + sim::format(scenario.window) + "\n";
}

void write_loads(std::string& out, const Experiment& experiment) {
  std::string list;
  for (const int users : experiment.loads.users) list += (list.empty() ? "" : ", ") + std::to_string(users);
  for (const double rate : experiment.loads.rates_per_s) {
    list += (list.empty() ? "" : ", ") + format_number(rate) + "/s";
  }
  if (!list.empty())
    out += "loads: {" + std::string(experiment.loads.users.empty() ? "rates" : "users") + ": [" + list + "]}\n";
  out += "load_knowledge: " + std::string(experiment.causal ? "causal" : "any") + "\n";
}

void write_policy(std::string& out, const PolicySpec& policy) {
  std::string entries;
  const auto add = [&entries](const std::string& key, const std::string& value) {
    entries += (entries.empty() ? "" : ", ") + key + ": " + value;
  };
  if (!policy.configuration.empty()) add("configuration", yaml_in_quotes(policy.configuration));
  for (const auto& [parameter, value] : all_parameters(policy)) add(parameter, value);
  const std::string kind = kind_of(policy);
  out += "  - " + (entries.empty() ? kind : "{" + kind + ": {" + entries + "}}") + "\n";
}

}  // namespace

std::string format_knobs(const sim::FunctionConfiguration& knobs) {
  const std::string concurrency = knobs.concurrency == 0 ? "unlimited" : std::to_string(knobs.concurrency);
  return "{cpu: " + sim::format(knobs.cpu) + ", memory: " + sim::format(knobs.memory) +
         ", replicas: " + std::to_string(knobs.replicas) + ", concurrency: " + concurrency + "}";
}

std::string configuration_to_yaml(const sim::Configuration& configuration, const sim::WorkflowSpec& workflow,
                                  int column) {
  std::string functions;
  for (std::size_t i = 0; i < workflow.functions.size(); ++i) {
    if (workflow.functions[i].fixed) continue;
    functions += indented(column + 2) + name(workflow.functions[i].name) + ": " +
                 format_knobs(configuration.functions[i]) + "\n";
  }
  return indented(column) + "functions:" + (functions.empty() ? " {}\n" : "\n" + functions);
}

std::string to_yaml(const Experiment& experiment) {
  const sim::ScenarioSpec& scenario = experiment.scenario;
  std::string out;
  write_workflow(out, scenario.workflow);
  write_workload(out, scenario);
  write_loads(out, experiment);
  out += "attribution: " + name_of(scenario.attribution) + "\n";
  out += "instances: " + std::string(scenario.redeploy ? "fresh" : "kept") + "\n";
  out += "promise_mismatch: " + std::string(experiment.any_promise ? "allow" : "refuse") + "\n";
  if (experiment.duration) out += "duration: " + sim::format(*experiment.duration) + "\n";
  if (experiment.replications) out += "replications: " + std::to_string(*experiment.replications) + "\n";
  if (experiment.seed) out += "seed: " + std::to_string(*experiment.seed) + "\n";
  out += "configurations:\n";
  for (const NamedConfiguration& configuration : experiment.configurations) {
    out += "  " + name(configuration.name) + ":\n" +
           configuration_to_yaml(configuration.configuration, scenario.workflow, 4);
  }
  out += "policies:\n";
  for (const PolicySpec& policy : experiment.policies) write_policy(out, policy);
  return out;
}

}  // namespace faasconf::experiments::config
