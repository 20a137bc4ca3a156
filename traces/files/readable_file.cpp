#include "traces/files/readable_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace faasconf::files {
namespace {

// A file that is open for as long as this lives.
class Opened {
 public:
  explicit Opened(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Opened() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// As HDF5 reads its variable.
bool locks_count() {
  const char* const locking = std::getenv("HDF5_USE_FILE_LOCKING");
  return locking == nullptr || (std::string_view(locking) != "FALSE" && std::string_view(locking) != "0");
}

}  // namespace

std::optional<std::string> why_unreadable(const std::string& path) {
  std::error_code problem;
  const std::filesystem::file_status status = std::filesystem::status(path, problem);
  if (status.type() == std::filesystem::file_type::not_found) return "no such file";
  if (std::filesystem::is_directory(status)) return "expected a file, got a directory";
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return "expected a file, got a device or pipe";
  }
  const Opened file(path);
  if (file.descriptor() < 0) return "cannot be opened: " + std::generic_category().message(errno);
  if (!locks_count() || ::flock(file.descriptor(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  if (errno != EWOULDBLOCK) return std::nullopt;
  return "is locked by another program, which has it open for writing: wait until it is closed "
         "(HDF5_USE_FILE_LOCKING=FALSE in the environment reads it all the same)";
}

}  // namespace faasconf::files
