#pragma once
// The loop of minute_scan.hpp, over 64 bytes at a time, for instruction sets that a Block stands for:
//
//   struct Block {
//     static ByteMasks masks(const char* text);      // of 64 bytes, bit i for text[i]
//     static unsigned count_ones(std::uint64_t bits);
//     static unsigned trailing_zeros(std::uint64_t bits);  // of 0: 64
//     static unsigned leading_zeros(std::uint64_t bits);   // of 0: 64
//   };
//
// A translation unit that is compiled for a newer processor must not share inline functions with others. So a Block is
// in an unnamed namespace, which makes the instances local, and nothing of the standard library is called here.

#include <cstdint>
#include <cstring>

#include "traces/azure/minute_scan.hpp"

namespace faasconf::traces {

struct ByteMasks {
  std::uint64_t commas = 0;
  std::uint64_t digits = 0;
  std::uint64_t zeros = 0;  // '0'
};

// What is left of the 4 bytes that end with a number: the values of its digits, zeros before them.
struct DigitMasks {
  std::uint32_t of[128];  // by the number of digits; anything from 5 on
};
constexpr DigitMasks digit_masks() {
  DigitMasks masks{};
  for (unsigned digits = 0; digits < 128; ++digits) {
    masks.of[digits] = digits == 0 || digits > 4 ? 0 : 0x0f0f0f0fU << (32 - 8 * digits);
  }
  return masks;
}
inline constexpr DigitMasks kDigitMasks = digit_masks();

// The number of `digits` bytes before `end`; anything unless there are 1 to 4 of them, up to 127 being said.
inline std::uint32_t up_to_4_digits(const char* end, unsigned digits) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  // the last digit is in the highest byte; first pairs, then both (D. Lemire, "Quickly parsing eight digits", 2018)
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, end - 4, 4);
  bytes &= kDigitMasks.of[digits];
  bytes = bytes * 10 + (bytes >> 8);
  return (bytes & 0x00ff00ff) * (1 + (100U << 16)) >> 16;
#else
  std::uint32_t value = 0;
  for (unsigned i = digits < 4 ? digits : 4; i > 0; --i)
    value = value * 10 + static_cast<std::uint32_t>(*(end - i) - '0');
  return value;
#endif
}

inline std::uint32_t up_to_8_digits(const char* end, unsigned digits) {
  if (digits <= 4) return up_to_4_digits(end, digits);
  return up_to_4_digits(end - 4, digits - 4) * 10'000 + up_to_4_digits(end, 4);
}

// What the numbers of a block are read from.
struct NumberBlock {
  const char* text;
  std::uint64_t commas;
  std::uint32_t minute;  // of the cell that the block begins in
};

// Reads the numbers before the first four commas in `ends`, and anything once these run out. The first may have begun
// `carried` bytes before the block. Returns whether all have at most 4 digits.
template <class Block>
inline bool read_four(const NumberBlock& block, std::uint64_t ends, unsigned carried, MinuteCount* out) {
  unsigned beyond = 0;  // 8 or more where one has more than 4 digits
  for (unsigned i = 0; i < 4; ++i) {
    const std::uint64_t commas_before = block.commas & (ends - 1) & ~ends;
    const unsigned end = Block::trailing_zeros(ends);
    const unsigned digits = end + Block::leading_zeros(commas_before) + carried - 64;
    out[i].minute = block.minute + Block::count_ones(commas_before);
    out[i].count = up_to_4_digits(block.text + end, digits);
    beyond |= digits + 3;
    ends &= ends - 1;
    carried = 0;
  }
  return beyond < 8;
}

// Reads all numbers before the commas in `ends`, of up to 8 digits; false where one is longer.
template <class Block>
inline bool read_long_numbers(const NumberBlock& block, std::uint64_t ends, unsigned carried, MinuteCount* out) {
  for (; ends != 0; ends &= ends - 1, carried = 0, ++out) {
    const std::uint64_t commas_before = block.commas & (ends - 1) & ~ends;
    const unsigned end = Block::trailing_zeros(ends);
    const unsigned digits = end + Block::leading_zeros(commas_before) + carried - 64;
    if (digits > 8) return false;
    out->minute = block.minute + Block::count_ones(commas_before);
    out->count = up_to_8_digits(block.text + end, digits);
  }
  return true;
}

// Reads all numbers before the commas in `ends`; up to three counts behind them become anything.
template <class Block>
inline bool read_numbers(const NumberBlock& block, std::uint64_t ends, unsigned carried, MinuteCount* out) {
  const std::uint64_t first_comma = block.commas & (0 - block.commas);
  if ((ends & first_comma) == 0) carried = 0;
  for (; ends != 0; carried = 0, out += 4) {
    if (!read_four<Block>(block, ends, carried, out)) return read_long_numbers<Block>(block, ends, carried, out);
    for (unsigned i = 0; i < 4; ++i) ends &= ends - 1;
  }
  return true;
}

template <class Block>
std::size_t scan_minutes(const char* text, const char* text_end, MinuteCount* counts) {
  MinuteCount* out = counts;
  std::uint32_t minute = 0;     // of the cell that the block begins in
  std::uint64_t begins = 1;     // bit 0: a cell begins where the block does
  std::uint64_t zero_ends = 0;  // bit 0: the comma there ends a "0"
  unsigned carried = 0;         // bytes before the block that belong to the cell that it begins in

  while (true) {
    ByteMasks masks = Block::masks(text);
    const auto left = static_cast<std::size_t>(text_end - text);
    const bool last = left < 64;
    std::uint64_t inside = ~std::uint64_t{0};
    if (last) {
      // the end of the text is one more comma, and nothing follows
      inside = (std::uint64_t{2} << left) - 1;
      masks.digits &= inside >> 1;
      masks.zeros &= inside >> 1;
      masks.commas = (masks.commas & inside >> 1) | std::uint64_t{1} << left;
    }
    if ((masks.commas | masks.digits) != inside || masks.commas == 0) return kIrregular;

    const std::uint64_t starts = masks.commas << 1 | begins;
    const std::uint64_t comma_follows = left == 64 || text[64] == ',' ? std::uint64_t{1} << 63 : 0;
    const std::uint64_t zero_cells = starts & masks.zeros & (masks.commas >> 1 | comma_follows);
    // empty cells, and numbers that begin with 0, are rare enough for the slow reader
    if ((starts & (masks.commas | (masks.zeros & ~zero_cells))) != 0) return kIrregular;

    const std::uint64_t number_ends = masks.commas & ~(zero_cells << 1 | zero_ends);
    if (number_ends != 0) {
      const NumberBlock block{.text = text, .commas = masks.commas, .minute = minute};
      if (!read_numbers<Block>(block, number_ends, carried, out)) return kIrregular;
      out += Block::count_ones(number_ends);
    }
    minute += Block::count_ones(masks.commas);
    if (minute > kMinutesPerDay) return kIrregular;
    if (last) break;
    begins = masks.commas >> 63;
    zero_ends = zero_cells >> 63;
    carried = Block::leading_zeros(masks.commas);
    text += 64;
  }
  return minute == kMinutesPerDay ? static_cast<std::size_t>(out - counts) : kIrregular;
}

}  // namespace faasconf::traces
