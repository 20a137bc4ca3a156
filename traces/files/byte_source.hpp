#pragma once
// Bytes of a file in order, decompressed on the way.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace faasconf::files {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills the buffer, or its front where the bytes end; returns how many came. Throws sim::Error.
  virtual std::size_t read(std::span<char> buffer) = 0;

  // Bytes taken from the file so far, compressed as they are: for progress.
  virtual std::uint64_t consumed() const = 0;
};

// Opens a file that is plain or compressed by gzip, Zstandard or xz: recognised by its first bytes, whatever its name.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

// The same of bytes in memory; `name` is for messages.
std::unique_ptr<ByteSource> bytes_of(std::string bytes, const std::string& name);

}  // namespace faasconf::files
