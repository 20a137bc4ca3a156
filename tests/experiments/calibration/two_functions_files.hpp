#pragma once
// Files to calibrate from: measurements of the two functions, their mapping, and a workflow with other values.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "experiments/calibration/calibration.hpp"
#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments {

// Files of a system whose values are known, and of a workflow that has others.
struct TwoFunctionsFiles {
  explicit TwoFunctionsFiles(const std::string& name, std::size_t rows, std::uint64_t seed = 7)
      : folder(scratch_folder(name)) {
    write_file(folder / "measured.csv", simulated_rows(two_functions(), rows, seed));
    write_file(folder / "mapping.yaml", kTwoFunctionsMapping);
    std::string other = kTwoFunctions;
    other.replace(other.find("500ms"), 5, "900ms");
    other.replace(other.find("800ms"), 5, "400ms");
    other.replace(other.find("contention: 0.1"), 15, "contention: 0.3");
    write_file(folder / "workflow.yaml", other);
  }
  calibration::CalibrationInputs inputs(const calibration::CalibrationOptions& options) const {
    return {path("measured.csv"), path("mapping.yaml"), path("workflow.yaml"), options};
  }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  std::filesystem::path folder;
};

}  // namespace faasconf::experiments
