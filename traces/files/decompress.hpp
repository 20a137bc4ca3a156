#pragma once
// Streams of gzip, Zstandard and xz.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "traces/files/byte_source.hpp"

namespace faasconf::files {

enum class Compression : std::uint8_t { none, gzip, zstd, xz };

// What the first bytes of a file (6 are enough) say.
Compression compression_of(std::string_view head);

// Members and frames that follow one another are read as one, as their tools do. A stream that ends early or is damaged
// throws sim::Error, which calls it `name`.
std::unique_ptr<ByteSource> decompress(Compression compression, std::unique_ptr<ByteSource> compressed,
                                       const std::string& name);

}  // namespace faasconf::files
