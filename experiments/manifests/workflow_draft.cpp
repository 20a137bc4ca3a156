#include "experiments/manifests/workflow_draft.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::manifests {

namespace {

using config::YamlNode;
using Entries = std::vector<std::pair<std::string, YamlNode>>;

constexpr sim::Millicores kGuessedCpu{1000};
constexpr sim::Mebibytes kGuessedMemory{256};
constexpr sim::Millicores kLeastCpu{50};
constexpr int kMostReplicas = 20;
constexpr int kMostConcurrency = 20;

YamlNode scalar(const std::string& text) { return config::yaml_scalar(text); }
YamlNode number(int value) { return config::yaml_scalar(std::to_string(value)); }

// A name of letters, digits, - and _ stands in a regular expression as it is.
std::string cpu_query(const DeployedFunction& function) {
  const std::string cpu = "sum(rate(container_cpu_usage_seconds_total{pod=~\"" + function.name + "-.*\"}[5m]))";
  switch (function.platform) {
    case Platform::openfaas:
      return cpu + " / sum(rate(gateway_function_invocation_total{function_name=~\"" + function.name +
             "([.].*)?\"}[5m]))";
    case Platform::knative:
      return cpu + " / sum(rate(revision_app_request_count{service_name=\"" + function.name + "\"}[5m]))";
    case Platform::kubernetes:
      break;
  }
  return cpu + " over calls per second; or hey -n 200 -c 1 URL: the mean latency less what it waits for others";
}

std::string memory_query(const DeployedFunction& function) {
  return "max_over_time(container_memory_working_set_bytes{pod=~\"" + function.name + "-.*\"}[1h])";
}

// Collects the entries of a file and the comments behind them.
class Drafting {
 public:
  Drafting(const Deployed& deployed, const DraftOptions& options) : deployed_(deployed), options_(options) {}

  Draft draft() {
    const YamlNode root = config::yaml_map({{"workflow", workflow()},
                                            {"workload", workload()},
                                            {"configurations", config::yaml_map({{"deployed", configuration()}})},
                                            {"policies", policies()},
                                            {"duration", scalar("1h")},
                                            {"replications", number(5)}});
    return {.text = head() + config::write_yaml(root, comments_), .estimates = estimates_};
  }

 private:
  std::string head() const {
    std::string text =
        "# What is deployed, as a first experiment. Lines marked ESTIMATE say what no manifest says: measure them,\n"
        "# and write what you find.\n";
    for (const std::string& one : deployed_.left_out) text += "# left out: " + one + "\n";
    for (const std::string& one : notes()) text += "# note: " + one + "\n";
    return text;
  }

  // Where what is simulated is not what is deployed.
  std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    if (distinct_autoscalers().size() > 1) {
      notes.push_back("the functions have different autoscalers; here each policy acts on all of them");
    }
    for (const DeployedFunction& function : deployed_.functions) {
      const bool is_hpa = function.autoscaler && function.platform == Platform::kubernetes;
      if (is_hpa && !function.cpu_limit && !function.cpu_request) {
        notes.push_back("the autoscaler of " + function.name +
                        " finds no CPU request and does nothing; here it goes by the estimated limit");
      }
      if (function.replicas.value_or(0) > replicas_of(function)) {
        notes.push_back("the autoscaler of " + function.name + " allows fewer replicas than are deployed");
      }
    }
    return notes;
  }

  void estimate(const std::string& path, const std::string& comment) {
    ++estimates_;
    comments_[path] = "ESTIMATE: " + comment;
  }

  YamlNode workflow() {
    Entries functions;
    for (const DeployedFunction& function : deployed_.functions) functions.emplace_back(function.name, one(function));
    estimate("workflow.promise", "what do you promise?");
    estimate("workflow.gateway.hop",
             "the way of a call to its instance; hey -n 200 -c 1 URL of a function that does nothing");
    return config::yaml_map({{"name", scalar(options_.name)},
                             {"promise", scalar("served_share>=99%, deadline=5s")},
                             {"gateway", config::yaml_map({{"routing", scalar("random")}, {"hop", scalar("2ms")}})},
                             {"functions", config::yaml_map(std::move(functions))},
                             {"entry", entry()}});
  }

  YamlNode one(const DeployedFunction& function) {
    const std::string path = "workflow.functions." + function.name;
    estimate(path + ".serial.mean", "CPU time of a call; " + cpu_query(function));
    estimate(path + ".off_cpu", "time that a call waits for others: databases, other services");
    estimate(path + ".memory.instance", "held by an idle instance; " + memory_query(function));
    estimate(path + ".start_up", "from created to ready; kubectl get pods -w");
    const double instance = std::floor(memory_of(function).value / 4);
    Entries entries{{"serial", config::yaml_map({{"law", scalar("exponential")}, {"mean", scalar("50ms")}})},
                    {"off_cpu", scalar("0s")},
                    {"memory", config::yaml_map({{"process", scalar("0Mi")},
                                                 {"instance", scalar(sim::format(sim::Mebibytes{instance}))}})},
                    {"overflow", scalar(overflow_of(function))},
                    {"start_up", scalar("2s")}};
    if (const YamlNode requests = requests_of(function); !requests.entries.empty())
      entries.emplace_back("requests", requests);
    entries.emplace_back("ranges", ranges(function));
    return config::yaml_map(std::move(entries));
  }

  // OpenFaaS's watchdog answers 429 beyond max_inflight; Knative's queue-proxy lets calls wait.
  static std::string overflow_of(const DeployedFunction& function) {
    if (function.concurrency == 0) return "none";
    return function.platform == Platform::openfaas ? "reject" : "queue";
  }

  static YamlNode requests_of(const DeployedFunction& function) {
    Entries requests;
    if (function.cpu_request) requests.emplace_back("cpu", scalar(sim::format(*function.cpu_request)));
    if (function.memory_request) requests.emplace_back("memory", scalar(sim::format(*function.memory_request)));
    return config::yaml_map(std::move(requests));
  }

  static sim::Millicores cpu_of(const DeployedFunction& function) { return function.cpu_limit.value_or(kGuessedCpu); }
  static sim::Mebibytes memory_of(const DeployedFunction& function) {
    return function.memory_limit.value_or(function.memory_request.value_or(kGuessedMemory));
  }
  static int replicas_of(const DeployedFunction& function) {
    const int replicas = std::max(1, function.replicas.value_or(function.replicas_min.value_or(1)));
    return function.replicas_max ? std::min(replicas, *function.replicas_max) : replicas;  // as its autoscaler will
  }

  // Policies act on all functions whose ranges let them: one without an autoscaler beside others keeps its replicas.
  std::pair<int, int> replicas_range(const DeployedFunction& function) const {
    const bool others_scale = std::ranges::any_of(
        deployed_.functions, [](const DeployedFunction& one) { return one.autoscaler.has_value(); });
    if (others_scale && !function.autoscaler) return {replicas_of(function), replicas_of(function)};
    const int most = std::max(function.replicas_max.value_or(kMostReplicas), replicas_of(function));
    return {function.replicas_min.value_or(1), most};
  }

  // Where a search may look: around what is deployed.
  YamlNode ranges(const DeployedFunction& function) const {
    const double cpu = cpu_of(function).value;
    const double memory = memory_of(function).value;
    const auto [least, most] = replicas_range(function);
    const auto millicores = [](double value) { return scalar(sim::format(sim::Millicores{value})); };
    const auto mebibytes = [](double value) { return scalar(sim::format(sim::Mebibytes{value})); };
    return config::yaml_map(
        {{"cpu", config::yaml_list({millicores(std::min(cpu, std::max(kLeastCpu.value, std::floor(cpu / 4)))),
                                    millicores(std::max(kLeastCpu.value, std::ceil(4 * cpu)))})},
         {"memory", config::yaml_list({mebibytes(std::min(memory, std::max(1.0, std::floor(memory / 2)))),
                                       mebibytes(std::ceil(4 * memory))})},
         {"replicas", config::yaml_list({number(least), number(most)})},
         {"concurrency",
          config::yaml_list({number(1), number(std::max(kMostConcurrency, 2 * function.concurrency))})}});
  }

  YamlNode entry() {
    const auto& functions = deployed_.functions;
    if (!options_.entry.empty()) {
      if (std::ranges::count(functions, options_.entry, &DeployedFunction::name) == 0) {
        std::vector<std::string_view> names;
        for (const DeployedFunction& function : functions) names.push_back(function.name);
        throw sim::Error("--entry: expected one of " + config::join(names) + ", got " + config::shown(options_.entry));
      }
      return scalar(options_.entry);
    }
    if (functions.size() == 1) return scalar(functions.front().name);
    return any_of_them();
  }

  // Each as often as the others; the last one takes what rounding leaves.
  YamlNode any_of_them() {
    const std::size_t count = deployed_.functions.size();
    const double share = std::floor(1e6 / static_cast<double>(count)) / 1e6;
    std::vector<YamlNode> options;
    for (std::size_t i = 0; i < count; ++i) {
      const double probability = i + 1 < count ? share : 1 - share * static_cast<double>(count - 1);
      options.push_back(config::yaml_map(
          {{"probability", scalar(config::format_number(probability))}, {"do", scalar(deployed_.functions[i].name)}}));
      estimate("workflow.entry.choice." + std::to_string(i) + ".probability", "its share of the requests");
    }
    return config::yaml_map({{"choice", config::yaml_list(std::move(options))}});
  }

  YamlNode workload() {
    estimate("workload.open_loop.rate", "requests per second; sum(rate(" + requests_metric() + "[5m]))");
    return config::yaml_map({{"open_loop", config::yaml_map({{"rate", scalar("1/s")}})}, {"window", scalar("30s")}});
  }
  std::string requests_metric() const {
    const Platform platform = deployed_.functions.front().platform;
    return platform == Platform::openfaas  ? "gateway_function_invocation_total"
           : platform == Platform::knative ? "revision_app_request_count"
                                           : "your ingress's count of requests";
  }

  YamlNode configuration() {
    Entries functions;
    for (const DeployedFunction& function : deployed_.functions) {
      const std::string path = "configurations.deployed.functions." + function.name;
      if (!function.cpu_limit) estimate(path + ".cpu", "no limit in the manifest: an instance takes what its node has");
      if (!function.memory_limit) estimate(path + ".memory", "no limit in the manifest");
      functions.emplace_back(function.name,
                             config::yaml_map({{"cpu", scalar(sim::format(cpu_of(function)))},
                                               {"memory", scalar(sim::format(memory_of(function)))},
                                               {"replicas", number(replicas_of(function))},
                                               {"concurrency", function.concurrency > 0 ? number(function.concurrency)
                                                                                        : scalar("unlimited")}}));
    }
    return config::yaml_map({{"functions", config::yaml_map(std::move(functions))}});
  }

  // By their text.
  std::map<std::string, YamlNode> distinct_autoscalers() const {
    std::map<std::string, YamlNode> distinct;
    for (const DeployedFunction& function : deployed_.functions) {
      if (!function.autoscaler) continue;
      distinct.emplace(config::write_yaml(config::yaml_list({*function.autoscaler})), *function.autoscaler);
    }
    return distinct;
  }

  YamlNode policies() const {
    std::vector<YamlNode> all{scalar("fixed")};
    for (const auto& [text, policy] : distinct_autoscalers()) all.push_back(policy);
    return config::yaml_list(std::move(all));
  }

  const Deployed& deployed_;
  const DraftOptions& options_;
  std::map<std::string, std::string> comments_;
  std::size_t estimates_ = 0;
};

}  // namespace

Draft draft_workflow(const Deployed& deployed, const DraftOptions& options) {
  return Drafting(deployed, options).draft();
}

}  // namespace faasconf::experiments::manifests
