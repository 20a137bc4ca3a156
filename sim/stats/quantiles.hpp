#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace faasconf::sim {

// Quantile p of sorted values: order statistics interpolated linearly, NumPy's default
// (type 7 of Hyndman and Fan, 1996). Absent when there are none.
std::optional<double> quantile_of_sorted(std::span<const double> sorted, double p);

// Quantiles of numbers >= 0 with a bounded relative error, from counts in buckets that grow geometrically, as
// DDSketch's (Masson, Rim and Lee, 2019): 2^octave_bits equal buckets an octave, as in HdrHistogram, find the bucket by
// a shift of the bits instead of a logarithm. The values of a bucket are taken to lie evenly in it: the distribution
// function is known at the buckets' edges and linear between them. So every quantile is off by less than the width w of
// a bucket, at most relative_error() of itself, whatever the distribution; where its density f is smooth, by w^2 |f'| /
// (8 f) at most, Cauchy's remainder of linear interpolation over the function's slope (Davis, Interpolation and
// Approximation, 1963, theorem 3.1.1). Memory depends on the range of the values, never on their number: 1 KiB an
// octave at 7 bits, 20 KiB from 1 ms to 1,000 s. Merging loses nothing, and its order changes no bit.
class QuantileSketch {
 public:
  explicit QuantileSketch(int octave_bits = 7) : dropped_bits_(mantissa_bits - octave_bits) {}  // 0 .. 20

  static constexpr double zero_below = 1e-9;  // smaller values count as 0

  void add(double value);                          // finite and >= 0
  void merge(const QuantileSketch& other);         // as if the other's values were added; of as many bits
  void clear();                                    // forgets the values, keeps the memory
  std::uint64_t count() const { return count_; }   // values seen
  std::optional<double> quantile(double p) const;  // type 7 as above; exact at p = 0 and p = 1
  double relative_error() const { return std::ldexp(1.0, dropped_bits_ - mantissa_bits); }  // of every quantile

  // Passes every member to a reader or writer, which has as many bits.
  template <class Archive>
  void archive(Archive& a) {
    a(counts_, first_, zeros_, count_, min_, max_);
  }

 private:
  static constexpr int mantissa_bits = 52;

  struct Place {
    std::size_t bucket;   // of counts_
    std::uint64_t below;  // values in the buckets before it, and zeros
  };

  void cover(std::int64_t bucket);                   // widens the range by whole chunks of buckets
  Place place_of(std::uint64_t rank) const;          // of the rank-th smallest, from 0; not a zero
  double order_statistic(std::uint64_t rank) const;  // estimate of the rank-th smallest, from 0

  int dropped_bits_;                   // of a mantissa: the others choose the bucket
  std::vector<std::uint64_t> counts_;  // of the buckets from first_ on
  std::int64_t first_ = 0;
  std::uint64_t zeros_ = 0;
  std::uint64_t count_ = 0;
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = 0.0;
};

// Quantiles of numbers >= 0: exact up to 4,096 of them, then a QuantileSketch, which needs no more memory than they did
// while the largest is less than 250 times the smallest.
class Quantiles {
 public:
  static constexpr std::uint64_t exact_limit = 4096;
  static constexpr double relative_error = 1.0 / 512;  // of every quantile of more; below 0.2 %

  // How far a quantile of so many values may be off, in its unit; 0 where they are exact.
  static double resolution(double quantile, std::uint64_t count) {
    return count > exact_limit ? quantile * relative_error : 0.0;
  }

  void add(double value);              // finite and >= 0
  void merge(const Quantiles& other);  // as if the other's values were added; not itself
  void clear();                        // forgets the values, keeps the memory
  void sort();                         // makes the quantiles that follow cheap
  bool is_exact() const { return sketch_.count() == 0; }
  std::uint64_t count() const { return samples_.size() + sketch_.count(); }
  std::optional<double> quantile(double p) const;  // type 7; allocates a copy unless sorted or a sketch

  // Passes every member to a reader or writer.
  template <class Archive>
  void archive(Archive& a) {
    a(samples_, sorted_, sketch_);
  }

 private:
  static constexpr int octave_bits = 9;
  static_assert(relative_error * (1 << octave_bits) == 1);

  void add_to_sketch(double value);
  void become_sketch();

  std::vector<double> samples_;  // empty once the sketch has taken over
  std::uint64_t sorted_ = 0;     // samples_.size() when they were last sorted
  QuantileSketch sketch_{octave_bits};
};

inline void QuantileSketch::add(double value) {
  assert(value >= 0.0 && std::isfinite(value));
  ++count_;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  if (value < zero_below) {
    ++zeros_;
    return;
  }
  // the bits of positive doubles, read as an integer, are in the order of the doubles
  const auto bucket = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(value) >> dropped_bits_);
  if (static_cast<std::uint64_t>(bucket - first_) >= counts_.size()) cover(bucket);
  ++counts_[static_cast<std::size_t>(bucket - first_)];
}

inline void Quantiles::add(double value) {
  assert(value >= 0.0 && std::isfinite(value));
  if (samples_.size() < exact_limit && is_exact()) {
    samples_.push_back(value);
  } else {
    add_to_sketch(value);
  }
}

}  // namespace faasconf::sim
