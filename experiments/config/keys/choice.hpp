#pragma once
// The words of a choice (words.hpp) as what a key takes.

#include <string>
#include <vector>

#include "experiments/config/keys/key.hpp"
#include "experiments/config/words.hpp"

namespace faasconf::experiments::config::takes {

template <class Choice>
Takes choice() {
  std::vector<std::string> all;
  for (const auto& [word, meaning] : kWords<Choice>) all.emplace_back(word);
  return words(std::move(all));
}

}  // namespace faasconf::experiments::config::takes
