#pragma once
// The load in each window of an episode, and the forecast of it that agents are given.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/model/workload.hpp"
#include "sim/policy/load_knowledge.hpp"
#include "sim/stats/holt_winters.hpp"
#include "sim/stats/quantile_tracker.hpp"

namespace faasconf::sim {

// Users of a closed loop, or requests per second of an open one. Exactly one of the two is given.
struct LoadSpec {
  std::vector<double> levels;  // an episode has one of these throughout, drawn with equal probability
  std::vector<std::vector<double>>
      series;  // by window: an episode is a stretch of one series, treated as a ring; both are drawn
};

// How an agent's forecast of the load in the next window is made.
enum class LoadForecasting {
  clairvoyant,  // the true level
  persistence,  // the level of the last window
  smoothing,    // exponential smoothing of the levels so far (Brown, 1959)
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

// The load of an episode, window by window.
class EpisodeLoad {
 public:
  // The spec is borrowed. Throws Error: both or neither given, an empty series, negative numbers.
  explicit EpisodeLoad(const LoadSpec& spec);

  void begin(Rng& rng);                     // draws the next episode
  double level(std::int64_t window) const;  // negative: of those before the episode
  std::size_t history() const;              // number of windows that precede the episode in its series
  // Where the episode begins in stretched(), for episodes of so many windows.
  std::size_t first_window(std::size_t episode_windows) const;

  template <class Archive>
  void archive(Archive& a) {
    a(chosen_, first_);
  }

 private:
  const LoadSpec& spec_;
  std::size_t chosen_ = 0;  // level or series
  std::size_t first_ = 0;   // of a series
};

// All levels or series one after another, so that every episode of so many windows is a stretch of this: for a
// simulation whose load over time is given beforehand.
Profile stretched(const LoadSpec& spec, Duration window, std::size_t episode_windows);

// A forecast of the load in the next window, from the windows so far, and an upper quantile from the errors so far.
class LoadForecast {
 public:
  // weight: of the last window under smoothing, and in the level under seasonal, in (0, 1]; season_windows: under
  // seasonal, at least 1.
  LoadForecast(LoadForecasting knowledge, double weight, std::size_t season_windows = 1, double upper_quantile = 0.9);

  std::size_t memory() const;  // windows before an episode that it learns from
  void begin(double level);    // of the first window that it observes
  // The forecast after a window of this level; the next one will have `next`.
  double observe(double level, double next);
  double upper() const { return std::max(forecast_, forecast_ + errors_.quantile()); }  // of the last forecast

  bool is_whole() const { return seasons_.is_whole(); }  // a state that was restored
  template <class Archive>
  void archive(Archive& a) {
    a(forecast_, smoothed_, seasons_, errors_);
  }

 private:
  double forecast(double level, double next) const;

  LoadForecasting knowledge_;
  double weight_;
  double forecast_ = 0;
  double smoothed_ = 0;
  HoltWinters seasons_;
  QuantileTracker errors_;
};

}  // namespace faasconf::sim
