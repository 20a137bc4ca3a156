#include "traces/files/append_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "traces/files/write_failure.hpp"

namespace faasconf::files {
AppendFile::AppendFile(const std::string& path, Begin begin) : path_(path) {
  const int how = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | (begin == Begin::anew ? O_TRUNC : 0);
  descriptor_ = ::open(path.c_str(), how, 0666);
  if (descriptor_ < 0) throw write_failure(path, errno);
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw write_failure(path_, written < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AppendFile::synchronise() {
  if (::fsync(descriptor_) != 0) throw write_failure(path_, errno);
}

}  // namespace faasconf::files
