#pragma once
// What the tests of the readers share.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "experiments/config/experiment_file.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments {

// What reading complains about, or "no error".
inline std::string complaint(const std::function<void()>& read) {
  try {
    read();
  } catch (const sim::Error& error) {
    return sim::describe(error);
  }
  return "no error";
}

inline std::string complaint_about(const std::string& text, const config::Overrides& overrides = {}) {
  return complaint([&] { config::parse_experiment(text, "f.yaml", overrides); });
}

// A folder of this test, empty at first.
inline std::filesystem::path scratch_folder(const std::string& name) {
  const char* const root = std::getenv("TEST_TMPDIR");
  const std::filesystem::path folder =
      (root != nullptr ? std::filesystem::path(root) : std::filesystem::temp_directory_path()) / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

inline void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace faasconf::experiments
