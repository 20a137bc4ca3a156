#include "sim/core/first_error.hpp"

#include <utility>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

bool is_cancelled(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

void FirstError::keep(std::size_t item, std::exception_ptr error) {
  const bool cancelled = is_cancelled(error);
  if (any() && (cancelled == is_cancelled_ ? item >= item_ : cancelled)) return;
  error_ = std::move(error);
  item_ = item;
  is_cancelled_ = cancelled;
}

void FirstError::rethrow() const {
  if (error_) std::rethrow_exception(error_);
}

}  // namespace faasconf::sim
