#include "experiments/policies/known_levels.hpp"

#include <cstddef>
#include <variant>

#include "experiments/config/profile_file.hpp"

namespace faasconf::experiments::policies {

std::vector<double> known_levels(const sim::Workload& workload, sim::Duration window, sim::Duration duration) {
  const auto* const closed = std::get_if<sim::ClosedLoop>(&workload.source);
  const auto* const open = std::get_if<sim::OpenLoop>(&workload.source);
  if (closed == nullptr && open == nullptr) return {};
  if (!workload.profile) {
    const double level = closed != nullptr ? closed->users : open->rate_per_s;
    return std::vector<double>(static_cast<std::size_t>(duration / window), level);
  }
  if (open != nullptr) return config::levels_by_window(*workload.profile, window, duration);
  const std::vector<int> users = config::users_by_window(*workload.profile, window, duration);
  return {users.begin(), users.end()};
}

}  // namespace faasconf::experiments::policies
