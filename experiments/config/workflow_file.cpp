#include "experiments/config/workflow_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/distribution_text.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/words.hpp"
#include "sim/core/error.hpp"
#include "sim/model/graph.hpp"

namespace faasconf::experiments::config {
namespace {

constexpr int kMostBlockNesting = 24;  // so that what to_yaml writes stays within the nesting that a file may have
constexpr int kMostCallNesting = 100;
constexpr double kProbabilityTolerance = 1e-9;
constexpr std::int64_t kMostCount = 1'000'000'000;
constexpr double kMostCoresWithTurns = 1000;
constexpr std::int64_t kMostNodes = 1'000'000;

// Calls as they are written: who is called, and where it says so.
using CallSites = std::vector<YamlValue>;

double read_bytes(const YamlValue& value) { return read_memory(value).value * 0x1p20; }

// Reads blocks, and remembers their calls.
class BlockReader {
 public:
  sim::Block read(const YamlValue& value, int nesting = 0) {
    if (nesting > kMostBlockNesting) value.fail("expected at most 24 blocks within one another, got more");
    if (value.is_scalar()) return {sim::Call{.function = call(value)}};
    if (value.is_list()) return {sim::Sequence{blocks(value, nesting)}};

    constexpr std::string_view expected = "one of call, sequence, parallel, choice, fan_out";
    if (!value.is_map())
      value.refuse("the name of a function, a list of steps, or a map with " + std::string(expected));
    if (value.node().find("call") != nullptr) {
      const YamlMap map(value, section("block"), {"call", "on_failure"});
      sim::Call result{.function = call(map.require("call"))};
      if (const auto on_failure = map.get("on_failure")) {
        result.on_failure = read_word<sim::OnFailure>(*on_failure, kWords<sim::OnFailure>);
      }
      return {std::move(result)};
    }
    const YamlMap map(value, section("block"), {"call", "sequence", "parallel", "choice", "fan_out"});
    if (value.node().entries.size() != 1) {
      value.fail("expected " + std::string(expected) + ", got " + std::to_string(value.node().entries.size()) +
                 " keys");
    }
    if (const auto steps = map.get("sequence")) return {sim::Sequence{blocks(*steps, nesting)}};
    if (const auto branches = map.get("parallel")) return {sim::Parallel{blocks(*branches, nesting)}};
    if (const auto options = map.get("choice")) return {choice(*options, nesting)};
    return {fan_out(map.require("fan_out"), nesting)};
  }

  CallSites take_calls() { return std::exchange(calls_, {}); }

 private:
  std::string call(const YamlValue& value) {
    calls_.push_back(value);
    return value.text("the name of a function");
  }

  std::vector<sim::Block> blocks(const YamlValue& value, int nesting) {
    std::vector<sim::Block> result;
    for (const YamlValue& item : value.items("a list of blocks")) result.push_back(read(item, nesting + 1));
    if (result.empty()) value.fail("expected a list of at least one block, got an empty one");
    return result;
  }

  sim::Choice choice(const YamlValue& value, int nesting) {
    sim::Choice result;
    double sum = 0;
    for (const YamlValue& item : value.items("a list of options such as {probability: 0.4, do: resize}")) {
      const YamlMap option(item, section("option"));
      result.probabilities.push_back(read_probability(option.require("probability")));
      result.options.push_back(read(option.require("do"), nesting + 1));
      sum += result.probabilities.back();
    }
    if (!(std::abs(sum - 1) <= kProbabilityTolerance)) {
      value.fail("expected probabilities that sum to 1, got " + format_number(sum));
    }
    return result;
  }

  sim::FanOut fan_out(const YamlValue& value, int nesting) {
    const YamlMap map(value, section("fan_out"));
    sim::FanOut result{.width = width(map.require("width")), .body = {}};
    result.body.push_back(read(map.require("do"), nesting + 1));
    return result;
  }

  // What is drawn is rounded, what is fixed must be whole.
  static sim::Distribution width(const YamlValue& value) {
    sim::Distribution width = read_distribution(value, DistributionUnit::number);
    const double mean = width.mean();
    if (width.squared_cv() > 0 || mean == std::trunc(mean)) return width;
    value.fail("expected a whole number of branches, or a distribution, of which each draw is rounded, got " +
               format_number(mean));
  }

  CallSites calls_;
};

// Every call leads to a function, none back to its caller, and none so deep that the graph could not be built.
class CallChecker {
 public:
  CallChecker(const std::map<std::string, CallSites, std::less<>>& calls) : calls_(calls) {
    for (const auto& [name, sites] : calls) names_.push_back(name);
  }

  // How many calls nest below these.
  int nesting(const CallSites& sites) {
    int most = 0;
    for (const YamlValue& site : sites) {
      const std::string& name = site.node().scalar;
      const auto callee = calls_.find(name);
      if (callee == calls_.end()) {
        site.fail("expected a function of this workflow, got " + shown(name) + meant(name, names_));
      }
      most = std::max(most, 1 + nesting(callee->first, callee->second, site));
    }
    return most;
  }

 private:
  int nesting(const std::string& name, const CallSites& sites, const YamlValue& site) {
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
    if (const auto first = std::find(path_.begin(), path_.end(), name); first != path_.end()) {
      std::string cycle;
      for (auto it = first; it != path_.end(); ++it) cycle += *it + " -> ";
      site.fail("expected calls without a cycle, got " + cycle + name);
    }
    if (path_.size() >= kMostCallNesting) site.fail("expected at most 100 calls within one another, got more");
    path_.push_back(name);
    const int result = nesting(sites);
    path_.pop_back();
    // a chain that was measured before may continue this one
    if (static_cast<int>(path_.size()) + result > kMostCallNesting) {
      site.fail("expected at most 100 calls within one another, got more");
    }
    known_.emplace(name, result);
    return result;
  }

  const std::map<std::string, CallSites, std::less<>>& calls_;
  std::vector<std::string_view> names_;
  std::map<std::string, int> known_;
  std::vector<std::string> path_;
};

// A range such as [250m, 2000m], read by the reader of one end.
template <class Read>
auto read_range(const YamlValue& value, std::string_view expected, Read read) {
  const std::vector<YamlValue> ends = value.items(expected);
  if (ends.size() != 2)
    value.fail("expected " + std::string(expected) + ", got a list of " + std::to_string(ends.size()));
  const auto least = read(ends[0]);
  const auto most = read(ends[1]);
  if (most < least)
    value.fail("expected a range that rises, got [" + ends[0].node().scalar + ", " + ends[1].node().scalar + "]");
  return std::pair(least, most);
}

sim::KnobRanges read_ranges(const YamlValue& value, sim::KnobRanges ranges) {
  const YamlMap map(value, section("ranges"));
  if (const auto cpu = map.get("cpu")) {
    std::tie(ranges.cpu_min, ranges.cpu_max) = read_range(*cpu, "a range such as [250m, 2000m]", read_cpu);
  }
  if (const auto memory = map.get("memory")) {
    std::tie(ranges.memory_min, ranges.memory_max) =
        read_range(*memory, "a range such as [256Mi, 2048Mi]", read_memory_limit);
  }
  if (const auto replicas = map.get("replicas")) {
    const auto read = [](const YamlValue& end) { return read_replicas(end, 0); };
    std::tie(ranges.replicas_min, ranges.replicas_max) = read_range(*replicas, "a range such as [1, 8]", read);
    if (ranges.replicas_max == 0) replicas->fail("expected a range that ends above 0, got [0, 0]");
  }
  if (const auto concurrency = map.get("concurrency")) {
    const auto read = [](const YamlValue& end) { return static_cast<int>(read_count(end, 1, kMostCount)); };
    std::tie(ranges.concurrency_min, ranges.concurrency_max) =
        read_range(*concurrency, "a range such as [1, 10]", read);
  }
  return ranges;
}

void read_work(const YamlMap& map, sim::FunctionSpec& function) {
  if (const auto serial = map.get("serial"))
    function.serial_work = read_distribution(*serial, DistributionUnit::seconds);
  if (const auto parallel = map.get("parallel")) {
    const YamlMap phase(*parallel, section("parallel"));
    function.parallel_work = read_distribution(phase.require("work"), DistributionUnit::seconds);
    function.max_threads = read_number(phase.require("threads"), 1, 1e6, "a number of threads from 1 to 1000000");
  }
  if (const auto off_cpu = map.get("off_cpu"))
    function.off_cpu = read_distribution(*off_cpu, DistributionUnit::seconds);
}

void read_sizes(const YamlMap& map, sim::FunctionSpec& function) {
  if (const auto memory = map.get("memory")) {
    const YamlMap sizes(*memory, section("memory"));
    if (const auto process = sizes.get("process")) {
      function.process_memory = read_distribution(*process, DistributionUnit::mebibytes);
    }
    if (const auto parallel = sizes.get("parallel")) {
      function.parallel_memory = read_distribution(*parallel, DistributionUnit::mebibytes);
    }
    if (const auto instance = sizes.get("instance")) function.instance_memory = read_memory(*instance);
  }
  if (const auto payload = map.get("payload")) {
    const YamlMap sizes(*payload, section("payload"));
    if (const auto request = sizes.get("request")) function.request_bytes = read_bytes(*request);
    if (const auto response = sizes.get("response")) function.response_bytes = read_bytes(*response);
  }
}

sim::QueueWorkerSpec read_queue_worker(const YamlValue& value) {
  const YamlMap map(value, section("queue_worker"));
  sim::QueueWorkerSpec worker;
  if (const auto workers = map.get("workers")) worker.workers = static_cast<int>(read_count(*workers, 1, kMostCount));
  if (const auto inflight = map.get("max_inflight")) {
    worker.max_inflight = static_cast<int>(read_count(*inflight, 1, kMostCount));
  }
  const auto retry = map.get("retry");
  if (!retry) return worker;
  const YamlMap rules(*retry, section("worker retry"));
  if (const auto attempts = rules.get("attempts")) worker.attempts = static_cast<int>(read_count(*attempts, 1, 1000));
  if (const auto back_off = rules.get("back_off")) worker.back_off = read_duration(*back_off);
  if (const auto factor = rules.get("factor")) {
    worker.factor = read_number(*factor, 1, 1e6, "a number from 1 to 1000000");
  }
  if (const auto most = rules.get("max_back_off")) worker.max_back_off = read_duration(*most);
  if (const auto after = rules.get("after")) worker.retry_on = read_word<sim::RetryOn>(*after, kWords<sim::RetryOn>);
  return worker;
}

void read_refusals(const YamlMap& map, sim::FunctionSpec& function) {
  if (const auto probability = map.get("failure_probability")) {
    function.failure_probability = read_probability(*probability);
  }
  if (const auto share = map.get("failed_input_work_share")) {
    function.failed_input_work_share = read_probability(*share);
  }
  if (const auto overflow = map.get("overflow")) {
    function.overflow = read_word<sim::Overflow>(*overflow, kWords<sim::Overflow>);
  }
  const bool is_central = function.overflow == sim::Overflow::central_queue;
  if (const auto work = map.get("rejection_work")) {
    function.rejection_work = read_distribution(*work, DistributionUnit::seconds);
    if (is_central && !function.rejection_work.is_zero()) {
      work->fail("expected no overflow: central_queue beside it, which refuses calls before they reach an instance");
    }
  }
  if (const auto capacity = map.get("queue_capacity")) {
    if (function.overflow != sim::Overflow::queue && !is_central) {
      capacity->fail("expected overflow: queue or central_queue beside it");
    }
    function.queue_capacity = static_cast<int>(read_count(*capacity, 0, kMostCount));
  }
  if (const auto worker = map.get("queue_worker")) {
    if (is_central) worker->fail("expected another overflow than central_queue beside it: calls wait for the workers");
    function.queue_worker = read_queue_worker(*worker);
  }
}

// A time, or the platform's time and the function's own work.
void read_start_up(const YamlValue& value, sim::FunctionSpec& function) {
  if (!value.is_map() || value.node().find("law") != nullptr) {
    function.start_up = read_distribution(value, DistributionUnit::seconds);
    return;
  }
  const YamlMap map(value, section("start_up"));
  if (const auto platform = map.get("platform")) {
    function.start_up = read_distribution(*platform, DistributionUnit::seconds);
  }
  if (const auto work = map.get("work")) function.start_work = read_distribution(*work, DistributionUnit::seconds);
  if (const auto ready = map.get("ready")) {
    function.ready = read_word<sim::Readiness>(*ready, kWords<sim::Readiness>);
  }
}

// The end of its instances; those on demand are gone when they are idle.
void read_end(const YamlMap& map, const std::optional<sim::Distribution>& common_drain, sim::FunctionSpec& function) {
  const auto get = [&](std::string_view key) {
    const auto value = map.get(key);
    if (value && function.keep_alive) value->fail("expected no keep_alive beside it");
    return value;
  };
  if (!function.keep_alive) function.drain = common_drain;
  if (const auto drain = get("drain")) function.drain = read_distribution(*drain, DistributionUnit::seconds);
  if (const auto on_end = get("on_end")) function.on_end = read_word<sim::OnEnd>(*on_end, kWords<sim::OnEnd>);
}

// How its instances begin and take their place.
void read_instances(const YamlMap& map, sim::FunctionSpec& function) {
  if (const auto start_up = map.get("start_up")) read_start_up(*start_up, function);
  if (const auto keep_alive = map.get("keep_alive")) {
    function.keep_alive = read_duration(*keep_alive);
    if (function.ready == sim::Readiness::before_work) {
      keep_alive->fail("expected no start_up with ready: before_work beside it");
    }
  }
  if (const auto kills = map.get("oom_kills")) {
    function.oom_kills = read_word<sim::OomKills>(*kills, kWords<sim::OomKills>);
  }
  if (const auto life = map.get("time_to_failure")) {
    function.time_to_failure = read_distribution(*life, DistributionUnit::seconds);
  }
  if (const auto requests = map.get("requests")) {
    const YamlMap sizes(*requests, section("requests"));
    if (const auto cpu = sizes.get("cpu")) function.cpu_request = read_cpu(*cpu);
    if (const auto memory = sizes.get("memory")) function.memory_request = read_memory(*memory);
  }
}

// What functions have unless they say otherwise.
struct FunctionDefaults {
  sim::KnobRanges ranges;
  std::optional<sim::Distribution> drain{};
};

sim::FunctionSpec read_function(const YamlValue& value, const std::string& name, const FunctionDefaults& defaults,
                                BlockReader& blocks) {
  const YamlMap map(value, section("function"));
  sim::FunctionSpec function;
  function.name = name;
  read_work(map, function);
  read_sizes(map, function);
  if (const auto hop = map.get("hop")) function.hop = read_distribution(*hop, DistributionUnit::seconds);
  read_refusals(map, function);
  read_instances(map, function);
  read_end(map, defaults.drain, function);
  if (const auto fixed = map.get("fixed")) {
    function.fixed = read_all_knobs(*fixed);
    if (const auto own = map.get("ranges")) own->fail("expected no ranges for a function whose knobs are fixed");
  } else {
    const auto own = map.get("ranges");
    function.ranges = own ? read_ranges(*own, defaults.ranges) : defaults.ranges;
  }
  if (const auto calls = map.get("calls")) function.calls = blocks.read(*calls);
  return function;
}

sim::GatewaySpec read_gateway(const YamlValue& value) {
  const YamlMap map(value, section("gateway"));
  sim::GatewaySpec gateway;
  if (const auto routing = map.get("routing")) {
    gateway.routing = read_word<sim::Routing>(*routing, kWords<sim::Routing>);
  }
  if (const auto hop = map.get("hop")) gateway.hop = read_distribution(*hop, DistributionUnit::seconds);
  if (const auto timeout = map.get("timeout")) gateway.timeout = read_positive_duration(*timeout);
  return gateway;
}

void read_steps(const YamlMap& map, sim::CpuSharingSpec& sharing) {
  const auto get = [&](std::string_view key) {
    const auto value = map.get(key);
    if (value && sharing.mode != sim::CpuSharing::cfs) value->fail("expected mode: cfs beside it");
    return value;
  };
  if (const auto slice = get("run_slice")) {
    sharing.run_slice = read_duration(*slice);
    const bool turns = sharing.run_slice > sim::Duration::zero();
    if (turns && (sharing.cores != std::floor(sharing.cores) || sharing.cores > kMostCoresWithTurns)) {
      slice->fail("expected a whole number of cores, at most 1000, beside it, got " + format_number(sharing.cores));
    }
  }
  if (const auto order = get("turn_order")) {
    if (sharing.run_slice == sim::Duration::zero()) order->fail("expected run_slice beside it");
    sharing.turn_order = read_word<sim::TurnOrder>(*order, kWords<sim::TurnOrder>);
  }
  if (const auto levels = get("cgroup_levels")) sharing.cgroup_levels = static_cast<int>(read_count(*levels, 1, 2));
  if (const auto expiry = get("slice_expiry")) {
    sharing.slice_expiry = read_flag(*expiry);
    if (sharing.slice_expiry && sharing.run_slice == sim::Duration::zero())
      expiry->fail("expected run_slice beside it");
  }
  if (const auto spare = get("spare_quota")) {
    sharing.spare_quota = read_share(*spare, {}, "a share from 0 to 1, or a percentage such as 45%");
    if (sharing.spare_quota > 0 && sharing.run_slice == sim::Duration::zero()) {
      spare->fail("expected run_slice beside it");
    }
  }
  if (const auto slice = get("bandwidth_slice")) {
    if (!sharing.slice_expiry) slice->fail("expected slice_expiry: true beside it");
    sharing.bandwidth_slice = read_positive_duration(*slice);
  }
}

sim::CpuSharingSpec read_cpu_sharing(const YamlValue& value) {
  const YamlMap map(value, section("cpu_sharing"));
  sim::CpuSharingSpec sharing;
  if (const auto mode = map.get("mode")) {
    using enum sim::CpuSharing;
    sharing.mode = read_word<sim::CpuSharing>(*mode, {{"fluid", fluid}, {"cfs", cfs}});
  }
  const bool is_cfs = sharing.mode == sim::CpuSharing::cfs;
  if (const auto period = map.get("period")) {
    if (!is_cfs) period->fail("expected mode: cfs beside it");
    sharing.period = read_positive_duration(*period);
  }
  if (const auto cores = map.get("cores")) {
    if (!is_cfs) cores->fail("expected mode: cfs beside it");
    sharing.cores = read_number(*cores, kAboveZero, 1e6, "a number of cores above 0, at most 1000000");
  }
  read_steps(map, sharing);
  if (const auto contention = map.get("contention")) sharing.contention = read_number(*contention);
  if (const auto exponent = map.get("quota_exponent")) {
    if (is_cfs) exponent->fail("expected mode: fluid beside it");
    sharing.quota_exponent = read_number(*exponent, kAboveZero, 100, "a number above 0, at most 100");
  }
  if (const auto exponent = map.get("share_exponent")) {
    if (is_cfs) exponent->fail("expected mode: fluid beside it");
    sharing.share_exponent = read_number(*exponent, 1, 100, "a number from 1 to 100");
  }
  if (const auto spread = map.get("speed_spread")) sharing.speed_spread = read_number(*spread);
  return sharing;
}

sim::NodeSpec read_node(const YamlValue& value) {
  const YamlMap map(value, section("node"));
  sim::NodeSpec node;
  if (const auto count = map.get("count")) node.count = static_cast<int>(read_count(*count, 1, kMostNodes));
  node.cores = read_number(map.require("cores"), kAboveZero, 1e6, "a number of cores above 0, at most 1000000");
  node.memory = read_memory_limit(map.require("memory"));
  const auto life = map.get("time_to_failure");
  if (life) node.time_to_failure = read_distribution(*life, DistributionUnit::seconds);
  if (const auto repair = map.get("repair")) {
    if (!life) repair->fail("expected time_to_failure beside it");
    node.repair = read_distribution(*repair, DistributionUnit::seconds);
  }
  return node;
}

// What its platform does by itself and when; this needs no nodes.
void read_platform(const YamlMap& map, sim::ClusterSpec& cluster) {
  if (const auto relist = map.get("relist")) cluster.relist = read_duration(*relist);
  if (const auto settle = map.get("settle")) cluster.settle = read_duration(*settle);
  if (const auto work = map.get("start_work")) cluster.start_work_s = sim::to_seconds(read_duration(*work));
  if (const auto work = map.get("end_work")) cluster.end_work_s = sim::to_seconds(read_duration(*work));
}

sim::ClusterSpec read_cluster(const YamlValue& value) {
  const YamlMap map(value, section("cluster"));
  sim::ClusterSpec cluster;
  read_platform(map, cluster);
  const bool has_platform = map.get("relist") || map.get("settle") || map.get("start_work") || map.get("end_work");
  if (has_platform && !map.get("nodes") && !map.get("placement") && !map.get("evict_idle")) return cluster;
  std::int64_t count = 0;
  const YamlValue nodes = map.require("nodes");
  for (const YamlValue& item : nodes.items("a list of nodes such as {count: 8, cores: 8, memory: 32Gi}")) {
    cluster.nodes.push_back(read_node(item));
    count += cluster.nodes.back().count;
  }
  if (cluster.nodes.empty()) nodes.fail("expected at least one kind of node, got none");
  if (count > kMostNodes) nodes.fail("expected at most 1000000 nodes, got " + std::to_string(count));
  if (const auto placement = map.get("placement")) {
    cluster.placement = read_word<sim::Placement>(*placement, kWords<sim::Placement>);
  }
  if (const auto evict_idle = map.get("evict_idle")) cluster.evict_idle = read_flag(*evict_idle);
  return cluster;
}

sim::PriceSpec read_prices(const YamlValue& value) {
  const YamlMap map(value, section("prices"));
  sim::PriceSpec prices;
  if (const auto price = map.get("price_per_millicore")) prices.price_per_millicore = read_number(*price);
  if (const auto price = map.get("price_per_mebibyte")) prices.price_per_mebibyte = read_number(*price);
  if (const auto price = map.get("usd_per_vcpu_hour")) prices.usd_per_vcpu_hour = read_number(*price);
  if (const auto price = map.get("usd_per_gib_hour")) prices.usd_per_gib_hour = read_number(*price);
  if (const auto platform_cpu = map.get("platform_cpu")) prices.platform_cpu = read_flag(*platform_cpu);
  return prices;
}

}  // namespace

bool is_workflow_tree(const YamlNode& tree) {
  if (tree.kind != YamlNode::Kind::map || tree.find("workflow") != nullptr) return false;
  return tree.find("name") != nullptr || tree.find("entry") != nullptr;
}

sim::WorkflowSpec read_workflow(const YamlValue& value) {
  const YamlMap map(value, section("workflow"));
  sim::WorkflowSpec workflow;
  workflow.name = read_name(map.require("name"));
  if (const auto description = map.get("description")) description->text("a text");
  if (const auto qos = map.get("qos")) workflow.qos = read_qos(*qos);
  if (const auto gateway = map.get("gateway")) workflow.gateway = read_gateway(*gateway);
  const auto promise = map.get("promise");
  workflow.promise = promise ? read_promise(*promise, workflow.qos, patience_of(workflow)) : promise_of(workflow.qos);
  if (const auto sharing = map.get("cpu_sharing")) workflow.cpu_sharing = read_cpu_sharing(*sharing);
  if (const auto cluster = map.get("cluster")) workflow.cluster = read_cluster(*cluster);
  if (const auto rollout = map.get("rollout")) {
    workflow.rollout = read_word<sim::Rollout>(*rollout, kWords<sim::Rollout>);
  }
  if (const auto prices = map.get("prices")) workflow.prices = read_prices(*prices);
  FunctionDefaults defaults;
  if (const auto common = map.get("drain")) defaults.drain = read_distribution(*common, DistributionUnit::seconds);
  if (const auto common = map.get("ranges")) defaults.ranges = read_ranges(*common, defaults.ranges);

  // functions, in the order of the file
  BlockReader blocks;
  std::map<std::string, CallSites, std::less<>> calls;
  const YamlValue functions = map.require("functions");
  if (!functions.is_map()) functions.refuse("a map from names to functions");
  if (functions.node().entries.empty()) functions.fail("expected at least one function, got none");
  for (const YamlNode::Entry& entry : functions.node().entries) {
    const YamlNode name{YamlNode::Kind::scalar, entry.place, entry.key, {}, {}};
    const YamlValue child = functions.child(entry);
    workflow.functions.push_back(read_function(child, read_name({name, functions.path()}), defaults, blocks));
    calls.emplace(entry.key, blocks.take_calls());
  }

  // who calls whom
  const YamlValue entry = map.require("entry");
  workflow.entry = blocks.read(entry);
  CallChecker checker(calls);
  checker.nesting(blocks.take_calls());
  for (const auto& [name, sites] : calls) checker.nesting(sites);
  try {
    static_cast<void>(sim::Graph(workflow));
  } catch (const sim::Error& error) {
    entry.fail(error.what());
  }
  return workflow;
}

}  // namespace faasconf::experiments::config
