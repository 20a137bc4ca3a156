// One system of docs/studies/interval-coverage.md: a workflow of two functions whose values are known is simulated as
// if it had been measured, and fitted to that. Prints how many intervals there are and how many hold the truth:
//   values,values held,held-out targets,sum of their coverages

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/experiments/calibration/two_functions_files.hpp"

namespace faasconf::experiments {
namespace {

void print_coverage(int system, std::uint64_t evaluations) {
  const double truth[] = {0.5, 0.8, 0.1};
  const TwoFunctionsFiles files("coverage-" + std::to_string(system), 200,
                                100 + static_cast<std::uint64_t>(system) * 10'000);
  const calibration::CalibrationOptions options{
      .evaluations = evaluations, .windows_per_half = 1, .members = 8, .threads = 2};
  const calibration::Calibration found = calibration::calibrate(files.inputs(options), options);
  int held = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const prediction::Span& interval = found.record.intervals[i];
    if (interval.low <= truth[i] && truth[i] <= interval.high) ++held;
  }
  int targets = 0;
  double covered = 0;
  for (const calibration::TargetReport& report : found.reports) {
    if (!report.held_out) continue;
    covered += report.coverage;
    ++targets;
  }
  std::printf("3,%d,%d,%.6f\n", held, targets, covered);
}

}  // namespace
}  // namespace faasconf::experiments

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s SYSTEM EVALUATIONS\n", arguments[0]);
    return 2;
  }
  faasconf::experiments::print_coverage(std::atoi(arguments[1]), std::strtoull(arguments[2], nullptr, 10));
}
