#pragma once
// Random streams that are asked for by name. Adding a stream changes none of the others, and two policies see the same
// arrivals (common random numbers).

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace faasconf::sim {

// xoshiro256++ (Blackman and Vigna, 2019): 256 bits of state, period 2^256 - 1.
class Rng {
 public:
  Rng() : Rng(0) {}
  explicit Rng(std::uint64_t seed);  // the state is filled by SplitMix64

  std::uint64_t next();                      // 64 random bits
  double uniform();                          // [0, 1), 53 bits
  double uniform_positive();                 // (0, 1]
  std::uint32_t below(std::uint32_t bound);  // 0 .. bound - 1 without bias (Lemire, 2019); bound >= 1
  double exponential();                      // mean 1 (ziggurat, Marsaglia and Tsang, 2000)
  double normal();                           // mean 0, variance 1 (ziggurat)
  double gamma(double shape);                // scale 1, shape > 0 (Marsaglia and Tsang, "A simple method", 2000)

  friend bool operator==(const Rng&, const Rng&) = default;

 private:
  double exponential_outside(std::size_t layer, double x);  // what the fast path leaves over: wedges and tail
  double normal_outside(std::size_t layer, double x);

  std::array<std::uint64_t, 4> state_;
};

// The name of a stream, as the number that its streams are derived from.
class StreamName {
 public:
  constexpr StreamName(std::string_view text) : bits_(hash(text)) {}
  constexpr StreamName(const char* text) : StreamName(std::string_view(text)) {}
  StreamName(const std::string& text) : StreamName(std::string_view(text)) {}
  constexpr std::uint64_t bits() const { return bits_; }

 private:
  // FNV-1a, whose weak high bits the derivation repairs.
  static constexpr std::uint64_t hash(std::string_view text) {
    std::uint64_t bits = 0xcbf29ce484222325;
    for (const char c : text) bits = (bits ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return bits;
  }

  std::uint64_t bits_;
};

// Streams of one replication of one seed. Streams with different names, indices, replications or seeds are independent.
class RngStreams {
 public:
  explicit RngStreams(std::uint64_t seed, std::uint64_t replication = 0);

  Rng stream(StreamName name, std::uint64_t index = 0) const;

 private:
  std::uint64_t root_;
};

}  // namespace faasconf::sim

#include "sim/core/random_inline.hpp"
