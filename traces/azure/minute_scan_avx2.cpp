// Compiled for AVX2, BMI, LZCNT and POPCNT, and called only where the processor has them.

#include <immintrin.h>

#include "traces/azure/minute_scan_inline.hpp"

namespace faasconf::traces {
namespace {

struct Avx2Block {
  static ByteMasks masks(const char* text) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32));
    return {.commas = equal(low, high, ','), .digits = digits(low, high), .zeros = equal(low, high, '0')};
  }
  static unsigned count_ones(std::uint64_t bits) { return static_cast<unsigned>(__builtin_popcountll(bits)); }
  static unsigned trailing_zeros(std::uint64_t bits) { return static_cast<unsigned>(_tzcnt_u64(bits)); }
  static unsigned leading_zeros(std::uint64_t bits) { return static_cast<unsigned>(_lzcnt_u64(bits)); }

 private:
  static std::uint64_t joined(__m256i low, __m256i high) {
    const auto low_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
    const auto high_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
    return static_cast<std::uint64_t>(high_bits) << 32 | low_bits;
  }
  static std::uint64_t equal(__m256i low, __m256i high, char c) {
    const __m256i all = _mm256_set1_epi8(c);
    return joined(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
  }
  static std::uint64_t digits(__m256i low, __m256i high) { return joined(are_digits(low), are_digits(high)); }
  static __m256i are_digits(__m256i bytes) {
    const __m256i value = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value);
  }
};

}  // namespace

std::size_t scan_minutes_avx2(const char* begin, const char* end, MinuteCount* counts) {
  return scan_minutes<Avx2Block>(begin, end, counts);
}

}  // namespace faasconf::traces
