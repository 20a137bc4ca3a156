#pragma once
// What is thrown where the system does not let us write.

#include <stdexcept>
#include <string>
#include <system_error>

namespace faasconf::files {

// error: of errno.
inline std::runtime_error write_failure(const std::string& path, int error) {
  return std::runtime_error("cannot write " + path + ": " + std::generic_category().message(error));
}

}  // namespace faasconf::files
