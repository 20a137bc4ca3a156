#include "experiments/jobs/replay_record.hpp"

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

}  // namespace

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
