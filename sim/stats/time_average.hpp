#pragma once

#include <cassert>
#include <cstdint>
#include <optional>

namespace faasconf::sim {

// Integral over time of a whole number that changes in steps: requests in flight, replicas, millicores.
// Times are integer nanoseconds and never go back, so the integral is exact whatever the number of steps.
class TimeAverage {
 public:
  TimeAverage() = default;                                // 0 from time 0 on
  TimeAverage(std::int64_t value, std::int64_t start_ns)  // that value from then on
      : value_(value), start_ns_(start_ns), last_ns_(start_ns) {}

  void set(std::int64_t value, std::int64_t now_ns);   // the value from now on
  void add(std::int64_t change, std::int64_t now_ns);  // the value changes by so much, now
  void restart(std::int64_t now_ns);                   // a new window opens: keeps the value, forgets the past

  std::int64_t value() const { return value_; }              // since the last change
  double integral_s(std::int64_t now_ns) const;              // value x seconds, from the start of the window to now
  std::optional<double> average(std::int64_t now_ns) const;  // integral over time; absent at the very start

  // Hands every member to a reader or writer.
  template <class Archive>
  void archive(Archive& a) {
    a(value_, start_ns_, last_ns_, integral_);
  }

 private:
  __extension__ using Wide = __int128;  // a day of nanoseconds times 10^5 fills 64 bits

  Wide integral_until(std::int64_t now_ns) const;

  std::int64_t value_ = 0;
  std::int64_t start_ns_ = 0;
  std::int64_t last_ns_ = 0;  // of the last change
  Wide integral_ = 0;         // value x nanoseconds, from the start to the last change
};

inline TimeAverage::Wide TimeAverage::integral_until(std::int64_t now_ns) const {
  assert(now_ns >= last_ns_);
  return integral_ + static_cast<Wide>(value_) * (now_ns - last_ns_);
}

inline void TimeAverage::set(std::int64_t value, std::int64_t now_ns) {
  integral_ = integral_until(now_ns);
  last_ns_ = now_ns;
  value_ = value;
}

inline void TimeAverage::add(std::int64_t change, std::int64_t now_ns) { set(value_ + change, now_ns); }

inline void TimeAverage::restart(std::int64_t now_ns) {
  assert(now_ns >= last_ns_);
  integral_ = 0;
  start_ns_ = now_ns;
  last_ns_ = now_ns;
}

inline double TimeAverage::integral_s(std::int64_t now_ns) const {
  return static_cast<double>(integral_until(now_ns)) / 1e9;
}

inline std::optional<double> TimeAverage::average(std::int64_t now_ns) const {
  if (now_ns == start_ns_) return std::nullopt;
  return static_cast<double>(integral_until(now_ns)) / static_cast<double>(now_ns - start_ns_);
}

}  // namespace faasconf::sim
