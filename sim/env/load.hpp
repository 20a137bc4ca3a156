#pragma once
// How many users there are in each window of an episode, and what the agents are told of it before.

#include <cstddef>
#include <vector>

#include "sim/core/random.hpp"

namespace faasconf::sim {

// Exactly one of both is given.
struct LoadSpec {
  std::vector<int> levels;               // an episode has one of these throughout, drawn with equal probability
  std::vector<std::vector<int>> series;  // users by window: an episode is a piece of one, both drawn; a ring
};

// What an agent knows of the users of the window that it decides for.
enum class LoadKnowledge {
  clairvoyant,  // their number
  persistence,  // the number of the last window
  smoothing,    // exponential smoothing of the numbers so far (Brown, 1959)
};

// The users of an episode, window by window.
class EpisodeLoad {
 public:
  // The spec is borrowed. Throws Error: none of both given, an empty series, negative numbers.
  explicit EpisodeLoad(const LoadSpec& spec);

  void begin(Rng& rng);  // draws the next episode
  int users(std::size_t window) const;

  template <class Archive>
  void archive(Archive& a) {
    a(chosen_, first_);
  }

 private:
  const LoadSpec& spec_;
  std::size_t chosen_ = 0;  // level or series
  std::size_t first_ = 0;   // of a series
};

// A number that is told for the next window, from those of the windows so far.
class LoadForecast {
 public:
  // weight: of the last window under smoothing, in (0, 1].
  LoadForecast(LoadKnowledge knowledge, double weight) : knowledge_(knowledge), weight_(weight) {}

  void begin(double users) { smoothed_ = users; }  // of an episode's first window
  // After a window with so many users, before one with `next`.
  double tell(double users, double next) {
    smoothed_ += weight_ * (users - smoothed_);
    switch (knowledge_) {
      case LoadKnowledge::clairvoyant:
        return next;
      case LoadKnowledge::persistence:
        return users;
      case LoadKnowledge::smoothing:
        break;
    }
    return smoothed_;
  }

  template <class Archive>
  void archive(Archive& a) {
    a(smoothed_);
  }

 private:
  LoadKnowledge knowledge_;
  double weight_;
  double smoothed_ = 0;
};

}  // namespace faasconf::sim
