#pragma once
// The number of users in each window of an episode, and the forecast of it that agents are given.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/policy/load_knowledge.hpp"
#include "sim/stats/holt_winters.hpp"
#include "sim/stats/quantile_tracker.hpp"

namespace faasconf::sim {

// Exactly one of the two is given.
struct LoadSpec {
  std::vector<int> levels;  // an episode has one of these throughout, drawn with equal probability
  std::vector<std::vector<int>>
      series;  // users by window: an episode is a stretch of one series, treated as a ring; both are drawn
};

// How an agent's forecast of the users in the next window is made.
enum class LoadForecasting {
  clairvoyant,  // the true number
  persistence,  // the number of the last window
  smoothing,    // exponential smoothing of the numbers so far (Brown, 1959)
  seasonal,     // the same with a trend and a season (Winters, 1960), also of the two seasons before the episode
};

constexpr LoadKnowledge knowledge_of(LoadForecasting forecasting) {
  switch (forecasting) {
    case LoadForecasting::clairvoyant:
      return LoadKnowledge::next;
    case LoadForecasting::persistence:
      return LoadKnowledge::past;
    case LoadForecasting::smoothing:
    case LoadForecasting::seasonal:
      break;
  }
  return LoadKnowledge::forecast;
}

// The users of an episode, window by window.
class EpisodeLoad {
 public:
  // The spec is borrowed. Throws Error: both or neither given, an empty series, negative numbers.
  explicit EpisodeLoad(const LoadSpec& spec);

  void begin(Rng& rng);                  // draws the next episode
  int users(std::int64_t window) const;  // negative: of those before the episode
  std::size_t history() const;           // number of windows that precede the episode in its series

  template <class Archive>
  void archive(Archive& a) {
    a(chosen_, first_);
  }

 private:
  const LoadSpec& spec_;
  std::size_t chosen_ = 0;  // level or series
  std::size_t first_ = 0;   // of a series
};

// A forecast of the number of users in the next window, from the windows so far, and an upper quantile from the errors
// so far.
class LoadForecast {
 public:
  // weight: of the last window under smoothing, and in the level under seasonal, in (0, 1]; season_windows: under
  // seasonal, at least 1.
  LoadForecast(LoadForecasting knowledge, double weight, std::size_t season_windows = 1, double upper_quantile = 0.9);

  std::size_t memory() const;  // windows before an episode that it learns from
  void begin(double users);    // of the first window that it observes
  // The forecast after a window with this many users; the next one will have `next`.
  double observe(double users, double next);
  double upper() const { return std::max(forecast_, forecast_ + errors_.quantile()); }  // of the last forecast

  bool is_whole() const { return seasons_.is_whole(); }  // a state that was restored
  template <class Archive>
  void archive(Archive& a) {
    a(forecast_, smoothed_, seasons_, errors_);
  }

 private:
  double forecast(double users, double next) const;

  LoadForecasting knowledge_;
  double weight_;
  double forecast_ = 0;
  double smoothed_ = 0;
  HoltWinters seasons_;
  QuantileTracker errors_;
};

}  // namespace faasconf::sim
