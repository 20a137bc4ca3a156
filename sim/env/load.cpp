#include "sim/env/load.hpp"

#include <string>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

constexpr std::size_t kSeasonsWatched = 2;  // one to learn a season from, one to correct it by
constexpr double kErrorRate = 0.1;          // a quantile of some tens of errors

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

int EpisodeLoad::users(std::int64_t window) const {
  if (spec_.series.empty()) return spec_.levels[chosen_];
  const auto& series = spec_.series[chosen_];
  const auto size = static_cast<std::int64_t>(series.size());
  return series[static_cast<std::size_t>((static_cast<std::int64_t>(first_) + window) % size)];
}

std::size_t EpisodeLoad::history() const { return spec_.series.empty() ? 0 : first_; }

LoadForecast::LoadForecast(LoadForecasting knowledge, double weight, std::size_t season_windows, double upper_quantile)
    : knowledge_(knowledge),
      weight_(weight),
      seasons_({.season = season_windows, .level_weight = weight}),
      errors_(upper_quantile, kErrorRate) {}

std::size_t LoadForecast::memory() const {
  return knowledge_ == LoadForecasting::seasonal ? kSeasonsWatched * seasons_.season() : 0;
}

void LoadForecast::begin(double users) {
  forecast_ = smoothed_ = users;
  seasons_.begin(users);
  errors_.begin();
}

double LoadForecast::observe(double users, double next) {
  errors_.add(users - forecast_);
  smoothed_ += weight_ * (users - smoothed_);
  seasons_.add(users);
  return forecast_ = forecast(users, next);
}

double LoadForecast::forecast(double users, double next) const {
  switch (knowledge_) {
    case LoadForecasting::clairvoyant:
      return next;
    case LoadForecasting::persistence:
      return users;
    case LoadForecasting::smoothing:
      return smoothed_;
    case LoadForecasting::seasonal:
      break;
  }
  return std::max(0.0, seasons_.forecast());
}

}  // namespace faasconf::sim
