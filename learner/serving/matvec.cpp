#include "learner/serving/matvec.hpp"

#include <cassert>

namespace faasconf::learner::serving {
namespace {

using Eight [[gnu::vector_size(32), gnu::aligned(4)]] = float;  // two halves where there is no AVX

struct Product {
  const float* weight;
  std::size_t outputs;
  std::size_t inputs;
  const float* x;
  const float* bias;
  float* y;
};

// Rows from `row` on, kVectors times eight of them, in registers.
template <std::size_t kVectors>
[[gnu::always_inline]] inline void multiply_rows(const Product& p, std::size_t row) {
  Eight sums[kVectors];
#pragma GCC unroll 8
  for (std::size_t v = 0; v < kVectors; ++v) sums[v] = *reinterpret_cast<const Eight*>(p.bias + row + 8 * v);
  const float* column = p.weight + row;
  for (std::size_t i = 0; i < p.inputs; ++i, column += p.outputs) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kVectors; ++v) sums[v] += *reinterpret_cast<const Eight*>(column + 8 * v) * p.x[i];
  }
#pragma GCC unroll 8
  for (std::size_t v = 0; v < kVectors; ++v) *reinterpret_cast<Eight*>(p.y + row + 8 * v) = sums[v];
}

[[gnu::always_inline]] inline void multiply(const Product& p) {
  std::size_t row = 0;
  for (; row + 64 <= p.outputs; row += 64) multiply_rows<8>(p, row);
  for (; row + 32 <= p.outputs; row += 32) multiply_rows<4>(p, row);
  for (; row + 8 <= p.outputs; row += 8) multiply_rows<1>(p, row);
  for (; row < p.outputs; ++row) {
    float sum = p.bias[row];
    for (std::size_t i = 0; i < p.inputs; ++i) sum += p.weight[i * p.outputs + row] * p.x[i];
    p.y[row] = sum;
  }
}

void multiply_anywhere(const Product& p) { multiply(p); }

#ifdef __x86_64__
[[gnu::target("avx2")]] void multiply_avx2(const Product& p) { multiply(p); }
const auto multiply_here = __builtin_cpu_supports("avx2") != 0 ? multiply_avx2 : multiply_anywhere;
#else
const auto multiply_here = multiply_anywhere;
#endif

}  // namespace

void multiply_add(std::span<const float> weight, std::span<const float> x, std::span<const float> bias,
                  std::span<float> y) {
  assert(weight.size() == x.size() * y.size() && bias.size() == y.size());
  multiply_here({weight.data(), y.size(), x.size(), x.data(), bias.data(), y.data()});
}

}  // namespace faasconf::learner::serving
