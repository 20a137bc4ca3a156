#pragma once
// The loop of minute_scan.hpp, over 64 bytes at a time, for instruction sets that a Block stands for:
//
//   struct Block {
//     static ByteMasks masks(const char* text);      // of 64 bytes, bit i for text[i]
//     static unsigned count_ones(std::uint64_t);
//   };
//
// A translation unit that is compiled for a newer processor must not share inline functions with others. So a Block is
// in an unnamed namespace, which makes the instances local, and nothing of the standard library is called here.

#include <cstdint>
#include <cstring>

#include "traces/minute_scan.hpp"

namespace faasconf::traces {

struct ByteMasks {
  std::uint64_t commas = 0;
  std::uint64_t digits = 0;
  std::uint64_t zeros = 0;  // '0'
};

// The number in the `digits` bytes, 1 to 8, before `end`.
template <class Block>
inline std::uint32_t decimal_before(const char* end, unsigned digits) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  // the last digit is in the highest byte; what is not of the number is shifted out, which leaves zeros
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, end - 8, 8);
  bytes = (bytes & 0x0f0f0f0f0f0f0f0f) << (64 - 8 * digits);
  // pairs, fours, eights (D. Lemire, "Quickly parsing eight digits", 2018)
  bytes = bytes * 10 + (bytes >> 8);
  constexpr std::uint64_t pair = 0x000000ff000000ff;
  constexpr std::uint64_t first = 100 + (std::uint64_t{1000000} << 32);
  constexpr std::uint64_t second = 1 + (std::uint64_t{10000} << 32);
  return static_cast<std::uint32_t>(((bytes & pair) * first + ((bytes >> 16) & pair) * second) >> 32);
#else
  std::uint32_t value = 0;
  for (const char* c = end - digits; c != end; ++c) value = value * 10 + static_cast<std::uint32_t>(*c - '0');
  return value;
#endif
}

template <class Block>
std::size_t scan_minutes(const char* text, const char* text_end, MinuteCount* counts) {
  MinuteCount* out = counts;
  std::uint32_t minute = 0;       // of the cell that the block begins in
  const char* cell_begin = text;  // of the last cell that is not "0" and has begun
  std::uint64_t begins = 1;       // bit 0: a cell begins where the block does
  bool in_number = false;         // a cell that is not "0" has begun in a block before

  while (true) {
    ByteMasks masks = Block::masks(text);
    const auto left = static_cast<std::size_t>(text_end - text);
    const bool last = left < 64;
    if (last) {
      // the end of the text is one more comma, and nothing follows
      const std::uint64_t inside = (std::uint64_t{1} << left) - 1;
      masks.digits &= inside;
      masks.zeros &= inside;
      masks.commas = (masks.commas & inside) | (std::uint64_t{1} << left);
      if ((masks.commas | masks.digits) != ((inside << 1) | 1)) return kIrregular;
    } else if ((masks.commas | masks.digits) != ~std::uint64_t{0}) {
      return kIrregular;
    }

    // where cells begin, and of these the ones that are "0"; one that may go on in the next block counts as a number
    const std::uint64_t starts = (masks.commas << 1) | begins;
    if ((starts & masks.commas) != 0) return kIrregular;  // an empty cell
    const std::uint64_t zero_cells = starts & masks.zeros & (masks.commas >> 1);
    std::uint64_t number_starts = starts & ~zero_cells & masks.digits;
    std::uint64_t number_ends = masks.commas & ~(zero_cells << 1);
    while (number_ends != 0) {
      const auto end = static_cast<unsigned>(__builtin_ctzll(number_ends));
      if (!in_number) {
        cell_begin = text + __builtin_ctzll(number_starts);
        number_starts &= number_starts - 1;
      }
      in_number = false;
      const auto digits = static_cast<std::size_t>(text + end - cell_begin);
      if (digits > 8) return kIrregular;
      out->minute = minute + Block::count_ones(masks.commas & (number_ends - 1) & ~number_ends);
      out->count = decimal_before<Block>(text + end, static_cast<unsigned>(digits));
      out += out->count != 0;
      number_ends &= number_ends - 1;
    }
    if (number_starts != 0) {
      in_number = true;
      cell_begin = text + __builtin_ctzll(number_starts);
    }
    minute += Block::count_ones(masks.commas);
    if (minute > kMinutesPerDay) return kIrregular;
    if (last) break;
    begins = masks.commas >> 63;
    text += 64;
  }
  return minute == kMinutesPerDay ? static_cast<std::size_t>(out - counts) : kIrregular;
}

}  // namespace faasconf::traces
