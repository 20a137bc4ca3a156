#pragma once
// Which forecast of the load a policy has. Policies are comparable only if they have the same.

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace faasconf::sim {

enum class LoadKnowledge {
  none,      // it decides without the load, such as a fixed configuration
  past,      // what was observed up to now
  forecast,  // a forecast of the next window, from the past
  next,      // the load of the next window, which only an oracle knows
};

// For people.
constexpr const char* name_of(LoadKnowledge knowledge) {
  constexpr std::array kNames{"none", "history", "forecast", "perfect"};
  return kNames[static_cast<std::size_t>(knowledge)];
}

// Indices in the order in which a comparison shows policies: those that know the same stand together, as the first of
// them stood.
std::vector<std::size_t> grouped(std::span<const LoadKnowledge> knowledge);
bool alike(std::span<const LoadKnowledge> knowledge);  // all know the same

}  // namespace faasconf::sim
