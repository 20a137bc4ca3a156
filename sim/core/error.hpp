#pragma once
// The exception for unusable input. Its message says where, what was expected and what was found; each layer adds a
// line with throw_with_nested.

#include <exception>
#include <stdexcept>
#include <string>

namespace faasconf::sim {

// Bad input or misuse by the caller: the program ends with exit code 2.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Thrown when a caller's go_on() returned false: not an error, but there is no result.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

// The messages of an exception and of the exceptions nested in it, one per line, outermost first, nested ones indented.
std::string describe(const std::exception& error);

}  // namespace faasconf::sim
