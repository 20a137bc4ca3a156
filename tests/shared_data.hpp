#pragma once
// Real data: all of it, which does not ship with the project, where the folder is that FAASCONF_SHARED names, else
// ../shared beside the project; else what ships of it in tests/data. Tests run in the repository root.
//
//   const auto file = shared_file("data/azure/azure2019_invocations_9fn.csv");
//   if (!file) GTEST_SKIP() << kNoSharedData;

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace faasconf::tests {

inline constexpr const char* kNoSharedData = "the shared data is not here; FAASCONF_SHARED may name its folder";

// The whole file, or an extract of it that ships.
inline std::optional<std::string> shared_file(const std::string& name) {
  const char* folder = std::getenv("FAASCONF_SHARED");
  for (const std::filesystem::path root : {folder != nullptr ? folder : "../shared", "tests"}) {
    if (std::filesystem::exists(root / name)) return (root / name).string();
  }
  return std::nullopt;
}

}  // namespace faasconf::tests
