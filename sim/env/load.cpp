#include "sim/env/load.hpp"

#include <cmath>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

constexpr std::size_t kSeasonsWatched = 2;  // one to learn a season from, one to correct it by
constexpr double kErrorRate = 0.1;          // a quantile of some tens of errors

void check(const std::vector<double>& levels) {
  if (levels.empty()) throw Error("an environment's load: expected a level at least, got none");
  for (const double level : levels) {
    if (!(level >= 0 && std::isfinite(level))) {
      throw Error("an environment's load: expected levels that are not negative, got " + std::to_string(level));
    }
  }
}

std::uint32_t count(const auto& choices) { return static_cast<std::uint32_t>(choices.size()); }

// Of a level or series in stretched(): wherever an episode begins in it, the window before its first action and the
// others follow.
std::size_t stretch(std::size_t length, std::size_t episode_windows) { return length + episode_windows; }

}  // namespace

EpisodeLoad::EpisodeLoad(const LoadSpec& spec) : spec_(spec) {
  if (spec.levels.empty() == spec.series.empty()) {
    throw Error("an environment's load: expected either levels or series, got both or none");
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

double EpisodeLoad::level(std::int64_t window) const {
  if (spec_.series.empty()) return spec_.levels[chosen_];
  const auto& series = spec_.series[chosen_];
  const auto size = static_cast<std::int64_t>(series.size());
  return series[static_cast<std::size_t>((static_cast<std::int64_t>(first_) + window) % size)];
}

std::size_t EpisodeLoad::history() const { return spec_.series.empty() ? 0 : first_; }

std::size_t EpisodeLoad::first_window(std::size_t episode_windows) const {
  if (spec_.series.empty()) return chosen_ * stretch(1, episode_windows);
  std::size_t first = first_;
  for (std::size_t i = 0; i < chosen_; ++i) first += stretch(spec_.series[i].size(), episode_windows);
  return first;
}

Profile stretched(const LoadSpec& spec, Duration window, std::size_t episode_windows) {
  Profile profile{.steps = {}, .origin = "episodes"};
  std::int64_t begun = 0;
  const auto add = [&](double level, std::size_t windows) {
    profile.steps.push_back({Time(begun * window), level});
    begun += static_cast<std::int64_t>(windows);
  };
  for (const double level : spec.levels) add(level, stretch(1, episode_windows));
  for (const std::vector<double>& series : spec.series) {
    for (std::size_t i = 0; i < stretch(series.size(), episode_windows); ++i) add(series[i % series.size()], 1);
  }
  return profile;
}

LoadForecast::LoadForecast(LoadForecasting knowledge, double weight, std::size_t season_windows, double upper_quantile)
    : knowledge_(knowledge),
      weight_(weight),
      seasons_({.season = season_windows, .level_weight = weight}),
      errors_(upper_quantile, kErrorRate) {}

std::size_t LoadForecast::memory() const {
  return knowledge_ == LoadForecasting::seasonal ? kSeasonsWatched * seasons_.season() : 0;
}

void LoadForecast::begin(double level) {
  forecast_ = smoothed_ = level;
  seasons_.begin(level);
  errors_.begin();
}

double LoadForecast::observe(double level, double next) {
  errors_.add(level - forecast_);
  smoothed_ += weight_ * (level - smoothed_);
  seasons_.add(level);
  return forecast_ = forecast(level, next);
}

double LoadForecast::forecast(double level, double next) const {
  switch (knowledge_) {
    case LoadForecasting::clairvoyant:
      return next;
    case LoadForecasting::persistence:
      return level;
    case LoadForecasting::smoothing:
      return smoothed_;
    case LoadForecasting::seasonal:
      break;
  }
  return std::max(0.0, seasons_.forecast());
}

}  // namespace faasconf::sim
