#pragma once
// Instances that no node had room for: which, how many, and what was lacking.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "sim/model/run.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments::results {

class PendingInstances {
 public:
  PendingInstances(sim::WorkflowSpec workflow, std::vector<std::string> case_names);

  void add(std::size_t case_index, const sim::Run& run);
  // Case by case, a line per function of which instances were pending at the end of a window; nothing when all had
  // room.
  void print(std::ostream& out) const;

 private:
  struct OfFunction {
    std::int64_t windows = 0;  // at whose end some were pending
    int most = 0;
    std::string want;  // what was lacking then
  };
  struct OfCase {
    std::int64_t windows = 0;
    std::vector<OfFunction> functions;
    int most = 0;          // of all functions together
    std::string together;  // what was requested then
  };

  std::string want(const sim::Observation& window, std::size_t function) const;
  void print(std::ostream& out, const OfCase& seen) const;

  sim::WorkflowSpec workflow_;
  std::vector<std::string> case_names_;
  std::vector<OfCase> cases_;
};

}  // namespace faasconf::experiments::results
