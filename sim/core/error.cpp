#include "sim/core/error.hpp"

#include <exception>

namespace faasconf::sim {

std::string describe(const std::exception& error) {
  std::string text = error.what();
  try {
    std::rethrow_if_nested(error);
  } catch (const std::exception& nested) {
    text += "\n  " + describe(nested);
  } catch (...) {
    text += "\n  unknown exception";
  }
  return text;
}

}  // namespace faasconf::sim
