#pragma once
// Files of the Azure data sets as tests write them.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "tests/traces/message_of.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

inline std::string minute_names(std::size_t count = kMinutesPerDay) {
  std::string names;
  for (std::size_t m = 1; m <= count; ++m) names += "," + std::to_string(m);
  return names;
}

// Zeros, but for the minutes named: {minute from 1, text}.
inline std::string cells(const std::vector<std::pair<std::size_t, std::string>>& special = {},
                         std::size_t count = kMinutesPerDay) {
  std::vector<std::string> fields(count, "0");
  for (const auto& [minute, text] : special) fields.at(minute - 1) = text;
  std::string joined;
  for (const auto& field : fields) joined += "," + field;
  return joined;
}

inline const std::string kHeader = "HashOwner,HashApp,HashFunction,Trigger" + minute_names() + "\n";
inline const std::string kSeriesHeader = "HashFunction,day" + minute_names() + "\n";
inline const std::string kDurationsHeader =
    "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,"
    "percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\n";
inline const std::string kMemoryHeader =
    "HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct1,AverageAllocatedMb_pct5,"
    "AverageAllocatedMb_pct25,AverageAllocatedMb_pct50,AverageAllocatedMb_pct75,AverageAllocatedMb_pct95,"
    "AverageAllocatedMb_pct99,AverageAllocatedMb_pct100\n";

using tests::message_of;

// Files in a directory of their own, gone with this.
class Files {
 public:
  explicit Files(const std::vector<std::string>& contents = {}) {
    std::string pattern = (std::filesystem::temp_directory_path() / "traces-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    for (const std::string& text : contents) add(text);
  }
  ~Files() { std::filesystem::remove_all(directory_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  std::string add(const std::string& text) {
    paths_.push_back((directory_ / (std::to_string(paths_.size() + 1) + ".csv")).string());
    std::ofstream(paths_.back(), std::ios::binary) << text;
    return paths_.back();
  }
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  std::filesystem::path directory_;
  std::vector<std::string> paths_;
};

}  // namespace faasconf::traces
