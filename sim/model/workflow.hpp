#pragma once
// A workflow as its author writes it: its functions, which of them call which, and the promise to its users.

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/core/distribution.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/time.hpp"
#include "sim/model/promise.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::sim {

// What the caller does when a call fails.
enum class OnFailure {
  abort,    // end the sequence that it is in; the caller fails when the other branches, which go on, are back
  ignore,   // go on as if the call had not been made
  pass_on,  // hand the failed answer to the next step, whose function does a share of its work and fails
};

struct Block;

struct Call {
  std::string function;
  OnFailure on_failure = OnFailure::abort;
};
// One after the other.
struct Sequence {
  std::vector<Block> steps;
};
// Fork and join: all at once, done when the last one is.
struct Parallel {
  std::vector<Block> branches;
};
// Exactly one of the options; the probabilities sum to 1.
struct Choice {
  std::vector<double> probabilities;
  std::vector<Block> options;
};
// Runs the body several times in parallel; the width is drawn per request and rounded, 0 skips the body.
struct FanOut {
  Distribution width;
  std::vector<Block> body;  // exactly one
};
struct Block {
  std::variant<Call, Sequence, Parallel, Choice, FanOut> kind;
};

// What an instance does with a request that exceeds its concurrency limit.
enum class Overflow {
  reject,  // 429, when the work of rejecting it is done (OpenFaaS)
  queue,   // first in, first out, before the instance (Knative's queue-proxy, Cloud Functions)
  none,    // there is no limit
  // There is one queue before all instances, first in, first out; the next free slot of any takes from it (Knative's
  // activator). A call waits there when no instance that is ready has a free slot.
  central_queue,
};

// When a worker makes an asynchronous call again.
enum class RetryOn {
  failures,    // after any bad answer (OpenFaaS: 429, 500, 502, 504)
  rejections,  // after a 429
};

// Asynchronous calls (OpenFaaS's queue-worker). The caller goes on as soon as its call is in the queue, and does not
// learn of its result; workers make the calls, first in, first out.
struct QueueWorkerSpec {
  int workers = 1;
  int max_inflight = 1;                             // calls that a worker makes at once
  int attempts = 10;                                // at most, the first included
  Duration back_off = std::chrono::seconds(10);     // before the second attempt, in which the worker makes other calls
  double factor = 2;                                // by which the back-off grows with each further one ...
  Duration max_back_off = std::chrono::minutes(2);  // ... up to this
  RetryOn retry_on = RetryOn::failures;
};

// What the kernel kills when an execution needs more memory than its instance's limit leaves.
enum class OomKills {
  request,   // the process of the request; the instance lives
  instance,  // the container with all its requests; it restarts
};

// When an instance whose function has work to do at its start takes calls.
enum class Readiness {
  after_work,   // when the work is done
  before_work,  // at once: what reaches it meanwhile fails, or waits where overflow says queue
};

// What the end of an instance does to the calls in it.
enum class OnEnd {
  drain,  // they are served to their end
  fail,   // they fail at once: the function dies of the signal
};

struct FunctionSpec {
  std::string name;
  Distribution serial_work;      // core-seconds on one thread, done first
  Distribution parallel_work;    // core-seconds on up to max_threads threads, done second
  double max_threads = 1;        // of the parallel work; may be fractional: a mean
  Distribution off_cpu;          // seconds without CPU (I/O, remote services), done last, before the calls
  Distribution process_memory;   // MiB that a request holds while it is served
  Distribution parallel_memory;  // MiB that it holds besides from its parallel work on: a model, tensors
  Distribution start_up;         // seconds of the platform until an instance that is added, or restarts, runs
  Distribution start_work;       // core-seconds on one thread that it then does under its own CPU limit
  Readiness ready = Readiness::after_work;  // of an instance with start_work
  // Seconds from the decision that an instance ends until it is gone, however little it has to do; it stays longer for
  // calls in it. Absent: it is gone when it is empty.
  std::optional<Distribution> drain;
  OnEnd on_end = OnEnd::drain;
  Distribution time_to_failure;          // seconds that an instance takes calls before it crashes; 0: it never does
  Mebibytes instance_memory{0};          // held by an instance however many requests it serves
  double request_bytes = 0;              // payload received per call
  double response_bytes = 0;             // payload sent per good answer
  double failure_probability = 0;        // of a request that is served to its end
  double failed_input_work_share = 0.7;  // of the serial work that is done on a failed input before the call fails
  Overflow overflow = Overflow::reject;
  Distribution rejection_work;  // core-seconds on one thread that a 429 costs its instance
  OomKills oom_kills = OomKills::request;
  // On demand: there is no instance at first; a call that finds no free one starts one and waits for it, up to the
  // number in the knob `replicas`; an instance that has been idle for this long stops. Absent: the knob is the number
  // of instances.
  std::optional<Duration> keep_alive;
  std::optional<Millicores> cpu_request;        // for placement, and the weight on a contended node; absent: the limit
  std::optional<Mebibytes> memory_request;      // for placement; absent: the limit
  std::optional<Distribution> hop;              // in place of the gateway's: external services are not behind it
  std::optional<int> queue_capacity;            // calls that wait before one instance, or centrally; absent: any number
  std::optional<QueueWorkerSpec> queue_worker;  // calls are asynchronous; absent: the caller waits
  std::optional<Block> calls;                   // made when its own work is done, while it holds its slot and memory
  std::optional<FunctionConfiguration> fixed;   // not tuned and not priced: an orchestrator with limits of its own
  KnobRanges ranges;
};

// How a request finds an instance.
enum class Routing { random, round_robin, least_connection };

struct GatewaySpec {
  Routing routing = Routing::random;
  Distribution hop;                 // seconds on the path of one call, there and back together
  std::optional<Duration> timeout;  // after which the caller gives up; a call in service runs on
};

// What a CPU limit means.
enum class CpuSharing {
  fluid,  // at every moment the threads share the limit
  cfs,    // CFS bandwidth control: full speed until the quota of the period is spent, then nothing until the next one
};

// Which of the threads that wait for a core gets one that is free.
enum class TurnOrder { round_robin, random };

// How the requests of an instance share its CPU limit.
struct CpuSharingSpec {
  CpuSharing mode = CpuSharing::fluid;
  Duration period = std::chrono::milliseconds(100);  // cfs: quota = limit x period
  double cores = 2;                                  // cfs: the most that an instance uses at once
  Duration run_slice{};  // cfs: slice for which a thread runs in turn; 0: threads share the cores ideally
  TurnOrder turn_order = TurnOrder::round_robin;  // cfs with run_slice
  int cgroup_levels = 1;                          // cfs: that carry the quota: 1, the container; 2, its pod as well
  bool slice_expiry = false;  // cfs with run_slice: a core loses what it does not use of its bandwidth slices, as
                              // before Linux 5.4
  Duration bandwidth_slice = std::chrono::milliseconds(5);  // of the quota that a core is handed at a time
  double contention = 0;      // kappa: each of n runnable requests is slowed down by 1 + kappa (n - 1)
  double quota_exponent = 1;  // cores served under a limit of q cores: q^exponent, a stand-in for cfs; fluid only
  double share_exponent = 1;  // a request whose share x of the limit is below one core works at x^exponent: the less
                              // of each period it runs, the more it runs with cold caches; fluid only
  double spare_quota = 0;     // cfs with run_slice: share of the rejections that find quota left on an idle core, and
                              // are answered though it is spent
  double speed_spread = 0;    // sigma of the log-normal speed of instances, median 1
};

// Nodes of one kind. The instances of a node share its cores in proportion to their CPU requests when together they
// need more than it has.
struct NodeSpec {
  int count = 1;
  double cores = 8;
  Mebibytes memory{32768};
  Distribution time_to_failure;  // seconds in service; 0: it never fails. Its instances are lost and placed anew
  Distribution repair;           // seconds out of service
};

// On which node an instance is placed, of those that have room for its requests.
enum class Placement {
  spread,  // to the least allocated one (Kubernetes: LeastAllocated)
  pack,    // to the most allocated one (MostAllocated)
};

// Without nodes there is always room, and instances do not share cores.
struct ClusterSpec {
  std::vector<NodeSpec> nodes;
  Placement placement = Placement::spread;
  bool evict_idle = false;  // a call that finds no room for a new instance evicts idle ones on demand
  Duration relist{};  // a node looks at its instances this often, and no start-up and no drain is over between two
                      // looks (the kubelet: 1 s); 0: always
  Duration settle{};  // a drain begins when its instance has run for so long; 0: at once
  double start_work_s = 0;  // core-seconds that the platform spends on a node for an instance that starts
  double end_work_s = 0;    // and for one that ends
};

// How new limits reach the instances.
enum class Rollout {
  in_place,  // at once; an instance whose node lacks the room is replaced
  rolling,   // as Kubernetes' Deployment controller (maxSurge 1, maxUnavailable 0): another number of replicas counts
             // at once, for whatever instances there are; then one extra instance starts, and when it is ready an old
             // one ends, until all are new
};

// Unit prices.
struct PriceSpec {
  double price_per_millicore = 1.73e-4;  // the paper's price, by replica
  double price_per_mebibyte = 1.2e-5;
  double usd_per_vcpu_hour = 0.173;  // Eq. 2: alpha
  double usd_per_gib_hour = 0.0123;  // Eq. 2: beta
  bool platform_cpu = false;         // ClusterSpec's start_work_s and end_work_s are paid for as well
};

struct WorkflowSpec {
  std::string name;
  std::vector<FunctionSpec> functions;
  Block entry;      // what a request does
  QosTarget qos;    // what the named promises are made of
  Promise promise;  // without terms: none
  GatewaySpec gateway;
  CpuSharingSpec cpu_sharing;
  ClusterSpec cluster;
  Rollout rollout = Rollout::in_place;
  PriceSpec prices;

  // Absent when there is no such function.
  std::optional<FunctionId> find(const std::string& name) const;
};

}  // namespace faasconf::sim
