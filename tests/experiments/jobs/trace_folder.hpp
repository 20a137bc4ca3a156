#pragma once
// What the tests of jobs on traces share.

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "experiments/jobs/progress.hpp"
#include "experiments/jobs/trace_input.hpp"
#include "tests/experiments/config/reading.hpp"
#include "tests/traces/made_up_trace.hpp"
#include "traces/store/store.hpp"

namespace faasconf::experiments::jobs {

// A folder of this test that holds a trace, "trace.h5".
class TraceFolder {
 public:
  explicit TraceFolder(const std::string& name, const traces::Trace& trace = traces::many_functions(12))
      : folder_(scratch_folder(name)) {
    traces::write_store(path("trace.h5"), trace, "test");
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  TraceInput trace() const { return {.path = path("trace.h5"), .name = "trace.h5"}; }

  // Beside the trace, in folders too.
  std::vector<std::string> outputs() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file() && entry.path() != folder_ / "trace.h5") found.push_back(entry.path());
    }
    return found;
  }
  void remove_outputs() const {
    for (const std::string& file : outputs()) std::filesystem::remove(file);
  }

 private:
  std::filesystem::path folder_;
};

// Cancels the job early, in its middle and late: it ends there, and leaves nothing behind.
template <class Job>
void expect_ends_where_it_is_cancelled(const Job& job, const TraceFolder& folder) {
  int all = 0;
  ASSERT_FALSE(run(job, {.on_step = {}, .go_on = [&] { return ++all > 0; }}).interrupted);
  ASSERT_GE(all, 1);
  folder.remove_outputs();
  for (const int tenths : {0, 2, 5, 9}) {
    int asked = 0;
    EXPECT_TRUE(run(job, {.on_step = {}, .go_on = [&] { return ++asked <= all * tenths / 10; }}).interrupted) << tenths;
    EXPECT_LE(asked, all * tenths / 10 + 2) << tenths;
    EXPECT_TRUE(folder.outputs().empty()) << tenths;
  }
}

}  // namespace faasconf::experiments::jobs
