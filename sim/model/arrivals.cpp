#include "sim/model/arrivals.hpp"

#include <algorithm>
#include <numeric>

namespace faasconf::sim {

ProfileCursor::ProfileCursor(const Profile& profile, Time now) {
  const auto first_later = std::upper_bound(profile.steps.begin(), profile.steps.end(), now,
                                            [](Time time, const Profile::Step& step) { return time < step.start; });
  passed_ = static_cast<std::uint64_t>(first_later - profile.steps.begin());
}

double ProfileCursor::level(const Profile& profile) const {
  return passed_ == 0 ? 0.0 : profile.steps[passed_ - 1].level;
}

Time ProfileCursor::next_change(const Profile& profile) const {
  return passed_ < profile.steps.size() ? profile.steps[passed_].start : kNever;
}

double integral(const Profile& profile, Time from, Time to) {
  double sum = 0;
  ProfileCursor cursor(profile, from);
  while (from < to) {
    const Time until = std::min(to, cursor.next_change(profile));
    sum += cursor.level(profile) * to_seconds(until - from);
    cursor.step();
    from = until;
  }
  return sum;
}

ArrivalProcess::ArrivalProcess(const OpenLoop& open_loop, const Profile* profile, Time start, Rng rng)
    : rng_(rng),
      now_(start),
      is_plain_(profile == nullptr && std::holds_alternative<PoissonArrivals>(open_loop.process) &&
                open_loop.rate_per_s > 0) {
  if (profile != nullptr) cursor_ = ProfileCursor(*profile, start);
  const auto* mmpp = std::get_if<MmppArrivals>(&open_loop.process);
  if (mmpp == nullptr) return;
  // states follow in a ring, so the share of time in one is its mean stay over the sum; begin in that mixture
  const double round_s = std::accumulate(mmpp->mean_stay_s.begin(), mmpp->mean_stay_s.end(), 0.0);
  mean_relative_rate_ =
      std::inner_product(mmpp->relative_rates.begin(), mmpp->relative_rates.end(), mmpp->mean_stay_s.begin(), 0.0) /
      round_s;
  double place_s = rng_.uniform() * round_s;
  std::uint32_t state = 0;
  while (state + 1 < mmpp->mean_stay_s.size() && place_s >= mmpp->mean_stay_s[state]) {
    place_s -= mmpp->mean_stay_s[state++];
  }
  enter_state(open_loop, state);
}

Time ArrivalProcess::next_modulated(const OpenLoop& open_loop, const Profile* profile) {
  double gap = draw_gap(open_loop);
  for (;;) {
    const double rate = rate_per_s(open_loop, profile) * modulation(open_loop);
    const Time change = profile == nullptr ? kNever : cursor_.next_change(*profile);
    const Time boundary = std::min(change, state_until_);
    if (rate > 0) {
      const Time arrival = after(now_, from_seconds(gap / rate));
      if (arrival <= boundary) return now_ = arrival;
      gap = std::max(0.0, gap - rate * to_seconds(boundary - now_));
    } else if (boundary == kNever || (change == kNever && rate_per_s(open_loop, profile) <= 0)) {
      return now_ = kNever;
    }
    now_ = boundary;
    if (boundary == change) cursor_.step();
    if (boundary == state_until_) {
      const auto states = std::get<MmppArrivals>(open_loop.process).mean_stay_s.size();
      enter_state(open_loop, static_cast<std::uint32_t>((state_ + 1) % states));
    }
  }
}

double ArrivalProcess::rate_per_s(const OpenLoop& open_loop, const Profile* profile) const {
  return profile == nullptr ? open_loop.rate_per_s : cursor_.level(*profile);
}

double ArrivalProcess::draw_gap(const OpenLoop& open_loop) {
  if (const auto* gamma = std::get_if<GammaArrivals>(&open_loop.process)) {
    const double shape = 1.0 / (gamma->cv * gamma->cv);
    return rng_.gamma(shape) / shape;
  }
  if (std::holds_alternative<DeterministicArrivals>(open_loop.process)) return 1.0;
  return rng_.exponential();
}

double ArrivalProcess::modulation(const OpenLoop& open_loop) const {
  const auto* mmpp = std::get_if<MmppArrivals>(&open_loop.process);
  return mmpp == nullptr ? 1.0 : mmpp->relative_rates[state_] / mean_relative_rate_;
}

void ArrivalProcess::enter_state(const OpenLoop& open_loop, std::uint32_t state) {
  state_ = state;
  state_until_ =
      after(now_, from_seconds(rng_.exponential() * std::get<MmppArrivals>(open_loop.process).mean_stay_s[state]));
}

}  // namespace faasconf::sim
