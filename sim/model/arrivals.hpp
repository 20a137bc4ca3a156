#pragma once
// When the requests of an open loop arrive.

#include "sim/core/random.hpp"
#include "sim/model/workload.hpp"

namespace faasconf::sim {

// Level of a profile at a time, and where it changes next.
class ProfileCursor {
 public:
  ProfileCursor() = default;
  ProfileCursor(const Profile& profile, Time now);

  double level(const Profile& profile) const;      // 0 before the first start
  Time next_change(const Profile& profile) const;  // kNever after the last
  void step() { ++passed_; }

 private:
  std::uint64_t passed_ = 0;  // steps whose start has come
};

// Integral of a profile's level from a time to a later one.
double integral(const Profile& profile, Time from, Time to);

// Gaps of the chosen distribution in operational time, in which arrivals come at rate 1; the rate over time (constant
// or a profile, times the state of an MMPP) maps them to simulated time. So a profile preserves the distribution of the
// gaps.
class ArrivalProcess {
 public:
  ArrivalProcess() = default;
  ArrivalProcess(const OpenLoop& open_loop, const Profile* profile, Time start, Rng rng);

  // The arrival after the last one; kNever when the rate stays 0.
  Time next(const OpenLoop& open_loop, const Profile* profile) {
    if (!is_plain_) return next_modulated(open_loop, profile);
    return now_ = after(now_, from_seconds(rng_.exponential() / open_loop.rate_per_s));
  }
  // The rate at the time of the last arrival returned, without the modulation of an MMPP.
  double rate_per_s(const OpenLoop& open_loop, const Profile* profile) const;

  template <class Archive>
  void archive(Archive& a) {
    a(rng_, cursor_, now_, is_plain_, state_, state_until_, mean_relative_rate_);
  }

 private:
  Time next_modulated(const OpenLoop& open_loop, const Profile* profile);
  double draw_gap(const OpenLoop& open_loop);
  double modulation(const OpenLoop& open_loop) const;
  void enter_state(const OpenLoop& open_loop, std::uint32_t state);

  Rng rng_;
  ProfileCursor cursor_;
  Time now_;
  bool is_plain_ = false;    // Poisson at a constant rate
  std::uint32_t state_ = 0;  // of the MMPP
  Time state_until_ = kNever;
  double mean_relative_rate_ = 1;
};

}  // namespace faasconf::sim
