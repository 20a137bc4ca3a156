#include "experiments/jobs/trace_replay.hpp"

#include <ostream>

#include "experiments/cli/command.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/cli/replay_report.hpp"
#include "experiments/cli/trace_options.hpp"
#include "experiments/jobs/replay_table.hpp"
#include "experiments/results/readable.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::int64_t kMostConcurrency = 1'000'000;
constexpr std::int64_t kMostNodes = 1'000'000;
constexpr std::int64_t kMostClusters = 100'000;
constexpr double kAnyPrice = 1e9;

sim::Distribution seconds(sim::Duration duration) { return sim::Deterministic{sim::to_seconds(duration)}; }

sim::Mebibytes memory(const Arguments& arguments, const std::string& name) {
  return read_option(name, [&] { return sim::parse_memory(arguments.text(name)); });
}
sim::Millicores cpu(const Arguments& arguments, const std::string& name) {
  return read_option(name, [&] { return sim::parse_cpu(arguments.text(name)); });
}

traces::ModelRequest model_request(const Arguments& arguments) {
  return {.durations =
              read_option("durations", [&] { return traces::parse_distribution_kind(arguments.text("durations")); }),
          .start_up_s = seconds(arguments.duration("start-up")),
          .duration_s = sim::to_seconds(arguments.duration("duration")),
          .app_memory = memory(arguments, "app-memory")};
}

traces::ReplayRequest replay_request(const Arguments& arguments) {
  traces::ReplayRequest request;
  if (arguments.text("policy") == "hybrid") {
    if (arguments.given("keep-alive"))
      throw sim::Error("--keep-alive: expected --policy fixed; hybrid finds it itself");
    request.policy = traces::HybridHistogram{};
    request.tenancy = traces::Tenancy::app;
  } else {
    request.policy = traces::FixedKeepAlive{arguments.duration("keep-alive")};
  }
  if (arguments.given("instances")) request.tenancy = traces::parse_tenancy(arguments.text("instances"));
  request.concurrency = static_cast<int>(arguments.integer("concurrency", 0, kMostConcurrency));
  request.arrivals.pattern =
      read_option("arrivals", [&] { return traces::parse_arrival_pattern(arguments.text("arrivals")); });
  request.arrivals.seed = seed_of(arguments);
  return request;
}

std::optional<traces::ClusterRequest> cluster_request(const Arguments& arguments) {
  if (!arguments.given("nodes")) {
    for (const char* name :
         {"clusters", "node-cores", "node-memory", "placement", "evict-idle", "cpu", "cpu-request", "cpu-share"}) {
      if (arguments.given(name)) throw sim::Error(std::string("--") + name + ": expected --nodes as well");
    }
    return std::nullopt;
  }
  sim::NodeSpec node;
  node.count = static_cast<int>(arguments.integer("nodes", 1, kMostNodes));
  node.cores = arguments.number("node-cores", 1e-3, 1e6);
  node.memory = memory(arguments, "node-memory");
  traces::ClusterRequest request;
  request.cluster.nodes = {node};
  request.cluster.evict_idle = arguments.given("evict-idle");
  request.clusters = static_cast<int>(arguments.integer("clusters", 1, kMostClusters));
  request.cluster.placement = arguments.text("placement") == "pack" ? sim::Placement::pack : sim::Placement::spread;
  request.cpu = cpu(arguments, "cpu");
  request.cpu_request = arguments.given("cpu-request") ? cpu(arguments, "cpu-request") : request.cpu;
  request.cpu_share = arguments.number("cpu-share", 0, 1);
  return request;
}

// In one line, for the results.
std::string described(const Arguments& arguments, const jobs::TraceReplayJob& job) {
  std::string text = "policy " + arguments.text("policy") + ", instances of " +
                     (job.replay.tenancy == traces::Tenancy::app ? "apps" : "functions");
  if (arguments.text("policy") == "fixed") text += ", keep-alive " + arguments.text("keep-alive");
  std::vector<std::string> names{"concurrency", "start-up", "durations", "duration",
                                 "app-memory",  "arrivals", "seed",      "billing"};
  if (job.cluster) {
    names.insert(names.end(), {"clusters", "nodes", "node-cores", "node-memory", "placement", "cpu"});
    if (job.cluster->cluster.evict_idle) text += ", evict-idle";
    text += ", cpu-request " + sim::format(job.cluster->cpu_request) + ", cpu-share " + arguments.text("cpu-share");
  }
  for (const std::string& name : names) text += ", " + name + " " + arguments.text(name);
  return text;
}

void read_billing(const Arguments& arguments, jobs::TraceReplayJob& job) {
  if (arguments.text("billing") == "azure") {
    job.replay.metering = traces::kAzureMetering;
    job.prices = traces::kAzurePrices;
  }
  job.prices.per_gib_s = arguments.number("price-gib-s", 0, kAnyPrice);
  job.prices.per_million_calls = arguments.number("price-million-calls", 0, kAnyPrice);
}

jobs::TraceReplayJob job_of(const Arguments& arguments) {
  jobs::TraceReplayJob job{.trace = trace_input(arguments)};
  job.trace.on_duplicate = on_duplicate(arguments);
  job.model = model_request(arguments);
  job.replay = replay_request(arguments);
  job.cluster = cluster_request(arguments);
  read_billing(arguments, job);
  job.threads = thread_count(arguments);
  job.described = described(arguments, job);
  job.out = output_file(arguments, "out");
  return job;
}

// What the trace does not record, and what was taken instead.
void print_assumptions(std::ostream& err, const Arguments& arguments, const jobs::TraceReplayResult& result) {
  const auto say = [&](std::size_t count, const std::string& what, const std::string& option) {
    if (count == 0) return;
    err << "faasconf: the trace does not record the " << what << " of " << count << " of "
        << result.trace.functions.size() << " functions: took " << arguments.text(option) << " (--" << option << ")\n";
  };
  say(result.without_duration, "durations", "duration");
  say(result.without_memory, "memory of the apps", "app-memory");
}

void print_denied(std::ostream& err, const traces::CallTotals& calls) {
  if (calls.denied == 0) return;
  err << "faasconf: " << results::readable(calls.denied) << " of " << results::readable(calls.calls)
      << " calls were rejected: no node had room for another instance\n";
}

// From a file with a row per function; true when the figure is there.
bool draw(const std::string& plot, const jobs::TraceReplayResult& result, const Console& console) {
  const ScratchDirectory scratch;
  const std::string data = (scratch.path() / "functions.csv").string();
  jobs::write_functions(data, result);
  return draw_figure(console.err, "faasconf.replay_plot", data, plot);
}

int run_trace_replay(const Arguments& arguments, const Console& console) {
  const jobs::TraceReplayJob job = job_of(arguments);
  const std::string plot = figure_file(arguments, "plot");
  check_apart({{"--out", job.out}, {"--plot", plot}}, {{"TRACE", job.trace.path}});

  const jobs::TraceReplayResult result = jobs::run(job, progress_on(console));
  if (result.interrupted) return say_interrupted(console.err);
  print_report(console.err, result.read);
  print_assumptions(console.err, arguments, result);
  print_denied(console.err, result.replay.calls);
  if (arguments.given("json")) {
    print_json(console.out, job, result);
  } else {
    print_table(console.out, job, result);
    if (!job.out.empty()) console.out << job.out << "\n";
  }
  return plot.empty() || draw(plot, result, console) ? kDone : kFailed;
}

std::vector<Parameter> parameters() {
  using enum Parameter::Kind;
  return {
      trace_parameter(),
      {.name = "policy",
       .value_name = "NAME",
       .description = "what keeps idle instances: fixed, a time for all, or hybrid, the histogram and the forecasts of "
                      "Serverless in the Wild (the paper's case is --concurrency 0)",
       .default_value = "fixed",
       .choices = {"fixed", "hybrid"}},
      {.name = "keep-alive",
       .value_name = "TIME",
       .description = "how long an instance stays idle; fixed policy alone",
       .default_value = "10m"},
      {.name = "instances",
       .value_name = "OF",
       .description = "whose calls an instance serves: function, or app (without: function; app with hybrid)",
       .choices = {"function", "app"}},
      {.name = "concurrency",
       .value_name = "N",
       .description = "calls that an instance serves at once; 0: any number",
       .default_value = "1"},
      {.name = "start-up",
       .value_name = "TIME",
       .description = "start-up of an instance, which the data sets do not record",
       .default_value = "0s"},
      {.name = "durations",
       .value_name = "DISTRIBUTION",
       .description = "of executions: through the trace's percentiles, a log-normal fit to them, or always the average",
       .default_value = "percentiles",
       .choices = {"percentiles", "log-normal", "average"}},
      {.name = "duration",
       .value_name = "TIME",
       .description = "of executions where the trace records none: the median of the 2019 data set's averages",
       .default_value = "950ms"},
      {.name = "app-memory",
       .value_name = "SIZE",
       .description = "of an app where the trace records none: the 2019 data set's median; its functions share it",
       .default_value = "140M"},
      {.name = "arrivals",
       .value_name = "PATTERN",
       .description = "within a minute; timers are periodic whatever the pattern",
       .default_value = "uniform",
       .choices = {"uniform", "equidistant", "exponential", "gamma", "periodic", "burst"}},
      seed_parameter(),
      {.name = "nodes",
       .value_name = "N",
       .description = "replay on a cluster of so many nodes, whose cores and memory instances share (without: room "
                      "and CPU for all)"},
      {.name = "clusters",
       .value_name = "N",
       .description =
           "so many clusters of --nodes each, which share nothing: an app is dealt to one by the hash of its "
           "name; each is simulated by a thread of its own",
       .default_value = "1"},
      {.name = "node-cores", .value_name = "X", .description = "cores of a node", .default_value = "8"},
      {.name = "node-memory", .value_name = "SIZE", .description = "memory of a node", .default_value = "32Gi"},
      {.name = "placement",
       .value_name = "RULE",
       .description = "where an instance goes: spread, to the emptiest node, or pack, to the fullest",
       .default_value = "spread",
       .choices = {"spread", "pack"}},
      {.name = "evict-idle",
       .kind = flag,
       .description = "a call that finds no room has that of idle instances, of those that were used least recently"},
      {.name = "cpu", .value_name = "CPU", .description = "CPU limit of an instance", .default_value = "1000m"},
      {.name = "cpu-request",
       .value_name = "CPU",
       .description = "of an instance, for its place, and its weight on a contended node (without: the limit)"},
      {.name = "cpu-share",
       .value_name = "X",
       .description = "share of a duration that is CPU work, 0 to 1; the rest waits",
       .default_value = "1"},
      {.name = "billing",
       .value_name = "RULE",
       .description = "executions as they are, or azure: at least 100 ms, in whole ms and 128 MiB, less what every "
                      "owner has free, 400000 GiB s and a million calls in 30 days",
       .default_value = "exact",
       .choices = {"exact", "azure"}},
      {.name = "price-gib-s",
       .value_name = "USD",
       .description = "per GiB s of executions: Azure Functions, consumption plan",
       .default_value = "0.000016"},
      {.name = "price-million-calls",
       .value_name = "USD",
       .description = "per million calls: the same plan",
       .default_value = "0.2"},
      threads_parameter(),
      on_bad_row_parameter(),
      on_duplicate_parameter(),
      {.name = "out", .value_name = "FILE", .description = "one row per function, CSV"},
      {.name = "plot",
       .value_name = "FILE",
       .description = "draw cold starts, memory and latencies: .png, .svg or .pdf"},
      {.name = "json", .kind = flag, .description = "answer as JSON; shares are of 1"},
  };
}

}  // namespace

Command trace_replay_command() {
  return {
      .name = "trace replay",
      .summary = "replay a trace on instances that are kept alive: cold starts, wasted memory, latencies, price",
      .parameters = parameters(),
      .example =
          "faasconf trace synthesize --functions 200 --out trace.h5\n"
          "faasconf trace replay trace.h5 --policy hybrid --start-up 1s --out functions.csv\n"
          "faasconf trace select trace.h5 --rank 50..90 --out some.h5\n"
          "faasconf trace replay some.h5 --nodes 2 --clusters 4 --cpu-request 250m --start-up 1s --policy hybrid",
      .run = run_trace_replay,
  };
}

}  // namespace faasconf::experiments::cli
