#include "experiments/config/keys/choice.hpp"
#include "experiments/config/keys/key.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace takes;

constexpr double kAboveZero = std::numeric_limits<double>::denorm_min();
const std::string kRequiredKey(kRequired);

Takes range_of(Takes ends) { return list_of(std::move(ends)); }
// Lists may be nested; once is enough for those who write them.
Takes block() {
  const Takes step = name() | map_of("block");
  return step | list_of(step | list_of(step));
}

Section workflow_file() {
  return {
      "workflow",
      "A workflow file: functions, which of them call which, the platform they run on, and the promise to their users.",
      {"entry", "name"},
      {
          {"name", name(), kRequiredKey, "shop", "what results call the workflow"},
          {"description", text(), "", "\"a web shop\"", "a text for people; nothing is made of it"},
          {"qos", map_of("qos"), "", "{latency: 2s, successes: 20}",
           "the two numbers that the named promises are made of"},
          {"promise", text() | map_of("promise"), "", "\"p95<=2s, served_share>=99%\"",
           "what users are promised: published or strict, both made of qos; none; terms on one line; a file; or a map. "
           "Absent: published where there is a qos"},
          {"gateway", map_of("gateway"), "{routing: random}", "{routing: least_connection}",
           "how calls find an instance"},
          {"cpu_sharing", map_of("cpu_sharing"), "{mode: fluid}", "{mode: cfs}",
           "how the requests of an instance share its CPU limit"},
          {"cluster", map_of("cluster"), "", "{nodes: [{count: 4, cores: 8, memory: 32Gi}]}",
           "the nodes that instances are placed on. Absent: there is always room"},
          {"rollout", choice<sim::Rollout>(), "in_place", "rolling",
           "how new limits reach the instances: at once, or by one new instance after the other"},
          {"drain", time_or_law(), "", "1970ms",
           "time from the decision that an instance ends until it is gone, of functions that say nothing else. Absent: "
           "it is gone when it is empty"},
          {"prices", map_of("prices"), "", "{usd_per_vcpu_hour: 0.05}", "unit prices of the CPU and memory reserved"},
          {"ranges", map_of("ranges"), "", "{cpu: [250m, 4000m]}",
           "where the knobs of functions may be, of functions that say nothing else"},
          {"functions", named(map_of("function")), kRequiredKey, "{front: {serial: 80ms}, left: {}, right: {}}",
           "the functions by their names, in the order of configurations and results"},
          {"entry", block(), kRequiredKey, "[front, {parallel: [left, right]}]", "what a request does"},
          {"calibration", map_of("calibration"), "", "",
           "what `faasconf calibrate` found out about its own fit; `predict` and `train` read it"},
      },
  };
}

Section qos() {
  return {"qos",
          "`qos` of a workflow.",
          {},
          {
              {"latency", positive_time(), "", "2s", "the latency that published and strict promise"},
              {"successes", number(), "0", "20", "successes in 30 s that published promises besides"},
          }};
}

Section gateway() {
  return {"gateway",
          "`gateway` of a workflow.",
          {},
          {
              {"routing", choice<sim::Routing>(), "random", "least_connection", "which instance gets a call"},
              {"hop", time_or_law(), "0s", "{law: exponential, mean: 2ms}",
               "time on the path of a call, there and back together"},
              {"timeout", positive_time(), "", "30s",
               "after which the caller gives up; a call in service runs on. Absent: never"},
          }};
}

Section cpu_sharing() {
  const std::string cfs = "mode=cfs", fluid = "mode=fluid", turns = "mode=cfs,run_slice=4ms";
  return {
      "cpu_sharing",
      "`cpu_sharing` of a workflow; [What a CPU limit does](../explanation/cpu-limits.md) explains them.",
      {},
      {
          {"mode", words({"fluid", "cfs"}), "fluid", "cfs",
           "what a limit means: fluid, threads share it at every moment; cfs, full speed until the quota of the period "
           "is spent"},
          {"period", positive_time(), "100ms", "50ms", "of CFS bandwidth control; quota = limit x period", cfs},
          {"cores", number(kAboveZero, 1e6), "2", "4", "the most cores that an instance uses at once", cfs},
          {"run_slice", time(), "0s", "4ms", "for which a thread runs in turn; 0s: threads share the cores ideally",
           cfs},
          {"turn_order", choice<sim::TurnOrder>(), "round_robin", "random", "which waiting thread gets a free core",
           turns},
          {"cgroup_levels", count(1, 2), "1", "2", "that carry the quota: the container alone, or its pod as well",
           cfs},
          {"slice_expiry", flag(), "false", "true",
           "a core loses what it does not use of its bandwidth slices, as before Linux 5.4", turns},
          {"bandwidth_slice", positive_time(), "5ms", "10ms", "of the quota, that a core is handed at a time",
           turns + ",slice_expiry=true"},
          {"spare_quota", share(), "0", "45%",
           "share of the rejections that find quota left on an idle core and are answered though it is spent", turns},
          {"contention", number(), "0", "0.16",
           "kappa: each of n runnable requests is slowed down by 1 + kappa (n - 1)"},
          {"quota_exponent", number(kAboveZero, 100), "1", "0.93", "cores served under a limit of q cores: q^exponent",
           fluid},
          {"share_exponent", number(1, 100), "1", "1.2",
           "a request whose share x of the limit is below one core works at x^exponent", fluid},
          {"speed_spread", number(), "0", "0.05", "sigma of the log-normal speed of instances, whose median is 1"},
      }};
}

Section cluster() {
  return {"cluster",
          "`cluster` of a workflow.",
          {},
          {
              {"nodes", list_of(map_of("node")), "", "[{count: 4, cores: 8, memory: 32Gi}]",
               "kinds of nodes; required where placement or evict_idle is given"},
              {"placement", choice<sim::Placement>(), "spread", "pack",
               "of the nodes with room for its requests, an instance is placed on the least or the most allocated one",
               "nodes=[{cores: 8, memory: 32Gi}]"},
              {"evict_idle", flag(), "false", "true",
               "a call that finds no room for a new instance evicts idle ones on demand",
               "nodes=[{cores: 8, memory: 32Gi}]"},
              {"relist", time(), "0s", "1s",
               "how often a node looks at its instances; no start and no drain is over between two looks"},
              {"settle", time(), "0s", "2s", "a drain begins when its instance has run for so long"},
              {"start_work", time(), "0s", "400ms",
               "core-seconds that the platform spends on a node for an instance that starts"},
              {"end_work", time(), "0s", "200ms", "core-seconds for an instance that ends"},
          }};
}

Section node() {
  return {
      "node",
      "Each kind of `cluster.nodes`.",
      {},
      {
          {"count", count(1, 1e6), "1", "4", "nodes of this kind"},
          {"cores", number(kAboveZero, 1e6), kRequiredKey, "8", "of each"},
          {"memory", memory(), kRequiredKey, "32Gi", "of each"},
          {"time_to_failure", time_or_law(), "", "{law: exponential, mean: 30d}",
           "time in service until it fails. Absent: it never does"},
          {"repair", time_or_law(), "0s", "1h", "time out of service", "time_to_failure={law: exponential, mean: 30d}"},
      }};
}

Section prices() {
  return {"prices",
          "`prices` of a workflow.",
          {},
          {
              {"price_per_millicore", number(), "0.000173", "0.0001", "the paper's price of a replica's millicore"},
              {"price_per_mebibyte", number(), "0.000012", "0.00002", "the paper's price of a replica's MiB"},
              {"usd_per_vcpu_hour", number(), "0.173", "0.05", "US dollars for a core reserved for an hour"},
              {"usd_per_gib_hour", number(), "0.0123", "0.006", "US dollars for a GiB reserved for an hour"},
              {"platform_cpu", flag(), "false", "true", "the cluster's start_work and end_work are paid for as well"},
          }};
}

Section ranges() {
  return {
      "ranges",
      "`ranges` of a workflow or of a function: the least and the most.",
      {},
      {
          {"cpu", range_of(cpu()), "[250m, 2000m]", "[500m, 4000m]", "CPU limit of an instance; 1 is a core"},
          {"memory", range_of(memory()), "[256Mi, 2048Mi]", "[128Mi, 1Gi]", "memory limit of an instance"},
          {"replicas", range_of(count(0, 100'000)), "[1, 8]", "[0, 20]", "instances; from 0 where it scales to zero"},
          {"concurrency", range_of(count(1, 1e9)), "[1, 10]", "[1, 100]", "requests that an instance serves at once"},
      }};
}

Section function() {
  const std::string on_queue = "overflow=queue";
  return {
      "function",
      "Each of `functions` of a workflow.",
      {},
      {
          {"serial", time_or_law(), "0s", "{law: gamma, mean: 860ms, cv: 0.2}",
           "CPU work of a call on one thread (core-seconds), done first"},
          {"parallel", map_of("parallel"), "", "{work: 1600ms, threads: 4}",
           "CPU work on several threads, done second"},
          {"off_cpu", time_or_law(), "0s", "50ms", "time without CPU (input, output, remote services), done third"},
          {"memory", map_of("memory"), "", "{process: 60Mi}", "memory that is held"},
          {"payload", map_of("payload"), "", "{request: 100Ki, response: 2Mi}", "bytes that a call moves"},
          {"hop", time_or_law(), "", "40ms",
           "time on the path of a call, there and back, in place of the gateway's: services outside are not behind it"},
          {"failure_probability", share(), "0", "0.2%", "that a request which is served to its end fails"},
          {"failed_input_work_share", share(), "0.7", "50%",
           "of the serial work that is done on a failed input before the call fails"},
          {"overflow", choice<sim::Overflow>(), "reject", "queue",
           "where a request above an instance's concurrency limit waits: nowhere, 429 at once; before its instance; "
           "there "
           "is no limit; before all instances ([Where calls wait](../explanation/queues.md))"},
          {"rejection_work", time_or_law(), "0s", "2ms",
           "CPU work on one thread (core-seconds) that a 429 costs its instance"},
          {"queue_capacity", count(0, 1e9), "", "100",
           "requests that wait before an instance, or before all of them with overflow: central_queue; more are "
           "refused. "
           "Absent: any number",
           on_queue},
          {"queue_worker", map_of("queue_worker"), "", "{workers: 2}",
           "calls are asynchronous: their callers go on, and workers make them. Absent: callers wait for the answer"},
          {"start_up", time_or_law() | map_of("start_up"), "0s", "{platform: 800ms, work: 300ms}",
           "time until an instance that starts takes calls; or the platform's time and the function's own work"},
          {"drain", time_or_law(), "", "1s",
           "time from the decision that an instance ends until it is gone. Absent: the workflow's"},
          {"on_end", choice<sim::OnEnd>(), "drain", "fail",
           "what the end of an instance does to the calls in it: they are served, or fail at once"},
          {"keep_alive", time(), "", "10m",
           "on demand: calls start instances, up to replicas, and an instance idle for so long stops. Absent: replicas "
           "is the number of instances"},
          {"oom_kills", choice<sim::OomKills>(), "request", "instance",
           "what the kernel kills when memory runs out: the request's process, or the container"},
          {"time_to_failure", time_or_law(), "0s", "{law: exponential, mean: 10h}",
           "time that an instance takes calls before it crashes; 0s: it never does"},
          {"requests", map_of("requests"), "", "{cpu: 250m, memory: 256Mi}",
           "what an instance asks a node for. Absent: its limits"},
          {"fixed", map_of("all knobs"), "", "{cpu: 1, memory: 1Gi, replicas: 1, concurrency: unlimited}",
           "knobs that are not tuned and not priced, in place of ranges"},
          {"ranges", map_of("ranges"), "", "{replicas: [1, 20]}",
           "where its knobs may be. Absent: as the workflow has it"},
          {"calls", block(), "", "[users, {parallel: [stock, price]}]",
           "calls of other functions that it waits for, when its own work is done"},
      }};
}

std::vector<Section> parts_of_functions() {
  return {
      {"parallel",
       "`parallel` of a function.",
       {},
       {
           {"work", time_or_law(), kRequiredKey, "1600ms", "core-seconds of all threads together"},
           {"threads", number(1, 1e6), kRequiredKey, "4", "the most that work at once; a fraction is a mean"},
       }},
      {"memory",
       "`memory` of a function.",
       {},
       {
           {"process", memory_or_law(), "0Mi", "60Mi", "held by a request while it is served"},
           {"parallel", memory_or_law(), "0Mi", "380Mi", "held besides from its parallel work on: a model, tensors"},
           {"instance", memory(), "0Mi", "40Mi", "held by an instance however many requests it serves"},
       }},
      {"payload",
       "`payload` of a function.",
       {},
       {
           {"request", memory(), "0Mi", "100Ki", "received per call"},
           {"response", memory(), "0Mi", "2Mi", "sent per good answer"},
       }},
      {"start_up",
       "`start_up` of a function, where it is more than a time.",
       {},
       {
           {"platform", time_or_law(), "0s", "800ms", "time of the platform until the instance runs"},
           {"work", time_or_law(), "0s", "300ms", "core-seconds that it then does under its own CPU limit"},
           {"ready", choice<sim::Readiness>(), "after_work", "before_work", "when it takes calls"},
       }},
      {"queue_worker",
       "`queue_worker` of a function, as OpenFaaS has it.",
       {},
       {
           {"workers", count(1, 1e9), "1", "4", "how many there are"},
           {"max_inflight", count(1, 1e9), "1", "10", "calls that a worker makes at once"},
           {"retry", map_of("worker retry"), "", "{attempts: 3}", "when calls are made again. Absent: each default"},
       }},
      {"worker retry",
       "`retry` of a queue_worker.",
       {},
       {
           {"attempts", count(1, 1000), "10", "3", "at most, the first included"},
           {"back_off", time(), "10s", "1s", "before the second attempt, in which the worker makes other calls"},
           {"factor", number(1, 1e6), "2", "1.5", "by which the back-off grows with each further one"},
           {"max_back_off", time(), "2m", "1m", "the most that it grows to"},
           {"after", choice<sim::RetryOn>(), "failures", "rejections", "after which answers: any bad one, or a 429"},
       }},
      {"requests",
       "`requests` of a function, as Kubernetes has them.",
       {},
       {
           {"cpu", cpu(), "", "250m",
            "CPU that an instance is placed by, and its weight on a busy node. Absent: the limit"},
           {"memory", memory(), "", "256Mi", "memory that an instance is placed by. Absent: the limit"},
       }},
  };
}

std::vector<Section> blocks() {
  return {
      {"block",
       "A step of `entry` or `calls`: the name of a function, a list of steps one after the other, or a map with one "
       "of "
       "these.",
       {},
       {
           {"call", name(), "", "users", "the function to call"},
           {"on_failure", choice<sim::OnFailure>(), "abort", "ignore",
            "what happens when the call fails: the steps end; they go on; or the next one gets the failed answer",
            "call=f"},
           {"sequence", list_of(name() | map_of("block")), "", "[users, stock]", "one after the other"},
           {"parallel", list_of(name() | map_of("block")), "", "[users, stock]",
            "all at once; done when the last one is"},
           {"choice", list_of(map_of("option")), "", "[{probability: 0.4, do: users}, {probability: 0.6, do: stock}]",
            "one of several; the probabilities sum to 1"},
           {"fan_out", map_of("fan_out"), "", "{width: 3, do: users}", "the same several times at once"},
       }},
      {"option",
       "Each of a `choice`.",
       {},
       {
           {"probability", share(), kRequiredKey, "40%", "of this option"},
           {"do", block(), kRequiredKey, "users", "what is then done"},
       }},
      {"fan_out",
       "`fan_out` of a step.",
       {},
       {
           {"width", number_or_law(), kRequiredKey, "3",
            "how often; whole where it is fixed, rounded where it is drawn"},
           {"do", block(), kRequiredKey, "users", "what is done so often"},
       }},
  };
}

Section law() {
  const Takes amount = time() | memory() | number();
  return {"law",
          "A distribution in the place of a time, a memory or a number. Which keys belong to which `law`: "
          "deterministic value; "
          "exponential mean; gamma and lognormal and hyperexponential mean, cv; gamma also shape, scale; lognormal "
          "also mu, "
          "sigma; hyperexponential also probability, means; weibull mean, shape or shape, scale; uniform from, to; "
          "empirical "
          "quantiles.",
          {},
          {
              {"law",
               words({"deterministic", "exponential", "gamma", "lognormal", "hyperexponential", "weibull", "uniform",
                      "empirical"}),
               kRequiredKey, "gamma", "the family"},
              {"value", amount, "", "860ms", "of deterministic"},
              {"mean", amount, "", "860ms", "in the unit of what is drawn"},
              {"cv", number(), "", "0.2", "standard deviation / mean"},
              {"shape", number(), "", "1.5", "of gamma, weibull"},
              {"scale", amount, "", "500ms", "of gamma, weibull; in the unit of what is drawn"},
              {"mu", number(-kNoEnd), "", "-0.3", "mean of the logarithm of lognormal (of seconds, MiB)"},
              {"sigma", number(), "", "0.4", "standard deviation of the logarithm of lognormal"},
              {"probability", share(), "", "0.9", "of the first mean of hyperexponential"},
              {"means", list_of(amount), "", "[100ms, 2s]", "the two of hyperexponential"},
              {"from", amount, "", "1s", "the least of uniform"},
              {"to", amount, "", "2s", "the most of uniform"},
              {"quantiles", named(amount) | list_of(list_of(amount)), "", "{0: 1ms, 0.5: 2ms, 1: 9ms}",
               "of empirical, from 0 to 1, with straight lines between; or pairs"},
          }};
}

}  // namespace

std::vector<Section> workflow_sections() {
  std::vector<Section> all = {workflow_file(), qos(),    gateway(), cpu_sharing(), cluster(),
                              node(),          prices(), ranges(),  function()};
  for (const auto& more : {parts_of_functions(), blocks()}) all.insert(all.end(), more.begin(), more.end());
  all.push_back(law());
  return all;
}

}  // namespace faasconf::experiments::config
