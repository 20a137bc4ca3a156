#pragma once
// A first experiment from a platform's own files.

#include <cstddef>
#include <string>
#include <vector>

namespace faasconf::experiments::jobs {

struct InitWorkflowJob {
  std::vector<std::string> from;  // manifests
  std::string name;               // of the workflow
  std::string entry{};            // a function; empty: the only one, else each as often as the others
  std::string out{};              // a file that does not exist yet
};

struct InitializedWorkflow {
  std::vector<std::string> functions;
  std::vector<std::string> left_out{};  // of the manifests: what has no counterpart, each with its place
  std::size_t estimates = 0;            // values that no manifest says
};

// Throws sim::Error where a manifest cannot be read, where what it says cannot be simulated, and where `out` exists.
InitializedWorkflow run(const InitWorkflowJob& job);

}  // namespace faasconf::experiments::jobs
