#pragma once
// Instances that no node had room for: which, how many, and for want of what.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "sim/model/run.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments {

class PendingInstances {
 public:
  // The workflow is borrowed and must outlive this.
  PendingInstances(const sim::WorkflowSpec& workflow, std::vector<std::string> case_names);

  void add(std::size_t case_index, const sim::Run& run);
  // A line per case and function of which instances were pending at the end of a window; nothing when all had room.
  void print(std::ostream& out) const;

 private:
  struct Pending {
    std::int64_t windows = 0;  // at whose end some were pending
    int most = 0;
    std::string want;  // what was lacking then
  };

  std::string want(const sim::Observation& window, std::size_t function) const;

  const sim::WorkflowSpec* workflow_;
  std::vector<std::string> case_names_;
  std::vector<std::int64_t> windows_;          // by case
  std::vector<std::vector<Pending>> pending_;  // by case and function
};

}  // namespace faasconf::experiments
