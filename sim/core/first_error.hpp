#pragma once
// Which of several errors is thrown when parallel work fails.

#include <cstddef>
#include <exception>

namespace faasconf::sim {

// Keeps the error of the lowest item, but prefers any other error to Cancelled. Not thread-safe: the owner locks.
class FirstError {
 public:
  void keep(std::size_t item, std::exception_ptr error);
  bool any() const { return error_ != nullptr; }
  void rethrow() const;  // does nothing where there is none

 private:
  std::exception_ptr error_;
  std::size_t item_ = 0;
  bool is_cancelled_ = false;
};

}  // namespace faasconf::sim
