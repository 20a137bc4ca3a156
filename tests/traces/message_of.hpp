#pragma once

#include <string>

#include "sim/core/error.hpp"

namespace faasconf::tests {

// What sim::Error an action throws.
template <class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace faasconf::tests
