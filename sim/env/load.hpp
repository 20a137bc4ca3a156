#pragma once
// How many users there are in each window of an episode, and what the agents are told of it before.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/stats/holt_winters.hpp"
#include "sim/stats/quantile_tracker.hpp"

namespace faasconf::sim {

// Exactly one of both is given.
struct LoadSpec {
  std::vector<int> levels;               // an episode has one of these throughout, drawn with equal probability
  std::vector<std::vector<int>> series;  // users by window: an episode is a piece of one, both drawn; a ring
};

// What an agent knows of the users of the window that it decides for.
enum class LoadForecasting {
  clairvoyant,  // their number
  persistence,  // the number of the last window
  smoothing,    // exponential smoothing of the numbers so far (Brown, 1959)
  seasonal,     // the same with a trend and a season (Winters, 1960), also of the two seasons before the episode
};

// The users of an episode, window by window.
class EpisodeLoad {
 public:
  // The spec is borrowed. Throws Error: none of both given, an empty series, negative numbers.
  explicit EpisodeLoad(const LoadSpec& spec);

  void begin(Rng& rng);                  // draws the next episode
  int users(std::int64_t window) const;  // negative: of those before the episode
  std::size_t history() const;           // windows before the episode: what lies before it in its series

  template <class Archive>
  void archive(Archive& a) {
    a(chosen_, first_);
  }

 private:
  const LoadSpec& spec_;
  std::size_t chosen_ = 0;  // level or series
  std::size_t first_ = 0;   // of a series
};

// A number that is told for the next window, from those of the windows so far, and a quantile of what it may become by
// the errors so far.
class LoadForecast {
 public:
  // weight: of the last window under smoothing, and in the level under seasonal, in (0, 1]; season_windows: under
  // seasonal, at least 1.
  LoadForecast(LoadForecasting knowledge, double weight, std::size_t season_windows = 1, double upper_quantile = 0.9);

  std::size_t memory() const;  // windows before an episode that it learns from
  void begin(double users);    // of the first window that it is told of
  // After a window with so many users, before one with `next`.
  double tell(double users, double next);
  double upper() const { return std::max(told_, told_ + errors_.quantile()); }  // of the number told last

  bool is_whole() const { return seasons_.is_whole(); }  // a state that was restored
  template <class Archive>
  void archive(Archive& a) {
    a(told_, smoothed_, seasons_, errors_);
  }

 private:
  double forecast(double users, double next) const;

  LoadForecasting knowledge_;
  double weight_;
  double told_ = 0;
  double smoothed_ = 0;
  HoltWinters seasons_;
  QuantileTracker errors_;
};

}  // namespace faasconf::sim
