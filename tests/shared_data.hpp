#pragma once
// Real data that does not ship with the project: the folder FAASCONF_SHARED names, else ../shared beside the project.
// Tests run in the repository root.
//
//   const auto file = shared_file("data/azure/azure2019_invocations_9fn.csv");
//   if (!file) GTEST_SKIP() << kNoSharedData;

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace faasconf::tests {

inline constexpr const char* kNoSharedData = "the shared data is not here; FAASCONF_SHARED may name its folder";

inline std::optional<std::string> shared_file(const std::string& name) {
  const char* folder = std::getenv("FAASCONF_SHARED");
  const auto path = std::filesystem::path(folder != nullptr ? folder : "../shared") / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path.string();
}

}  // namespace faasconf::tests
