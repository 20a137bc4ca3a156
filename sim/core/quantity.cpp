#include "sim/core/quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

[[noreturn]] void refuse(std::string_view expected, std::string_view text) {
  throw Error("expected " + std::string(expected) + ", got \"" + std::string(text) + "\"");
}

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

// A decimal number without sign or exponent, as written: "12" or "12.5".
struct Decimal {
  std::string_view whole;
  std::string_view fraction;
};

// Takes a decimal number off the front of the text.
std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal decimal;
  decimal.whole = take_digits(text);
  if (decimal.whole.empty()) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    decimal.fraction = take_digits(text);
    if (decimal.fraction.empty()) return std::nullopt;
  }
  return decimal;
}

// The double nearest to decimal x 10^power: one rounding, so that "0.57" cores are 570 millicores exactly.
std::optional<double> nearest_double(const Decimal& decimal, int power) {
  const std::string text =
      std::string(decimal.whole) + "." + std::string(decimal.fraction) + "e" + std::to_string(power);
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// decimal x unit in whole nanoseconds; what lies beyond them is rounded to the nearest.
std::optional<std::int64_t> nanoseconds(const Decimal& decimal, std::int64_t unit) {
  // multiply the digits after the point from right to left, as on paper: what is carried out at the left is whole
  std::int64_t carry = 0;
  std::int64_t first_place = 0;
  for (auto digit = decimal.fraction.rbegin(); digit != decimal.fraction.rend(); ++digit) {
    const std::int64_t product = (*digit - '0') * unit + carry;
    carry = product / 10;
    first_place = product % 10;
  }
  if (first_place >= 5) ++carry;

  std::int64_t whole = 0;
  const char* const last = decimal.whole.data() + decimal.whole.size();
  if (std::from_chars(decimal.whole.data(), last, whole).ec != std::errc()) return std::nullopt;
  if (whole > (std::numeric_limits<std::int64_t>::max() - carry) / unit) return std::nullopt;
  return whole * unit + carry;
}

struct DurationUnit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::array<DurationUnit, 7> kDurationUnits = {{{"d", 86'400'000'000'000},
                                                         {"h", 3'600'000'000'000},
                                                         {"m", 60'000'000'000},
                                                         {"s", 1'000'000'000},
                                                         {"ms", 1'000'000},
                                                         {"us", 1'000},
                                                         {"ns", 1}}};

// Takes a name of letters off the front; its place in kDurationUnits, or nothing when it is not there.
std::optional<std::size_t> take_duration_unit(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= 'a' && text[count] <= 'z') ++count;
  const std::string_view name = text.substr(0, count);
  text.remove_prefix(count);
  for (std::size_t i = 0; i < kDurationUnits.size(); ++i) {
    if (kDurationUnits[i].name == name) return i;
  }
  return std::nullopt;
}

// value = decimal x 10^power / 2^20, in mebibytes; binary units are a power of two more.
struct MemoryUnit {
  std::string_view name;
  int power;
  double factor;
};

constexpr std::array<MemoryUnit, 8> kMemoryUnits = {{{"Ki", 0, 0x1p-10},
                                                     {"Mi", 0, 1},
                                                     {"Gi", 0, 0x1p10},
                                                     {"Ti", 0, 0x1p20},
                                                     {"k", 3, 0x1p-20},
                                                     {"M", 6, 0x1p-20},
                                                     {"G", 9, 0x1p-20},
                                                     {"T", 12, 0x1p-20}}};

// The shortest decimal number, without exponent, that reads back as the same double.
std::string shortest(double value) {
  std::array<char, 400> buffer;  // the longest double takes 327 characters
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return std::string(buffer.data(), result.ptr);
}

}  // namespace

Millicores parse_cpu(std::string_view text) {
  constexpr std::string_view expected = "a positive cpu quantity such as 500m or 2";
  std::string_view rest = text;
  const std::optional<Decimal> decimal = take_decimal(rest);
  if (!decimal || (rest != "m" && !rest.empty())) refuse(expected, text);
  const std::optional<double> value = nearest_double(*decimal, rest == "m" ? 0 : 3);
  if (!value || *value <= 0) refuse(expected, text);
  return {*value};
}

Mebibytes parse_memory(std::string_view text) {
  constexpr std::string_view expected = "a memory quantity such as 256Mi or 1Gi";
  std::string_view rest = text;
  const std::optional<Decimal> decimal = take_decimal(rest);
  if (!decimal) refuse(expected, text);
  for (const MemoryUnit& unit : kMemoryUnits) {
    if (unit.name != rest) continue;
    const std::optional<double> value = nearest_double(*decimal, unit.power);
    if (!value || *value * unit.factor > std::numeric_limits<double>::max()) refuse(expected, text);
    return {*value * unit.factor};
  }
  refuse(expected, text);
}

Duration parse_duration(std::string_view text) {
  constexpr std::string_view expected = "a duration such as 30s, 500ms or 1h30m";
  constexpr std::string_view too_long = "a duration of at most 106751d";
  std::string_view rest = text;
  std::int64_t total = 0;
  std::size_t first_allowed = 0;
  do {
    const std::optional<Decimal> decimal = take_decimal(rest);
    if (!decimal) refuse(expected, text);
    const std::optional<std::size_t> unit = take_duration_unit(rest);
    if (!unit || *unit < first_allowed) refuse(expected, text);
    const std::optional<std::int64_t> part = nanoseconds(*decimal, kDurationUnits[*unit].nanoseconds);
    if (!part || *part > std::numeric_limits<std::int64_t>::max() - total) refuse(too_long, text);
    total += *part;
    first_allowed = *unit + 1;
  } while (!rest.empty());
  return Duration(total);
}

double parse_percentage(std::string_view text) {
  constexpr std::string_view expected = "a percentage such as 1% or 99.5%";
  std::string_view rest = text;
  const std::optional<Decimal> decimal = take_decimal(rest);
  if (!decimal || rest != "%") refuse(expected, text);
  const std::optional<double> value = nearest_double(*decimal, -2);
  if (!value) refuse(expected, text);
  return *value;
}

std::string format(Millicores cpu) { return shortest(cpu.value) + "m"; }

std::string format(Mebibytes memory) {
  const bool whole = memory.value == std::floor(memory.value);
  return whole ? shortest(memory.value) + "Mi" : shortest(memory.value * 1024) + "Ki";
}

std::string format(Duration duration) {
  // days are left out: Go, and hence Kubernetes and OpenFaaS, cannot read them
  std::string text = duration < Duration::zero() ? "-" : "";
  auto rest = static_cast<std::uint64_t>(duration.count());
  if (duration < Duration::zero()) rest = 0 - rest;
  if (rest == 0) return "0s";
  for (const DurationUnit& unit : kDurationUnits) {
    if (unit.name == "d") continue;
    const auto size = static_cast<std::uint64_t>(unit.nanoseconds);
    if (rest >= size) text += std::to_string(rest / size) + std::string(unit.name);
    rest %= size;
  }
  return text;
}

}  // namespace faasconf::sim
