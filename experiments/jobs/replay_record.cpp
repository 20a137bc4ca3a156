#include "experiments/jobs/replay_record.hpp"

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/words.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::jobs {
namespace {

using config::YamlNode;

YamlNode text(std::string_view value) { return config::yaml_scalar(std::string(value)); }
YamlNode number(double value) { return text(config::format_number(value)); }
YamlNode whole(std::int64_t value) { return text(std::to_string(value)); }
YamlNode flag(bool value) { return text(value ? "true" : "false"); }
YamlNode distribution_node(const sim::Distribution& seconds) {
  return text(config::format_distribution(seconds, config::DistributionUnit::seconds));
}

YamlNode policy_of(const traces::FixedKeepAlive& policy) {
  return config::yaml_map({{"name", text("fixed")}, {"keep_alive", text(sim::format(policy.keep_alive))}});
}

YamlNode policy_of(const traces::HybridHistogram& policy) {
  return config::yaml_map({{"name", text("hybrid")},
                           {"head_percent", whole(policy.head_percent)},
                           {"tail_percent", whole(policy.tail_percent)},
                           {"margin_percent", whole(policy.margin_percent)},
                           {"least_cv", number(policy.least_cv)},
                           {"most_beyond_percent", whole(policy.most_beyond_percent)},
                           {"forecast_margin_percent", whole(policy.forecast_margin_percent)}});
}

YamlNode model_of(const traces::ModelRequest& model) {
  return config::yaml_map({{"durations", text(name_of(model.durations))},
                           {"start_up", distribution_node(model.start_up_s)},
                           {"duration", text(config::format_seconds(model.duration_s))},
                           {"app_memory", text(sim::format(model.app_memory))}});
}

YamlNode arrivals_of(const traces::ArrivalRequest& arrivals) {
  return config::yaml_map({{"pattern", text(name_of(arrivals.pattern))},
                           {"gamma_cv", number(arrivals.gamma_cv)},
                           {"timers_are_periodic", flag(arrivals.timers_are_periodic)},
                           {"first_minute", whole(arrivals.first_minute)}});
}

YamlNode node_of(const sim::NodeSpec& node) {
  return config::yaml_map({{"count", whole(node.count)},
                           {"cores", number(node.cores)},
                           {"memory", text(sim::format(node.memory))},
                           {"time_to_failure", distribution_node(node.time_to_failure)},
                           {"repair", distribution_node(node.repair)}});
}

YamlNode cluster_of(const traces::ClusterRequest& request) {
  std::vector<YamlNode> nodes;
  for (const sim::NodeSpec& node : request.cluster.nodes) nodes.push_back(node_of(node));
  return config::yaml_map({{"nodes", config::yaml_list(std::move(nodes))},
                           {"placement", text(config::name_of(request.cluster.placement))},
                           {"evict_idle", flag(request.cluster.evict_idle)},
                           {"clusters", whole(request.clusters)},
                           {"cpu", text(sim::format(request.cpu))},
                           {"cpu_request", text(sim::format(request.cpu_request))},
                           {"cpu_share", number(request.cpu_share)}});
}

YamlNode billing_of(const traces::Metering& metering, const traces::ReplayPrices& prices) {
  return config::yaml_map({{"least", text(sim::format(metering.least))},
                           {"step", text(sim::format(metering.step))},
                           {"memory_step", text(sim::format(metering.memory_step))},
                           {"per_gib_s", number(prices.per_gib_s)},
                           {"per_million_calls", number(prices.per_million_calls)},
                           {"free_gib_s", number(prices.free_gib_s)},
                           {"free_calls", number(prices.free_calls)}});
}

std::string described(const traces::FixedKeepAlive& policy, const std::string& instances) {
  return "policy fixed" + instances + ", keep-alive " + sim::format(policy.keep_alive);
}

std::string described(const traces::HybridHistogram&, const std::string& instances) {
  return "policy hybrid" + instances;
}

std::string described(const sim::Distribution& seconds) {
  const auto* const always = std::get_if<sim::Deterministic>(&seconds.family());
  return always != nullptr ? config::format_seconds(always->value)
                           : config::format_distribution(seconds, config::DistributionUnit::seconds);
}

// "32Gi", and sizes in MB as they are given: "140M".
std::string described(sim::Mebibytes memory) {
  const auto is_whole = [](double value) { return std::abs(value - std::round(value)) < 1e-9; };
  const double megabytes = memory.value * 1.048576;
  if (memory.value >= 1024 && is_whole(memory.value / 1024)) return config::format_number(memory.value / 1024) + "Gi";
  if (is_whole(memory.value) || !is_whole(megabytes)) return sim::format(memory);
  return config::format_number(std::round(megabytes)) + "M";
}

std::string described(const traces::ModelRequest& model) {
  return ", start-up " + described(model.start_up_s) + ", durations " + std::string(name_of(model.durations)) +
         ", duration " + config::format_seconds(model.duration_s) + ", app-memory " + described(model.app_memory);
}

std::string described(const traces::Metering& metering) {
  if (metering == traces::kAzureMetering) return ", billing azure";
  if (metering.is_exact()) return ", billing exact";
  return ", billing at least " + sim::format(metering.least) + " in steps of " + sim::format(metering.step);
}

std::string described(const traces::ClusterRequest& request) {
  std::string text = ", clusters " + std::to_string(request.clusters);
  for (const sim::NodeSpec& node : request.cluster.nodes) {
    text += ", nodes " + std::to_string(node.count) + ", node-cores " + config::format_number(node.cores) +
            ", node-memory " + described(node.memory);
  }
  return text + ", placement " + std::string(config::name_of(request.cluster.placement)) +
         (request.cluster.evict_idle ? ", evict-idle" : "") + ", cpu " + sim::format(request.cpu) + ", cpu-request " +
         sim::format(request.cpu_request) + ", cpu-share " + config::format_number(request.cpu_share);
}

}  // namespace

std::string described(const TraceReplayJob& job) {
  const std::string instances = ", instances of " + std::string(name_of(job.replay.tenancy)) + "s";
  return std::visit([&](const auto& policy) { return described(policy, instances); }, job.replay.policy) +
         ", concurrency " + std::to_string(job.replay.concurrency) + described(job.model) + ", arrivals " +
         std::string(name_of(job.replay.arrivals.pattern)) + ", seed " + std::to_string(job.replay.arrivals.seed) +
         described(job.replay.metering) + (job.cluster ? described(*job.cluster) : "");
}

results::Record record_of(const TraceReplayJob& job, std::vector<config::InputFile> inputs) {
  JobOptions options;
  options.emplace_back("policy", std::visit([](const auto& policy) { return policy_of(policy); }, job.replay.policy));
  options.emplace_back("instances", text(name_of(job.replay.tenancy)));
  options.emplace_back("concurrency", whole(job.replay.concurrency));
  options.emplace_back("model", model_of(job.model));
  options.emplace_back("arrivals", arrivals_of(job.replay.arrivals));
  options.emplace_back("cluster", job.cluster ? cluster_of(*job.cluster) : text("none"));
  options.emplace_back("billing", billing_of(job.replay.metering, job.prices));
  for (auto& option : reading_options(job.trace)) options.push_back(std::move(option));
  return {.format = {"faasconf-replay", 1},
          .job = {.verb = "trace replay", .options = std::move(options)},
          .seed = job.replay.arrivals.seed,
          .inputs = std::move(inputs)};
}

}  // namespace faasconf::experiments::jobs
