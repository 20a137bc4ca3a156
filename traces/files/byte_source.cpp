#include "traces/files/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "sim/core/error.hpp"
#include "traces/files/decompress.hpp"

namespace faasconf::files {
namespace {

using sim::Error;

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(std::string path) : path_(std::move(path)), file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) throw Error(path_ + ": cannot be opened: " + std::generic_category().message(errno));
  }
  ~FileBytes() override { ::close(file_); }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  std::size_t read(std::span<char> buffer) override {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      const ssize_t came = ::read(file_, buffer.data() + filled, buffer.size() - filled);
      if (came < 0 && errno == EINTR) continue;
      if (came < 0) throw Error(path_ + ": cannot be read: " + std::generic_category().message(errno));
      if (came == 0) break;
      filled += static_cast<std::size_t>(came);
    }
    consumed_ += filled;
    return filled;
  }
  std::uint64_t consumed() const override { return consumed_; }

 private:
  std::string path_;
  int file_;
  std::uint64_t consumed_ = 0;
};

class TextBytes final : public ByteSource {
 public:
  explicit TextBytes(std::string bytes) : bytes_(std::move(bytes)) {}

  std::size_t read(std::span<char> buffer) override {
    const std::size_t count = std::min(buffer.size(), bytes_.size() - consumed_);
    std::copy_n(bytes_.data() + consumed_, count, buffer.data());
    consumed_ += count;
    return count;
  }
  std::uint64_t consumed() const override { return consumed_; }

 private:
  std::string bytes_;
  std::size_t consumed_ = 0;
};

// The first bytes again, then the rest.
class PeekedBytes final : public ByteSource {
 public:
  PeekedBytes(std::string head, std::unique_ptr<ByteSource> rest) : head_(std::move(head)), rest_(std::move(rest)) {}

  std::size_t read(std::span<char> buffer) override {
    const std::size_t count = std::min(buffer.size(), head_.size() - given_);
    std::copy_n(head_.data() + given_, count, buffer.data());
    given_ += count;
    return count + (count < buffer.size() ? rest_->read(buffer.subspan(count)) : 0);
  }
  std::uint64_t consumed() const override { return rest_->consumed(); }

 private:
  std::string head_;
  std::size_t given_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

constexpr std::size_t kMagicBytes = 6;  // the longest, xz's

std::unique_ptr<ByteSource> decompressed(std::unique_ptr<ByteSource> bytes, const std::string& name) {
  std::string head(kMagicBytes, '\0');
  head.resize(bytes->read(head));
  const Compression compression = compression_of(head);
  auto whole = std::make_unique<PeekedBytes>(std::move(head), std::move(bytes));
  if (compression == Compression::none) return whole;
  return decompress(compression, std::move(whole), name);
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  return decompressed(std::make_unique<FileBytes>(path), path);
}

std::unique_ptr<ByteSource> bytes_of(std::string bytes, const std::string& name) {
  return decompressed(std::make_unique<TextBytes>(std::move(bytes)), name);
}

}  // namespace faasconf::files
