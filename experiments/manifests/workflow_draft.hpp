#pragma once
// A first experiment from what is deployed. What no manifest says is estimated, and every estimate is marked, beside
// the query or command that measures it.

#include <cstddef>
#include <string>

#include "experiments/manifests/manifests.hpp"

namespace faasconf::experiments::manifests {

struct DraftOptions {
  std::string name;     // of the workflow
  std::string entry{};  // the function that requests call; empty: the only one, else each as often as the others
};

struct Draft {
  std::string text;           // an experiment file
  std::size_t estimates = 0;  // lines marked ESTIMATE
};

// Throws sim::Error where the entry is no function.
Draft draft_workflow(const Deployed& deployed, const DraftOptions& options);

}  // namespace faasconf::experiments::manifests
