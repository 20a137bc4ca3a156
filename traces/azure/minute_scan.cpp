#include "traces/azure/minute_scan.hpp"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "traces/azure/minute_scan_inline.hpp"

namespace faasconf::traces {

std::size_t scan_minutes_avx2(const char* begin, const char* end, MinuteCount* counts);  // minute_scan_avx2.cpp

namespace {

// What every processor can do.
struct PortableBits {
  static unsigned count_ones(std::uint64_t bits) {
    bits -= bits >> 1 & 0x5555555555555555;
    bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return static_cast<unsigned>(bits * 0x0101010101010101 >> 56);
  }
  static unsigned trailing_zeros(std::uint64_t bits) {
    return bits == 0 ? 64 : static_cast<unsigned>(__builtin_ctzll(bits));
  }
  static unsigned leading_zeros(std::uint64_t bits) {
    return bits == 0 ? 64 : static_cast<unsigned>(__builtin_clzll(bits));
  }
};

struct BytewiseBlock : PortableBits {
  static ByteMasks masks(const char* text) {
    ByteMasks result;
    for (unsigned i = 0; i < 64; ++i) {
      const char c = text[i];
      result.commas |= std::uint64_t{c == ','} << i;
      result.digits |= std::uint64_t{c >= '0' && c <= '9'} << i;
      result.zeros |= std::uint64_t{c == '0'} << i;
    }
    return result;
  }
};

#ifdef __SSE2__
struct Sse2Block : PortableBits {
  static ByteMasks masks(const char* text) {
    ByteMasks result;
    for (unsigned i = 0; i < 64; i += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
      const __m128i value = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
      result.commas |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(','))) << i;
      result.digits |= bits(_mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value)) << i;
      result.zeros |= bits(_mm_cmpeq_epi8(value, _mm_setzero_si128())) << i;
    }
    return result;
  }

 private:
  static std::uint64_t bits(__m128i bytes) { return static_cast<std::uint64_t>(_mm_movemask_epi8(bytes)); }
};
#endif

}  // namespace

std::vector<NamedScan> minute_scans() {
  std::vector<NamedScan> scans{{"bytewise", scan_minutes<BytewiseBlock>}};
#ifdef __SSE2__
  scans.push_back({"sse2", scan_minutes<Sse2Block>});
#endif
#ifdef FAASCONF_AVX2
  // whatever has BMI2 has LZCNT as well
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0 &&
      __builtin_cpu_supports("popcnt") != 0) {
    scans.push_back({"avx2", scan_minutes_avx2});
  }
#endif
  return scans;
}

MinuteScan fastest_minute_scan() { return minute_scans().back().scan; }

}  // namespace faasconf::traces
