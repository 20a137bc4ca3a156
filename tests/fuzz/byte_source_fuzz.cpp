// Whatever bytes a file begins with, reading it gives bytes or throws sim::Error; and buffers of another size give the
// same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "sim/core/error.hpp"
#include "traces/files/byte_source.hpp"

using namespace faasconf;

namespace {

constexpr std::size_t kMost = std::size_t{1} << 22;  // a few bytes may stand for terabytes

// Absent where the bytes are none.
std::optional<std::string> read_all(const std::string& bytes, std::size_t block) {
  try {
    const auto source = files::bytes_of(bytes, "fuzz");
    std::string all;
    std::string buffer(block, '\0');
    for (std::size_t came = block; came == block && all.size() < kMost;) {
      came = source->read(buffer);
      all.append(buffer, 0, came);
    }
    return all;
  } catch (const sim::Error&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto large = read_all(bytes, std::size_t{1} << 16);
  if (large && large->size() >= kMost) return 0;  // blocks stop at different places
  if (read_all(bytes, 1000) != large) std::abort();
  return 0;
}
