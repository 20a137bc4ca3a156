#pragma once
// What the writer and the reader of a trace store agree on.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "traces/core/trace.hpp"

namespace H5 {
class DataType;
}

namespace faasconf::traces::layout {

inline constexpr std::string_view kFormat = "faasconf-trace";
inline constexpr std::uint64_t kFormatVersion = 1;
inline constexpr std::uint32_t kMostDays = 2'000'000;  // minutes fit 32 bits

// Rows of a chunk: what is read in full; what is read for a few functions, in some 4 KiB.
inline constexpr std::uint64_t kIndexChunk = 16'384;
inline constexpr std::uint64_t kRecordChunk = 32;
inline constexpr std::uint64_t kCellChunk = 512;
inline constexpr unsigned kDeflateLevel = 3;

using Name = std::array<std::uint8_t, 32>;
using DurationNumbers = std::array<double, 11>;
using MemoryNumbers = std::array<double, 10>;

// Sizes without gaps: what is written is all of a row.
struct FunctionRecord {
  Name name;
  std::uint32_t name_is_text;
  std::uint32_t app;
  DurationNumbers duration;
};
static_assert(sizeof(FunctionRecord) == 128);

struct AppRecord {
  Name owner;
  Name app;
  std::uint32_t owner_is_text;
  std::uint32_t app_is_text;
  MemoryNumbers memory;
};
static_assert(sizeof(AppRecord) == 152);

struct Cell {
  std::uint32_t gap;
  std::uint32_t count;
};

struct Call {
  std::uint64_t function;
  double start_s;
  double duration_s;
};

// A name that is no hash.
struct TextPlace {
  std::uint64_t first;
  std::uint64_t size;
};

inline Name to_name(const TextPlace& place) {
  Name name{};
  std::memcpy(name.data(), &place, sizeof(place));
  return name;
}

inline TextPlace to_place(const Name& name) {
  TextPlace place{};
  std::memcpy(&place, name.data(), sizeof(place));
  return place;
}

inline DurationNumbers to_numbers(const DurationPercentiles& duration) {
  DurationNumbers numbers = {duration.average_ms, duration.count, duration.minimum_ms, duration.maximum_ms};
  std::copy(duration.percentiles_ms.begin(), duration.percentiles_ms.end(), numbers.begin() + 4);
  return numbers;
}

inline DurationPercentiles to_duration(const DurationNumbers& numbers) {
  DurationPercentiles duration{numbers[0], numbers[1], numbers[2], numbers[3], {}};
  std::copy(numbers.begin() + 4, numbers.end(), duration.percentiles_ms.begin());
  return duration;
}

inline MemoryNumbers to_numbers(const MemoryPercentiles& memory) {
  MemoryNumbers numbers = {memory.samples, memory.average_mb};
  std::copy(memory.percentiles_mb.begin(), memory.percentiles_mb.end(), numbers.begin() + 2);
  return numbers;
}

inline MemoryPercentiles to_memory(const MemoryNumbers& numbers) {
  MemoryPercentiles memory{numbers[0], numbers[1], {}};
  std::copy(numbers.begin() + 2, numbers.end(), memory.percentiles_mb.begin());
  return memory;
}

// NaN throughout where there are none.
template <class Percentiles>
auto to_numbers(const std::optional<Percentiles>& percentiles) {
  auto numbers = to_numbers(percentiles.value_or(Percentiles()));
  if (!percentiles) numbers.fill(std::numeric_limits<double>::quiet_NaN());
  return numbers;
}

// Types in the file, little-endian; the same in memory.
H5::DataType function_type();
H5::DataType app_type();
H5::DataType cell_type();
H5::DataType call_type();

}  // namespace faasconf::traces::layout
