#include "traces/core/stirling.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace faasconf::traces {

double stirling_rest(double k) {
  constexpr std::array<double, 10> exact = {
      0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
      0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287};
  if (k < exact.size()) return exact[static_cast<std::size_t>(k)];
  const double square = (k + 1) * (k + 1);
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}

double log_factorial(double k) {
  constexpr double kHalfLogTwoPi = 0.91893853320467274;
  return (k + 0.5) * std::log(k + 1) - (k + 1) + kHalfLogTwoPi + stirling_rest(k);
}

}  // namespace faasconf::traces
