#pragma once
// Forecasts the next value of a seasonal series.

#include <algorithm>
#include <cstddef>
#include <vector>

namespace faasconf::sim {

// Smoothing weights of the newest value, in [0, 1].
struct HoltWintersSpec {
  std::size_t season = 1;  // m: values until it repeats itself, at least 1
  double level_weight = 0.5;
  double trend_weight = 0.05;
  double season_weight = 0.3;
};

// Additive exponential smoothing with a trend and a season, one value ahead (Winters, 1960):
//   level_t  = a (y_t - season_{t-m}) + (1 - a) (level_{t-1} + trend_{t-1})
//   trend_t  = b (level_t - level_{t-1}) + (1 - b) trend_{t-1}
//   season_t = c (y_t - level_t) + (1 - c) season_{t-m}
//   forecast of y_{t+1} = level_t + trend_t + season_{t+1-m}
class HoltWinters {
 public:
  explicit HoltWinters(const HoltWintersSpec& spec) : spec_(spec), seasons_(spec.season) {}

  // At this level, without trend and season, before the first value.
  void begin(double level) {
    level_ = level;
    trend_ = 0;
    at_ = 0;
    std::ranges::fill(seasons_, 0.0);
  }
  void add(double value) {
    const double before = level_;
    level_ += trend_ + spec_.level_weight * (value - forecast());
    trend_ += spec_.trend_weight * (level_ - before - trend_);
    seasons_[at_] += spec_.season_weight * (value - level_ - seasons_[at_]);
    at_ = (at_ + 1) % seasons_.size();
  }
  std::size_t season() const { return spec_.season; }
  double forecast() const { return level_ + trend_ + seasons_[at_]; }

  // Whether a restored state has as many seasons as the spec; otherwise it was saved under another one.
  bool is_whole() const { return seasons_.size() == spec_.season && at_ < seasons_.size(); }

  template <class Archive>
  void archive(Archive& a) {
    a(level_, trend_, at_, seasons_);
  }

 private:
  HoltWintersSpec spec_;
  double level_ = 0;
  double trend_ = 0;
  std::size_t at_ = 0;           // the season of the next value
  std::vector<double> seasons_;  // what each adds to the level
};

}  // namespace faasconf::sim
