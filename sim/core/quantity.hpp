#pragma once
// Quantities in Kubernetes' spelling: cpu "500m", memory "256Mi", durations "30s".

#include <compare>
#include <string>
#include <string_view>

#include "sim/core/time.hpp"

namespace faasconf::sim {

// A number with its unit in the type: Millicores + Mebibytes does not compile.
template <class Unit>
struct Quantity {
  double value = 0;

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
  friend constexpr Quantity operator*(Quantity a, double factor) { return {a.value * factor}; }
  friend constexpr Quantity operator*(double factor, Quantity a) { return {a.value * factor}; }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value / b.value; }
  constexpr Quantity& operator+=(Quantity other) {
    value += other.value;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value -= other.value;
    return *this;
  }
};

using Millicores = Quantity<struct MillicoresUnit>;  // 1000 are one core
using Mebibytes = Quantity<struct MebibytesUnit>;    // 2^20 bytes

// Parsers throw Error, saying what was expected and what came. A naked number where a unit belongs is an error,
// apart from cpu, where Kubernetes reads "2" as two cores. Durations are exact to the nanosecond.
Millicores parse_cpu(std::string_view text);     // > 0; "500m", "2", "0.5"
Mebibytes parse_memory(std::string_view text);   // >= 0; "256Mi", "1.5Gi"; Ki, Mi, Gi, Ti, k, M, G, T
Duration parse_duration(std::string_view text);  // >= 0; "30s", "1.5s", "1h30m"; d, h, m, s, ms, us, ns in this order
double parse_percentage(std::string_view text);  // >= 0; "1%" is 0.01, "150%" is 1.5

// What format writes, the parsers read back exactly.
std::string format(Millicores cpu);     // "500m"
std::string format(Mebibytes memory);   // "256Mi"; fractions in Ki
std::string format(Duration duration);  // "1m30s"; without days, so that Go reads it too

}  // namespace faasconf::sim
