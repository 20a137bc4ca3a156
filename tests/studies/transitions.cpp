// The table of docs/studies/transitions.md: how far simulated transitions are off those that were measured on a real
// gateway. Runs in the repository root, on the data that tests/shared_data.hpp finds.

#include <cstdio>
#include <string>
#include <vector>

#include "tests/sim/model/transition_errors.hpp"

namespace faasconf::sim {
namespace {

constexpr int kSeeds = 20;

struct Replays {
  std::vector<ComparedWindow> windows{};  // against what was measured
  std::vector<ComparedWindow> chance{};   // against one run
};

void print(const std::string& what, const Deviations& errors, double scale, const char* bar,
           const Deviations& by_chance = {}) {
  std::printf("| %s | %zu | %+.1f | %.1f | %.1f | %.1f | ", what.c_str(), errors.values.size(), scale * errors.bias(),
              scale * errors.absolute(), scale * errors.absolute_quantile(0.5), scale * errors.absolute_quantile(0.9));
  if (!by_chance.values.empty()) std::printf("%.1f ", scale * by_chance.absolute());
  std::printf("| %s |\n", bar);
}

void print(const std::string& what, const Replays& replays,
           DeviationsByAction (*errors_of)(const std::vector<ComparedWindow>&), const char* bar) {
  const DeviationsByAction by_chance = errors_of(replays.chance);
  for (const auto& [action, errors] : errors_of(replays.windows)) {
    const auto chance = by_chance.find(action);
    print(what + ", " + action, errors, 100, bar, chance == by_chance.end() ? Deviations() : chance->second);
  }
}

void print_table() {
  const std::vector<MeasuredSequence> sequences = read_sequences();
  const std::vector<MeasuredSequence> one_run = as_simulated(sequences, kSeeds + 1);
  const Replays replays{.windows = compare(sequences, kSeeds), .chance = compare(one_run, kSeeds)};
  std::printf("| what, by action | n | bias | mean size | median | 90th percentile | chance | wanted |\n");
  std::printf("|---|---|---|---|---|---|---|---|\n");
  print("reserved core-seconds (%)", replays, reserved_errors, "bias 2, size 3");
  print("mean latency (%)", replays, latency_errors, "size 3.5");
  print("successes (%)", replays, success_errors, "size 3.5");
  print("refusals (%)", replays, refusal_errors, "size 5");
  print("time of a refusal (%)", refusal_time_errors(replays.windows), 100, "size 25");
  const LiveErrors live = live_errors(replays.windows);
  print("first new answer (s)", live.first_new_s, 1, "median 0.5, 90th percentile 1.5");
  print("last old answer (s)", live.last_old_s, 1, "median 0.5, 90th percentile 1.5");
  print("open loop, mean latency (%)", all_of(open_loop_latency_errors(replays.windows)), 100, "8",
        all_of(open_loop_latency_errors(replays.chance)));
  const WorkflowErrors workflow = workflow_errors(replays.windows);
  print("workflow, mean latency (%)", workflow.latency, 100, "");
  print("workflow, successes (%)", workflow.successes, 100, "");
  std::printf("\n| sequence | calls lost | simulated |\n|---|---|---|\n");
  for (const auto& [name, lost] : lost_calls(replays.windows)) {
    if (lost.measured > 0 || lost.replayed > 0)
      std::printf("| %s | %.0f | %.1f |\n", name.c_str(), lost.measured, lost.replayed);
  }
}

}  // namespace
}  // namespace faasconf::sim

int main() {
  if (!faasconf::tests::shared_file(faasconf::sim::kTransitions + "windows.csv")) {
    std::fprintf(stderr, "transitions: %s\n", faasconf::tests::kNoSharedData);
    return 1;
  }
  faasconf::sim::print_table();
}
