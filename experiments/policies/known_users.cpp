#include "experiments/policies/known_users.hpp"

#include <cstddef>
#include <variant>

#include "experiments/config/profile_file.hpp"

namespace faasconf::experiments::policies {

std::vector<int> known_users(const sim::Workload& workload, sim::Duration window, sim::Duration duration) {
  const auto* const loop = std::get_if<sim::ClosedLoop>(&workload.source);
  if (loop == nullptr) return {};
  if (workload.profile) return config::users_by_window(*workload.profile, window, duration);
  return std::vector<int>(static_cast<std::size_t>(duration / window), loop->users);
}

}  // namespace faasconf::experiments::policies
