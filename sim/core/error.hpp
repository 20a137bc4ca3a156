#pragma once
// What input that cannot be used throws: where, what was expected, what came. Layers add a line with throw_with_nested.

#include <exception>
#include <stdexcept>
#include <string>

namespace faasconf::sim {

// Bad input or misuse by the caller: the program ends with exit code 2.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Thrown where a caller's go_on() said no: nothing is wrong, and nothing was computed.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

// The message of an exception and of all that it nests: outermost first, a line each, the nested ones indented.
std::string describe(const std::exception& error);

}  // namespace faasconf::sim
