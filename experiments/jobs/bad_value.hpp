#pragma once
// What is thrown where a value of a job cannot be used.

#include "sim/core/error.hpp"

namespace faasconf::experiments::jobs {

// "warm-up: expected ..., got ...": begins with the name of the value as the program's option spells it, without its
// dashes, which the program puts before it.
class BadValue : public sim::Error {
 public:
  using sim::Error::Error;
};

}  // namespace faasconf::experiments::jobs
