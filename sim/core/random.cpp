#include "sim/core/random.hpp"

#include <cmath>

namespace faasconf::sim {
namespace {

constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014; constants by Stafford, variant 13): a bijection.
constexpr std::uint64_t mix(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

// One more part of a key. Order matters: combine(combine(k, a), b) is not combine(combine(k, b), a).
constexpr std::uint64_t combine(std::uint64_t key, std::uint64_t part) {
  return mix(mix(key + kGoldenGamma) ^ mix(part * kGoldenGamma + 0x632be59bd9b4e019));
}

// e^x, log(x) and sqrt(x) for the tables below: <cmath> is not constexpr, and its last digit depends on the library.
constexpr double kLog2High = 0x1.62e42feep-1;  // 32 bits, so that multiples by small integers are exact
constexpr double kLog2Low = 0x1.a39ef35793c76p-33;

// For -745 < x <= 0.
constexpr double constant_exp(double x) {
  const int halvings = static_cast<int>(0.5 - x / (kLog2High + kLog2Low));
  const double rest = (x + halvings * kLog2High) + halvings * kLog2Low;
  double sum = 1;
  for (int i = 18; i > 0; --i) sum = 1 + sum * rest / i;
  for (int i = 0; i < halvings; ++i) sum /= 2;
  return sum;
}

// For 1e-300 < x <= 1. Newton's method, which climbs to the root from its left.
constexpr double constant_log(double x) {
  double root = 0;
  for (double step = 1; step > 1e-14;) {
    step = 1 - x / constant_exp(-root);
    root += step;
  }
  return -root;
}

constexpr double constant_sqrt(double x) {
  if (x == 0) return 0;
  double root = x > 1 ? x : 1;
  for (double next = (root + x / root) / 2; next < root; next = (root + x / root) / 2) root = next;
  return root;
}

struct ExponentialDensity {
  static constexpr double kTailStart = 7.69711747013104971404462804801521529377;
  static constexpr double kArea = 0.00394965982258155721997757195681486181;
  static constexpr double kValues = 0x1p53;  // of the random integer that places x
  static constexpr double height(double x) { return constant_exp(-x); }
  static constexpr double inverse(double y) { return -constant_log(y); }
};

struct NormalDensity {
  static constexpr double kTailStart = 3.65415288536100877164542972039951567404;
  static constexpr double kArea = 0.00492867323397465534736177540233602957;
  static constexpr double kValues = 0x1p52;  // and a sign
  static constexpr double height(double x) { return constant_exp(-x * x / 2); }
  static constexpr double inverse(double y) { return constant_sqrt(-2 * constant_log(y)); }
};

// Layer 0 is the base: a rectangle up to kTailStart and the tail, of the same area together.
struct Ziggurat {
  ZigguratLayers layers{};
  std::array<double, 257> heights{};  // the density at the width of each layer, and at 0
};

template <class Density>
constexpr Ziggurat build() {
  Ziggurat ziggurat;
  double width = Density::kTailStart;
  double height = Density::height(width);
  ziggurat.layers[0] = {Density::kArea / height / Density::kValues, width};
  ziggurat.heights[0] = 0;
  for (std::size_t i = 1; i < 256; ++i) {
    ziggurat.heights[i] = height;
    height += Density::kArea / width;
    const double above = i < 255 ? Density::inverse(height) : 0;
    ziggurat.layers[i] = {width / Density::kValues, above};
    width = above;
  }
  ziggurat.heights[256] = 1;
  return ziggurat;
}

constexpr Ziggurat kExponential = build<ExponentialDensity>();
constexpr Ziggurat kNormal = build<NormalDensity>();

}  // namespace

constexpr ZigguratLayers kExponentialLayers = kExponential.layers;
constexpr ZigguratLayers kNormalLayers = kNormal.layers;

Rng::Rng(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = mix(seed += kGoldenGamma);
}

double Rng::exponential_outside(std::size_t layer, double x) {
  // beyond the base the distribution begins anew: it has no memory
  if (layer == 0) return ExponentialDensity::kTailStart + exponential();
  const double y =
      kExponential.heights[layer] + uniform() * (kExponential.heights[layer + 1] - kExponential.heights[layer]);
  return y < std::exp(-x) ? x : exponential();
}

double Rng::normal_outside(std::size_t layer, double x) {
  if (layer == 0) {
    // Marsaglia's tail (1964), with exponential draws for the logarithms
    double beyond = 0;
    do {
      beyond = exponential() / NormalDensity::kTailStart;
    } while (2 * exponential() <= beyond * beyond);
    return x < 0 ? -NormalDensity::kTailStart - beyond : NormalDensity::kTailStart + beyond;
  }
  const double y = kNormal.heights[layer] + uniform() * (kNormal.heights[layer + 1] - kNormal.heights[layer]);
  return y < std::exp(-x * x / 2) ? x : normal();
}

double Rng::gamma(double shape) {
  // a smaller shape is one of shape + 1 that shrinks
  if (shape < 1) return gamma(shape + 1) * std::pow(uniform_positive(), 1 / shape);

  const double d = shape - 1.0 / 3.0;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = uniform_positive();
    if (u < 1 - 0.0331 * x * x * x * x) return d * v;
    if (std::log(u) < x * x / 2 + d * (1 - v + std::log(v))) return d * v;
  }
}

RngStreams::RngStreams(std::uint64_t seed, std::uint64_t replication) : root_(combine(mix(seed), replication)) {}

Rng RngStreams::stream(StreamName name, std::uint64_t index) const {
  return Rng(combine(combine(root_, mix(name.bits())), index));
}

}  // namespace faasconf::sim
