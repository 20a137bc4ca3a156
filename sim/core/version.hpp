#pragma once
// Which model a result comes from.

namespace faasconf::sim {

// Raised by hand whenever simulated bytes change: for the same scenario and seed another event, time or figure.
// The golden tests (tests/sim/model/golden_log_test.cpp) notice.
inline constexpr int kModelVersion = 3;

}  // namespace faasconf::sim
