// The table of docs/studies/cfs-errors.md: how far five models of a CPU limit, and mean-value analysis, are off what
// was measured on a real gateway. Runs in the repository root, on the data that tests/shared_data.hpp finds.

#include "tests/sim/model/cfs_errors.hpp"

#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

namespace faasconf::sim {
namespace {

struct Model {
  const char* name;
  CpuSharingSpec sharing;
};
const std::vector<Model>& models() {
  static const std::vector<Model> models{{"fluid", fluid_sharing()},
                                         {"CFS", cfs_sharing()},
                                         {"CFS, slices of 10 ms", sliced_sharing(1)},
                                         {"CFS, slices of 10 ms, two levels", sliced_sharing(2)},
                                         {"CFS, slices of 5 ms in random order, two levels", random_sharing(2)}};
  return models;
}

double percent(const RunningMoments& moments) { return 100 * moments.mean().value_or(std::nan("")); }

void print_cell(const RunningMoments& error, const RunningMoments& absolute) {
  std::printf("%+.1f (%.1f) | ", percent(error), percent(absolute));
}

void print_errors(const char* load, const std::function<Errors(const CpuSharingSpec&)>& errors_of) {
  for (const Model& model : models()) {
    const Errors errors = errors_of(model.sharing);
    std::printf("| %s | %d | %s | ", load, static_cast<int>(errors.mean.count()), model.name);
    print_cell(errors.mean, errors.absolute_mean);
    print_cell(errors.median, errors.absolute_median);
    print_cell(errors.p95, errors.absolute_p95);
    std::printf("%.1f | ", percent(errors.success_ratio));
    if (errors.utilisation.count() > 0) std::printf("%.1f ", percent(errors.utilisation));
    std::printf("|\n");
  }
}

// Where only the mean is known.
void print_mean(const char* load, const char* model, const RunningMoments& absolute) {
  std::printf("| %s | %d | %s | (%.1f) | | | | |\n", load, static_cast<int>(absolute.count()), model,
              percent(absolute));
}

void print_table() {
  std::printf("| load | windows | model | mean | median | 95th percentile | success ratio | utilization |\n");
  std::printf("|---|---|---|---|---|---|---|---|\n");
  print_errors("closed loop", [](const CpuSharingSpec& sharing) { return closed_loop_errors(sharing); });
  print_mean("closed loop", "mean-value analysis", network_errors(true));
  print_mean("closed loop, nothing rejected", "mean-value analysis", network_errors(false));
  print_mean("closed loop, nothing rejected", "CFS, slices of 10 ms, two levels",
             errors_without_rejections(sliced_sharing(2)));
  const std::vector<OpenWindow> windows = read_open_windows();
  print_errors("open loop",
               [&](const CpuSharingSpec& sharing) { return open_loop_errors(windows, sharing, kOpenLoopOverhead_s); });
  print_errors("workflow", [](const CpuSharingSpec& sharing) { return workflow_errors(sharing); });
}

}  // namespace
}  // namespace faasconf::sim

int main() {
  if (!faasconf::tests::shared_file("data/openfaas/windows.csv")) {
    std::fprintf(stderr, "cfs-errors: %s\n", faasconf::tests::kNoSharedData);
    return 1;
  }
  faasconf::sim::print_table();
}
