#pragma once
// In which keys two YAML trees differ.

#include <string>
#include <vector>

#include "experiments/config/yaml_tree.hpp"

namespace faasconf::experiments::config {

struct YamlDifference {
  std::string path;    // "training.steps"
  std::string before;  // as one line of YAML, cut when long; "nothing" where the key is absent
  std::string after;
};

// In the order of the first tree, then of what only the second one has. Where a list changes its length it is one
// difference.
std::vector<YamlDifference> differences(const YamlNode& before, const YamlNode& after);

// "training.seed: 1, now 2; promise: nothing, now strict", and how many more where there are many.
std::string describe(const std::vector<YamlDifference>& all);

}  // namespace faasconf::experiments::config
