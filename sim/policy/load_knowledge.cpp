#include "sim/policy/load_knowledge.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace faasconf::sim {

std::vector<std::size_t> grouped(std::span<const LoadKnowledge> knowledge) {
  std::vector<std::size_t> order(knowledge.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::ranges::find(knowledge, knowledge[i]); });
  return order;
}

bool alike(std::span<const LoadKnowledge> knowledge) {
  return std::ranges::adjacent_find(knowledge, std::ranges::not_equal_to()) == knowledge.end();
}

}  // namespace faasconf::sim
