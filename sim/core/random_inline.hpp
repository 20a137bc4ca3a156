#pragma once
// The parts of random.hpp that sit in the loop. Only correctly rounded operations: the same draws on every machine.

#include <bit>

#include "sim/core/random.hpp"

namespace faasconf::sim {

// The region under a falling density, cut into 256 layers of equal area (Marsaglia and Tsang, "The ziggurat method",
// 2000). A point with uniform x in a layer lies under the density without looking when x < inner; else the slow path
// decides.
struct ZigguratLayer {
  double step;   // width of the layer / number of values of the random integer
  double inner;  // width of the layer above
};
using ZigguratLayers = std::array<ZigguratLayer, 256>;
extern const ZigguratLayers kExponentialLayers;  // of a constant expression, hence ready before any code runs
extern const ZigguratLayers kNormalLayers;

inline std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

// The casts below go through signed integers, for which x86 has an instruction.
inline double Rng::uniform() { return static_cast<double>(static_cast<std::int64_t>(next() >> 11)) * 0x1p-53; }

inline double Rng::uniform_positive() {
  return static_cast<double>(static_cast<std::int64_t>(next() >> 11) + 1) * 0x1p-53;
}

inline std::uint32_t Rng::below(std::uint32_t bound) {
  std::uint64_t product = (next() >> 32) * bound;
  if (static_cast<std::uint32_t>(product) < bound) [[unlikely]] {
    // 2^32 mod bound of the low halves would favour some results
    const std::uint32_t surplus = (0U - bound) % bound;
    while (static_cast<std::uint32_t>(product) < surplus) product = (next() >> 32) * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

// The low 8 bits choose the layer, the high 53 the place in it.
inline double Rng::exponential() {
  const std::uint64_t bits = next();
  const std::size_t layer = bits & 255;
  const double x = static_cast<double>(static_cast<std::int64_t>(bits >> 11)) * kExponentialLayers[layer].step;
  if (x < kExponentialLayers[layer].inner) [[likely]]
    return x;
  return exponential_outside(layer, x);
}

inline double Rng::normal() {
  const std::uint64_t bits = next();
  const std::size_t layer = bits & 255;
  const double x = static_cast<double>(static_cast<std::int64_t>(bits) >> 11) * kNormalLayers[layer].step;
  if ((x < 0 ? -x : x) < kNormalLayers[layer].inner) [[likely]]
    return x;
  return normal_outside(layer, x);
}

}  // namespace faasconf::sim
