// Some runs of docs/studies/percentile-coverage.md: M/M/10 under an offered load of 6, simulated as `faasconf simulate`
// does it, warm-up and intervals included. Prints, for each percentile, how many runs there are, how many intervals
// hold the exact value, and the sums of estimates and half-widths:
//   percentile,exact_s,runs,held,estimates_s,half_widths_s

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/jobs/simulate.hpp"
#include "tests/sim/model/queueing_theory.hpp"

namespace faasconf::experiments {
namespace {

struct Percentile {
  const char* metric;
  double p;
  int held = 0;
  double estimates_s = 0;
  double half_widths_s = 0;
};

jobs::SimulateJob job_of(const std::string& duration, std::uint64_t replications) {
  const std::string text =
      "workflow:\n"
      "  name: queue\n"
      "  functions:\n"
      "    f: {off_cpu: {law: exponential, mean: 3s}, overflow: queue,\n"
      "        fixed: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 10}}\n"
      "  entry: f\n"
      "workload: {open_loop: {rate: 2/s}}\n"
      "duration: " +
      duration + "\n";
  jobs::SimulateJob job{.experiment = config::parse_experiment(text, "queue.yaml")};
  job.experiment.replications = replications;
  return job;
}

void print_coverage(std::uint64_t first, std::uint64_t runs, jobs::SimulateJob job) {
  const sim::Mmc queue{.arrival_rate_per_s = 2, .service_rate_per_s = 1 / 3.0, .servers = 10};
  std::vector<Percentile> percentiles = {{"latency_p50_s", .50}, {"latency_p95_s", .95}, {"latency_p99_s", .99}};
  for (std::uint64_t run = 0; run < runs; ++run) {
    job.experiment.seed = first + run;
    const jobs::SimulateResult result = jobs::run(job);
    for (Percentile& one : percentiles) {
      const sim::Interval interval = result.summary.row(0, "", one.metric).interval().value();
      one.held += interval.contains(sim::mmc_response_quantile(one.p, queue)) ? 1 : 0;
      one.estimates_s += interval.mean;
      one.half_widths_s += interval.half_width;
    }
  }
  for (const Percentile& one : percentiles) {
    std::printf("%g,%.6f,%llu,%d,%.9f,%.9f\n", one.p, sim::mmc_response_quantile(one.p, queue),
                static_cast<unsigned long long>(runs), one.held, one.estimates_s, one.half_widths_s);
  }
}

}  // namespace
}  // namespace faasconf::experiments

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: %s FIRST_SEED RUNS DURATION REPLICATIONS\n", arguments[0]);
    return 2;
  }
  faasconf::experiments::print_coverage(
      std::strtoull(arguments[1], nullptr, 10), std::strtoull(arguments[2], nullptr, 10),
      faasconf::experiments::job_of(arguments[3], std::strtoull(arguments[4], nullptr, 10)));
}
