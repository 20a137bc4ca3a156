#pragma once
// Writes a trace in the schema of the Azure Functions 2019 data set, three files per day:
// invocations_per_function_md.anon.dNN.csv, function_durations_percentiles.anon.dNN.csv and
// app_memory_percentiles.anon.dNN.csv.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "traces/core/trace.hpp"
#include "traces/files/part_file.hpp"
#include "traces/files/part_folder.hpp"

namespace faasconf::traces {

// Rows of some functions, by day.
struct Azure2019Rows {
  std::vector<std::string> invocations;
  std::vector<std::string> durations;

  explicit Azure2019Rows(std::uint32_t days) : invocations(days), durations(days) {}

  // A day on which a function is not called has no row for it. The Count of its durations is in proportion to the
  // day's calls. Throws sim::Error for names that no such file can hold.
  void add(const TraceFunction& function);
};

// The folder appears when committed, with all its files; until then nothing is there, or what was there before. A
// function without durations has no row in their files, nor has an app without memory.
class Azure2019Writer {
 public:
  // One more file, record.yaml, may be added. Throws sim::Error where a folder stands that has other files than those
  // that are written.
  Azure2019Writer(const std::string& folder, std::uint32_t days);

  void append(const TraceFunction& function);
  // The same in two steps, the first of which may be done on any thread.
  void append(const Azure2019Rows& rows);
  void note_app(const TraceFunction& function);  // its memory is written at the end, for the days of its calls

  void add_record(const std::string& yaml);

  void commit();
  std::vector<std::string> paths() const;  // by kind, then by day; last the record, if there is one

 private:
  struct AppDays {
    MemoryPercentiles memory;
    std::vector<bool> called;
  };

  void write_memory();

  std::string folder_;
  std::uint32_t days_;
  bool has_record_ = false;
  files::PartFolder part_;
  std::vector<std::unique_ptr<files::PartFile>> invocations_, durations_, memory_;  // by day
  std::map<std::pair<std::string, std::string>, AppDays> apps_;
};

}  // namespace faasconf::traces
