#include "sim/model/usage.hpp"

namespace faasconf::sim {

Usage& Usage::operator+=(const Usage& other) {
  for_each_member(*this, other, [](auto& mine, auto theirs) { mine += theirs; });
  return *this;
}

Usage& Usage::operator-=(const Usage& other) {
  for_each_member(*this, other, [](auto& mine, auto theirs) { mine -= theirs; });
  return *this;
}

}  // namespace faasconf::sim
