#include "sim/env/load.hpp"

#include <string>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

void check(const std::vector<int>& users) {
  if (users.empty()) throw Error("an environment's load: expected a number of users at least, got none");
  for (const int level : users) {
    if (level < 0) {
      throw Error("an environment's load: expected users that are not negative, got " + std::to_string(level));
    }
  }
}

std::uint32_t count(const auto& choices) { return static_cast<std::uint32_t>(choices.size()); }

}  // namespace

EpisodeLoad::EpisodeLoad(const LoadSpec& spec) : spec_(spec) {
  if (spec.levels.empty() == spec.series.empty()) {
    throw Error("an environment's load: expected either levels or series of users, got both or none");
  }
  if (!spec.levels.empty()) check(spec.levels);
  for (const auto& series : spec.series) check(series);
}

void EpisodeLoad::begin(Rng& rng) {
  if (spec_.series.empty()) {
    chosen_ = rng.below(count(spec_.levels));
  } else {
    chosen_ = rng.below(count(spec_.series));
    first_ = rng.below(count(spec_.series[chosen_]));
  }
}

int EpisodeLoad::users(std::size_t window) const {
  if (spec_.series.empty()) return spec_.levels[chosen_];
  const auto& series = spec_.series[chosen_];
  return series[(first_ + window) % series.size()];
}

}  // namespace faasconf::sim
