// Oracle: equality, member by member, of what was written and what reads back.

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "experiments/config/experiment_file.hpp"
#include "sim/core/random.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

// ---- equality
bool same(const sim::Block& a, const sim::Block& b);

bool same(const std::vector<sim::Block>& a, const std::vector<sim::Block>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
}
bool same(const sim::Call& a, const sim::Call& b) {
  return std::tie(a.function, a.on_failure) == std::tie(b.function, b.on_failure);
}
bool same(const sim::Sequence& a, const sim::Sequence& b) { return same(a.steps, b.steps); }
bool same(const sim::Parallel& a, const sim::Parallel& b) { return same(a.branches, b.branches); }
bool same(const sim::Choice& a, const sim::Choice& b) {
  return a.probabilities == b.probabilities && same(a.options, b.options);
}
bool same(const sim::FanOut& a, const sim::FanOut& b) { return a.width == b.width && same(a.body, b.body); }
bool same(const sim::Block& a, const sim::Block& b) {
  return std::visit(
      [](const auto& x, const auto& y) {
        if constexpr (std::is_same_v<decltype(x), decltype(y)>) return same(x, y);
        return false;
      },
      a.kind, b.kind);
}

auto members(const sim::FunctionSpec& f) {
  return std::tie(f.name, f.serial_work, f.parallel_work, f.max_threads, f.off_cpu, f.process_memory, f.parallel_memory,
                  f.instance_memory, f.request_bytes, f.response_bytes, f.hop, f.failure_probability,
                  f.failed_input_work_share, f.overflow, f.rejection_work, f.queue_capacity, f.start_up, f.start_work,
                  f.ready, f.drain, f.on_end, f.keep_alive, f.oom_kills, f.time_to_failure, f.cpu_request,
                  f.memory_request, f.fixed, f.ranges);
}
bool same(const sim::FunctionSpec& a, const sim::FunctionSpec& b) {
  return members(a) == members(b) && a.calls.has_value() == b.calls.has_value() &&
         (!a.calls || same(*a.calls, *b.calls));
}

auto members(const sim::WorkflowSpec& w) {
  return std::tie(w.name, w.qos.latency, w.qos.successes, w.gateway.routing, w.gateway.hop, w.gateway.timeout,
                  w.cpu_sharing.mode, w.cpu_sharing.period, w.cpu_sharing.cores, w.cpu_sharing.run_slice,
                  w.cpu_sharing.turn_order, w.cpu_sharing.cgroup_levels, w.cpu_sharing.slice_expiry,
                  w.cpu_sharing.bandwidth_slice, w.cpu_sharing.contention, w.cpu_sharing.quota_exponent,
                  w.cpu_sharing.share_exponent, w.cpu_sharing.spare_quota, w.cpu_sharing.speed_spread,
                  w.prices.price_per_millicore, w.prices.price_per_mebibyte, w.prices.usd_per_vcpu_hour,
                  w.prices.usd_per_gib_hour, w.prices.platform_cpu, w.cluster.placement, w.cluster.evict_idle,
                  w.cluster.relist, w.cluster.settle, w.cluster.start_work_s, w.cluster.end_work_s, w.rollout);
}
bool same(const sim::NodeSpec& a, const sim::NodeSpec& b) {
  return std::tie(a.count, a.cores, a.memory, a.time_to_failure, a.repair) ==
         std::tie(b.count, b.cores, b.memory, b.time_to_failure, b.repair);
}
bool same(const sim::WorkflowSpec& a, const sim::WorkflowSpec& b) {
  const auto same_node = [](const auto& x, const auto& y) { return same(x, y); };
  return members(a) == members(b) && same(a.entry, b.entry) &&
         std::equal(a.cluster.nodes.begin(), a.cluster.nodes.end(), b.cluster.nodes.begin(), b.cluster.nodes.end(),
                    same_node) &&
         std::equal(a.functions.begin(), a.functions.end(), b.functions.begin(), b.functions.end(),
                    [](const auto& x, const auto& y) { return same(x, y); });
}

bool same(const sim::ClosedLoop& a, const sim::ClosedLoop& b) {
  return std::tie(a.users, a.think_time, a.spawn_rate_per_s, a.back_off) ==
         std::tie(b.users, b.think_time, b.spawn_rate_per_s, b.back_off);
}
bool same(const sim::PoissonArrivals&, const sim::PoissonArrivals&) { return true; }
bool same(const sim::DeterministicArrivals&, const sim::DeterministicArrivals&) { return true; }
bool same(const sim::GammaArrivals& a, const sim::GammaArrivals& b) { return a.cv == b.cv; }
bool same(const sim::MmppArrivals& a, const sim::MmppArrivals& b) {
  return std::tie(a.relative_rates, a.mean_stay_s) == std::tie(b.relative_rates, b.mean_stay_s);
}
bool same(const sim::ArrivalList& a, const sim::ArrivalList& b) { return a.times == b.times; }
bool same(const sim::OpenLoop& a, const sim::OpenLoop& b) {
  const auto compare = [](const auto& x, const auto& y) {
    if constexpr (std::is_same_v<decltype(x), decltype(y)>) return same(x, y);
    return false;
  };
  return a.rate_per_s == b.rate_per_s && std::visit(compare, a.process, b.process);
}
bool same(const sim::Workload& a, const sim::Workload& b) {
  const auto compare = [](const auto& x, const auto& y) {
    if constexpr (std::is_same_v<decltype(x), decltype(y)>) return same(x, y);
    return false;
  };
  if (a.retry.has_value() != b.retry.has_value()) return false;
  if (a.retry && std::tie(a.retry->attempts, a.retry->back_off, a.retry->factor) !=
                     std::tie(b.retry->attempts, b.retry->back_off, b.retry->factor)) {
    return false;
  }
  if (!std::visit(compare, a.source, b.source) || a.profile.has_value() != b.profile.has_value()) return false;
  const auto same_step = [](const auto& x, const auto& y) { return x.start == y.start && x.level == y.level; };
  return !a.profile || (a.profile->origin == b.profile->origin &&
                        std::equal(a.profile->steps.begin(), a.profile->steps.end(), b.profile->steps.begin(),
                                   b.profile->steps.end(), same_step));
}

bool same(const Experiment& a, const Experiment& b) {
  const auto same_configuration = [](const auto& x, const auto& y) {
    return x.name == y.name && x.configuration == y.configuration;
  };
  return same(a.scenario.workflow, b.scenario.workflow) && same(a.scenario.workload, b.scenario.workload) &&
         a.scenario.configuration == b.scenario.configuration && a.scenario.window == b.scenario.window &&
         a.scenario.attribution == b.scenario.attribution && a.scenario.redeploy == b.scenario.redeploy &&
         std::equal(a.configurations.begin(), a.configurations.end(), b.configurations.begin(), b.configurations.end(),
                    same_configuration) &&
         std::tie(a.policies, a.duration, a.replications, a.seed) ==
             std::tie(b.policies, b.duration, b.replications, b.seed);
}

// ---- random experiments
class RandomExperiment {
 public:
  explicit RandomExperiment(std::uint64_t seed) : rng_(seed) {}

  Experiment make() {
    Experiment experiment;
    sim::ScenarioSpec& scenario = experiment.scenario;
    scenario.workflow = workflow();
    scenario.workload = workload();
    scenario.window = sim::Duration(1 + static_cast<std::int64_t>(rng_.next() % 100'000'000'000));
    scenario.attribution = sim::Attribution(below(3));
    scenario.redeploy = chance();
    const std::vector<std::string> names = {"lean", "a b", "null", "quo\"te\\d", "\xC3\xA9t\xC3\xA9: #1", "- x"};
    const int count = 1 + below(static_cast<int>(names.size()));
    for (int i = 0; i < count; ++i) {
      experiment.configurations.push_back({names[static_cast<std::size_t>(i)], configuration(scenario.workflow)});
    }
    scenario.configuration = experiment.configurations.front().configuration;
    if (chance()) experiment.policies = policies(names[0]);
    if (chance()) experiment.duration = sim::Duration(1 + below(1'000'000'000));
    if (chance()) experiment.replications = 1 + below(1000);
    if (chance()) experiment.seed = rng_.next();
    return experiment;
  }

 private:
  int below(int bound) { return static_cast<int>(rng_.below(static_cast<std::uint32_t>(bound))); }
  bool chance() { return below(2) == 0; }
  double amount() { return chance() ? below(1000) / 1000.0 : std::exp(4 * rng_.normal()); }

  sim::Distribution distribution() {
    switch (below(8)) {
      case 0:
        return sim::Exponential{amount()};
      case 1:
        return sim::LogNormal::of(0.001 + amount(), amount() / 100);
      case 2:
        return sim::Gamma::of(amount(), 0.01 + rng_.uniform());
      case 3:
        return sim::HyperExponential::of(amount(), 1 + rng_.uniform());
      case 4:
        return sim::Weibull::of(amount(), 0.5 + rng_.uniform());
      case 5:
        return sim::Empirical{.probabilities = {0, rng_.uniform(), 1}, .values = {0, 1, 1 + amount()}};
      default:
        return sim::Deterministic{amount()};
    }
  }

  // A fixed one is whole.
  sim::Distribution width() {
    sim::Distribution drawn = distribution();
    if (drawn.squared_cv() > 0) return drawn;
    return sim::Deterministic{std::floor(drawn.mean())};
  }

  sim::FunctionConfiguration knobs(const sim::KnobRanges& ranges) {
    return {.cpu = {ranges.cpu_min.value + rng_.uniform() * (ranges.cpu_max.value - ranges.cpu_min.value)},
            .memory = {ranges.memory_min.value + rng_.uniform() * (ranges.memory_max.value - ranges.memory_min.value)},
            .replicas = ranges.replicas_min + below(ranges.replicas_max - ranges.replicas_min + 1),
            .concurrency = ranges.concurrency_min + below(ranges.concurrency_max - ranges.concurrency_min + 1)};
  }

  // Calls only functions after the given one, so that no cycle arises.
  sim::Block block(int after, int functions, int depth) {
    const auto call = [&] {
      return sim::Block{
          sim::Call{"f" + std::to_string(after + 1 + below(functions - after - 1)), sim::OnFailure(below(3))}};
    };
    const auto blocks = [&] {
      std::vector<sim::Block> result;
      for (int i = 1 + below(2); i > 0; --i) result.push_back(block(after, functions, depth + 1));
      return result;
    };
    if (depth >= 3) return call();
    switch (below(6)) {
      case 0:
        return {sim::Sequence{blocks()}};
      case 1:
        return {sim::Parallel{blocks()}};
      case 2: {
        const double probability = rng_.uniform();
        return {sim::Choice{.probabilities = {probability, 1 - probability},
                            .options = {block(after, functions, depth + 1), block(after, functions, depth + 1)}}};
      }
      case 3:
        return {sim::FanOut{.width = width(), .body = {block(after, functions, depth + 1)}}};
      default:
        return call();
    }
  }

  sim::QueueWorkerSpec queue_worker() {
    return {.workers = 1 + below(5),
            .max_inflight = 1 + below(50),
            .attempts = 1 + below(20),
            .back_off = sim::Duration(below(1'000'000'000)),
            .factor = 1 + rng_.uniform(),
            .max_back_off = sim::Duration(below(1'000'000'000)),
            .retry_on = sim::RetryOn(below(2))};
  }

  sim::FunctionSpec function(int index, int functions) {
    sim::FunctionSpec f;
    f.name = "f" + std::to_string(index);
    f.serial_work = distribution();
    f.parallel_work = distribution();
    f.max_threads = std::min(1 + amount(), 1e6);
    f.off_cpu = distribution();
    f.process_memory = distribution();
    f.parallel_memory = distribution();
    f.instance_memory = {amount()};
    f.request_bytes = amount() * 1000;
    f.response_bytes = amount() * 1000;
    if (chance()) f.hop = distribution();
    f.failure_probability = rng_.uniform();
    f.failed_input_work_share = rng_.uniform();
    f.overflow = sim::Overflow(below(4));
    const bool is_central = f.overflow == sim::Overflow::central_queue;
    if (!is_central) f.rejection_work = distribution();
    if ((f.overflow == sim::Overflow::queue || is_central) && chance()) f.queue_capacity = below(10);
    if (!is_central && chance()) f.queue_worker = queue_worker();
    f.start_up = distribution();
    if (chance()) f.start_work = distribution();
    if (chance()) {
      f.keep_alive = sim::Duration(below(1'000'000'000));
    } else {
      if (chance()) f.drain = distribution();
      f.ready = sim::Readiness(below(2));
      f.on_end = sim::OnEnd(below(2));
    }
    f.oom_kills = sim::OomKills(below(2));
    f.time_to_failure = distribution();
    if (chance()) f.cpu_request = {0.001 + amount()};
    if (chance()) f.memory_request = {amount()};
    if (below(4) == 0) {
      f.fixed = knobs({});
      if (chance()) f.fixed->concurrency = 0;
    } else {
      f.ranges = {
          .cpu_min = {1 + amount()}, .memory_min = {1 + amount()}, .replicas_min = 2 * below(2), .concurrency_max = 20};
      f.ranges.cpu_max = {f.ranges.cpu_min.value + amount()};
      f.ranges.memory_max = {f.ranges.memory_min.value + amount()};
    }
    if (index + 1 < functions && below(3) == 0) f.calls = block(index, functions, 1);
    return f;
  }

  sim::WorkflowSpec workflow() {
    sim::WorkflowSpec w;
    w.name = chance() ? "w" : "null";
    const int functions = 1 + below(5);
    for (int i = 0; i < functions; ++i) w.functions.push_back(function(i, functions));
    w.entry = block(-1, functions, 0);
    if (chance()) w.qos = {.latency = sim::Duration(1 + below(1'000'000'000)), .successes = amount()};
    if (w.qos.successes > 0) w.promise = chance() ? sim::published_promise(w.qos) : sim::strict_promise(w.qos);
    w.gateway = {.routing = sim::Routing(below(3)), .hop = distribution(), .timeout = {}};
    if (chance()) w.gateway.timeout = sim::Duration(1 + below(1'000'000'000));
    w.cpu_sharing = {.contention = amount(), .quota_exponent = 0.5 + rng_.uniform(), .speed_spread = rng_.uniform()};
    if (chance()) w.cpu_sharing.share_exponent = 1 + rng_.uniform();
    if (chance()) {
      w.cpu_sharing.mode = sim::CpuSharing::cfs;
      w.cpu_sharing.period = sim::Duration(1 + below(1'000'000'000));
      w.cpu_sharing.cores = std::min(0.5 + amount(), 1e6);
      w.cpu_sharing.quota_exponent = w.cpu_sharing.share_exponent = 1;
      w.cpu_sharing.cgroup_levels = 1 + below(2);
      if (chance()) {
        w.cpu_sharing.cores = 1 + below(1000);
        w.cpu_sharing.run_slice = sim::Duration(1 + below(1'000'000'000));
        w.cpu_sharing.turn_order = sim::TurnOrder(below(2));
        if (chance()) w.cpu_sharing.spare_quota = rng_.uniform();
        w.cpu_sharing.slice_expiry = chance();
        if (w.cpu_sharing.slice_expiry) w.cpu_sharing.bandwidth_slice = sim::Duration(1 + below(1'000'000'000));
      }
    }
    if (chance()) {
      for (int i = 1 + below(3); i > 0; --i) {
        w.cluster.nodes.push_back({.count = 1 + below(10),
                                   .cores = std::min(0.1 + amount(), 1e6),
                                   .memory = {0.1 + amount()},
                                   .time_to_failure = distribution(),
                                   .repair = distribution()});
      }
      w.cluster.placement = sim::Placement(below(2));
      w.cluster.evict_idle = below(2) == 1;
    }
    const auto span = [this] { return sim::Duration(below(1'000'000'000)); };
    if (chance()) w.cluster.relist = span();
    if (chance()) w.cluster.settle = span();
    if (chance()) w.cluster.start_work_s = sim::to_seconds(span());
    if (chance()) w.cluster.end_work_s = sim::to_seconds(span());
    w.rollout = sim::Rollout(below(2));
    w.prices = {.price_per_millicore = amount(),
                .price_per_mebibyte = amount(),
                .usd_per_vcpu_hour = amount(),
                .usd_per_gib_hour = amount(),
                .platform_cpu = chance()};
    return w;
  }

  std::vector<PolicySpec> policies(const std::string& configuration) {
    const auto one = [](const std::string& text) { return parse_policy(text, "policy"); };
    PolicySpec openfaas = one("openfaas:rate_window=20s,threshold=0.25/s,hold=0s,repeat=5s,step_share=1");
    openfaas.configuration = configuration;
    return {one("hpa"), openfaas, one("fixed"), one("hpa:interval=1m,target_utilization=" + number() + ",up_pods=0"),
            one("kpa:stable_window=90s,panic_threshold=1.5,target_share=1,max_scale_down_rate=1" + number().substr(1))};
  }
  std::string number() { return "0." + std::to_string(1 + rng_.below(1'000'000'000)) + "1"; }

  sim::Workload workload() {
    sim::Workload result;
    if (chance())
      result.retry = {.attempts = 1 + below(100), .back_off = distribution(), .factor = rng_.uniform() * 1000};
    switch (below(3)) {
      case 0:
        result.source = sim::ClosedLoop{.users = 1 + below(100),
                                        .think_time = distribution(),
                                        .spawn_rate_per_s = chance() ? 0 : 0.1 + amount(),
                                        .back_off = distribution()};
        break;
      case 1: {
        sim::OpenLoop loop{.rate_per_s = 0.001 + amount(), .process = {}};
        if (chance()) loop.process = sim::GammaArrivals{0.1 + amount()};
        if (chance()) loop.process = sim::DeterministicArrivals{};
        if (chance())
          loop.process = sim::MmppArrivals{.relative_rates = {amount(), 1}, .mean_stay_s = {0.1 + amount(), 2}};
        result.source = loop;
        break;
      }
      default: {
        sim::ArrivalList list;
        sim::Time time{};
        for (int i = below(5); i > 0; --i) list.times.push_back(time += sim::Duration(below(1'000'000'000)));
        result.source = list;
        return result;
      }
    }
    if (chance()) {
      result.profile.emplace();
      result.profile->origin = chance() ? "" : "two\nlines \"and\" more\t\x7F";
      sim::Time time{};
      for (int i = 1 + below(5); i > 0; --i) {
        result.profile->steps.push_back({time, amount()});
        time += sim::Duration(1 + below(1'000'000'000));
      }
    }
    return result;
  }

  sim::Configuration configuration(const sim::WorkflowSpec& w) {
    sim::Configuration result;
    for (const sim::FunctionSpec& f : w.functions) result.functions.push_back(f.fixed.value_or(knobs(f.ranges)));
    return result;
  }

  sim::Rng rng_;
};

TEST(ToYaml, RandomExperimentsReadBackEqual) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Experiment written = RandomExperiment(seed).make();
    const std::string text = to_yaml(written);
    Experiment read;
    ASSERT_EQ(complaint([&] { read = parse_experiment(text, "resolved.yaml"); }), "no error") << text;
    ASSERT_TRUE(same(written, read)) << "seed " << seed << "\n" << text << "\n" << to_yaml(read);
    ASSERT_EQ(read.resolved, text);
  }
}

TEST(ToYaml, ShippedExperimentsReadBackEqual) {
  for (const std::string name :
       {"parallel", "sequential", "branch", "tcktapp", "concurrency-matters", "scale-to-zero", "one-queue"}) {
    const Experiment written = read_experiment(name);
    const Experiment read = parse_experiment(written.resolved, "resolved.yaml");
    EXPECT_TRUE(same(written, read)) << name;
    EXPECT_EQ(read.resolved, written.resolved) << name;
  }
}

// The deepest nesting that is read can be read again.
TEST(ToYaml, DeepestBlocksReadBack) {
  std::string block = "f";
  for (int i = 0; i < 24; ++i) block = "{choice: [{probability: 1, do: " + block + "}]}";
  const Experiment written =
      parse_experiment("name: w\nfunctions: {f: {}, g: {calls: " + block + "}}\nentry: g\n", "f.yaml");
  EXPECT_TRUE(same(written, parse_experiment(written.resolved, "resolved.yaml")));
  EXPECT_EQ(
      complaint_about("name: w\nfunctions: {f: {}}\nentry: [" + block + "]\n"), "f.yaml:3: entry.0" + [] {
        std::string path;
        for (int i = 0; i < 24; ++i) path += ".choice.0.do";
        return path;
      }() + ": expected at most 24 blocks within one another, got more");
}

}  // namespace
}  // namespace faasconf::experiments::config
