#include "traces/files/part_file.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "sim/core/error.hpp"
#include "traces/files/left_over.hpp"
#include "traces/files/write_failure.hpp"

namespace faasconf::files {
namespace {

constexpr std::size_t kBuffer = 1 << 16;

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

PartFile::PartFile(const std::string& path) : path_(path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder_of(path), ignored)) {
    throw sim::Error(path + ": expected a file in a folder that exists, got " + folder_of(path) + ", which does not");
  }
  if (path.empty() || path.back() == '/' || std::filesystem::is_directory(path, ignored)) {
    throw sim::Error("expected the path of a file to write, got " + (path.empty() ? "nothing" : path + ", a folder"));
  }

  remove_left_overs(folder_of(path));
  for (int number = 1; descriptor_ < 0; ++number) {
    part_path_ = part_name(path, number);
    descriptor_ = ::open(part_path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST && errno != EINTR) throw write_failure(path, errno);
  }
  ::flock(descriptor_, LOCK_EX | LOCK_NB);  // says that somebody writes; where there are no locks, the name must do
}

PartFile::~PartFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(part_path_.c_str());
}

void PartFile::append(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() < kBuffer) return;
  write_at(end_, buffer_);
  end_ += buffer_.size();
  buffer_.clear();
  check();
}

void PartFile::commit() {
  write_at(end_, buffer_);
  buffer_.clear();
  check();
  if (::fsync(descriptor_) != 0) throw write_failure(path_, errno);
  if (::rename(part_path_.c_str(), path_.c_str()) != 0) throw write_failure(path_, errno);
  ::close(descriptor_);  // nothing to learn after fsync
  descriptor_ = -1;

  synchronise_folder(folder_of(path_));
}

void PartFile::write_at(std::uint64_t offset, std::string_view bytes) noexcept {
  while (!bytes.empty() && error_ == 0) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      error_ = written < 0 ? errno : EIO;
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void PartFile::resize(std::uint64_t size) noexcept {
  if (error_ == 0 && ::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) error_ = errno;
}

std::size_t PartFile::read_at(std::uint64_t offset, char* to, std::size_t size) const noexcept {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(descriptor_, to + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void PartFile::check() const {
  if (error_ != 0) throw write_failure(path_, error_);
}

void synchronise_folder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  const int error = ::fsync(folder) != 0 ? errno : 0;
  ::close(folder);
  if (error == EIO || error == ENOSPC) throw write_failure(path, error);
}

void write_aside(const std::string& path, std::string_view bytes) {
  PartFile file(path);
  file.append(bytes);
  file.commit();
}

}  // namespace faasconf::files
