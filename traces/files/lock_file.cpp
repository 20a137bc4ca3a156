#include "traces/files/lock_file.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/core/error.hpp"
#include "traces/files/left_over.hpp"

namespace faasconf::files {
namespace {

std::runtime_error failure(const std::string& path, int error) {
  return std::runtime_error("cannot lock " + path + ": " + std::generic_category().message(error));
}

std::string holder(int descriptor) {
  std::array<char, 300> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "another process";
}

// Whether the path still leads to the file; the one that held it may have removed it.
bool is_at(const std::string& path, int descriptor) {
  struct stat there {};
  struct stat here {};
  return ::stat(path.c_str(), &there) == 0 && ::fstat(descriptor, &here) == 0 && there.st_ino == here.st_ino &&
         there.st_dev == here.st_dev;
}

// The descriptor of the locked file; -1: another one took it away meanwhile.
int try_lock(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor < 0) throw failure(path, errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && is_at(path, descriptor)) return descriptor;
  const int error = errno;
  const std::string by = holder(descriptor);
  const bool is_held = is_at(path, descriptor);
  ::close(descriptor);
  if (!is_held) return -1;
  if (error != EWOULDBLOCK) throw failure(path, error);
  throw sim::Error(path + ": expected nobody else to write here, got " + by +
                   ", which does; wait for its end, or choose another place");
}

}  // namespace

LockFile::LockFile(const std::string& path) : path_(path) {
  while (descriptor_ < 0) descriptor_ = try_lock(path);
  const std::string text = this_process();
  const bool written = ::ftruncate(descriptor_, 0) == 0 &&
                       ::pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  if (written) return;
  const int error = errno;
  ::unlink(path.c_str());
  ::close(descriptor_);
  throw failure(path, error);
}

LockFile::~LockFile() {
  ::unlink(path_.c_str());  // before others may lock it
  ::close(descriptor_);
}

}  // namespace faasconf::files
