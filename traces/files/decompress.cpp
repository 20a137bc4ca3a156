#include "traces/files/decompress.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "sim/core/error.hpp"

namespace faasconf::files {
namespace {

using sim::Error;

constexpr std::size_t kInputBytes = std::size_t{1} << 17;
constexpr std::uint64_t kMostXzMemory = std::uint64_t{1} << 28;  // xz -9 asks for 65 MiB
// What a file may expand to (docs/reference/limits.md): a day of idle functions reaches 100 times its size.
constexpr std::uint64_t kMostExpansion = 400;
constexpr std::uint64_t kSmallBytes = std::uint64_t{64} << 20;  // that may come of any file

// What all three have in common: compressed bytes come in blocks, and `decode` turns them into others.
class DecompressedBytes : public ByteSource {
 public:
  DecompressedBytes(std::unique_ptr<ByteSource> compressed, std::string name)
      : compressed_(std::move(compressed)), name_(std::move(name)), input_(kInputBytes) {}

  std::size_t read(std::span<char> buffer) final {
    std::size_t filled = 0;
    while (filled < buffer.size() && !done_) {
      if (rest_.empty() && !input_ended_) refill();
      const std::size_t before = rest_.size();
      const std::size_t came = decode(rest_, buffer.subspan(filled));
      filled += came;
      given_ += came;
      check_expansion();
      if (came == 0 && rest_.size() == before && rest_.empty() && input_ended_ && !done_) {
        fail("ends in the midst of its compressed data");
      }
    }
    return filled;
  }
  std::uint64_t consumed() const final { return compressed_->consumed(); }

 protected:
  // Takes from the front of `input`, writes to `output`, returns how much; calls finish() after the last byte.
  virtual std::size_t decode(std::span<char>& input, std::span<char> output) = 0;

  bool input_ended() const { return input_ended_; }
  void finish() { done_ = true; }
  [[noreturn]] void fail(const std::string& what) const { throw Error(name_ + ": " + what); }

 private:
  void check_expansion() const {
    if (given_ <= kSmallBytes || given_ / kMostExpansion <= consumed()) return;
    fail("expected at most " + std::to_string(kMostExpansion) + " times its compressed size, or " +
         std::to_string(kSmallBytes >> 20) + " MiB, got more");
  }

  void refill() {
    const std::size_t came = compressed_->read(input_);
    rest_ = std::span(input_).first(came);
    input_ended_ = came < input_.size();
  }

  std::unique_ptr<ByteSource> compressed_;
  std::string name_;
  std::vector<char> input_;
  std::span<char> rest_;
  std::uint64_t given_ = 0;
  bool input_ended_ = false;
  bool done_ = false;
};

// zlib counts in 32 bits
uInt limited(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

class GzipBytes final : public DecompressedBytes {
 public:
  GzipBytes(std::unique_ptr<ByteSource> compressed, const std::string& name)
      : DecompressedBytes(std::move(compressed), name) {
    constexpr int gzip_with_largest_window = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, gzip_with_largest_window) != Z_OK) fail("gzip: cannot begin");
  }
  ~GzipBytes() override { inflateEnd(&stream_); }

 private:
  std::size_t decode(std::span<char>& input, std::span<char> output) override {
    if (between_members_) {
      if (input.empty() && input_ended()) finish();
      if (input.empty()) return 0;
      if (inflateReset(&stream_) != Z_OK) fail("gzip: cannot go on");
      between_members_ = false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(input.data());
    stream_.avail_in = limited(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    const uInt room = limited(output.size());
    stream_.avail_out = room;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      fail(std::string("gzip: damaged data") + (stream_.msg != nullptr ? std::string(": ") + stream_.msg : ""));
    }
    input = input.last(stream_.avail_in);
    between_members_ = status == Z_STREAM_END;
    return room - stream_.avail_out;
  }

  z_stream stream_{};
  bool between_members_ = false;
};

class ZstdBytes final : public DecompressedBytes {
 public:
  ZstdBytes(std::unique_ptr<ByteSource> compressed, const std::string& name)
      : DecompressedBytes(std::move(compressed), name), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) fail("zstd: cannot begin");
  }
  ~ZstdBytes() override { ZSTD_freeDStream(stream_); }
  ZstdBytes(const ZstdBytes&) = delete;
  ZstdBytes& operator=(const ZstdBytes&) = delete;

 private:
  std::size_t decode(std::span<char>& input, std::span<char> output) override {
    if (input.empty() && input_ended() && between_frames_) {
      finish();
      return 0;
    }
    ZSTD_inBuffer in{.src = input.data(), .size = input.size(), .pos = 0};
    ZSTD_outBuffer out{.dst = output.data(), .size = output.size(), .pos = 0};
    const std::size_t status = ZSTD_decompressStream(stream_, &out, &in);
    if (ZSTD_isError(status) != 0) fail(std::string("zstd: damaged data: ") + ZSTD_getErrorName(status));
    input = input.subspan(in.pos);
    between_frames_ = status == 0;
    return out.pos;
  }

  ZSTD_DStream* stream_;
  bool between_frames_ = false;
};

class XzBytes final : public DecompressedBytes {
 public:
  XzBytes(std::unique_ptr<ByteSource> compressed, const std::string& name)
      : DecompressedBytes(std::move(compressed), name) {
    if (lzma_stream_decoder(&stream_, kMostXzMemory, LZMA_CONCATENATED) != LZMA_OK) fail("xz: cannot begin");
  }
  ~XzBytes() override { lzma_end(&stream_); }
  XzBytes(const XzBytes&) = delete;
  XzBytes& operator=(const XzBytes&) = delete;

 private:
  std::size_t decode(std::span<char>& input, std::span<char> output) override {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    stream_.avail_in = input.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(output.data());
    stream_.avail_out = output.size();
    const bool last = input_ended();
    const lzma_ret status = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
    if (status == LZMA_STREAM_END) {
      finish();
    } else if (status == LZMA_MEMLIMIT_ERROR) {
      fail("xz: needs more than " + std::to_string(kMostXzMemory >> 20) + " MiB to decompress");
    } else if (status != LZMA_OK && status != LZMA_BUF_ERROR) {
      fail("xz: damaged data");
    }
    input = input.last(stream_.avail_in);
    return output.size() - stream_.avail_out;
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace

Compression compression_of(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\x1f\x8b"sv)) return Compression::gzip;
  if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
  if (head.starts_with("\xfd"
                       "7zXZ\0"sv)) {
    return Compression::xz;
  }
  return Compression::none;
}

std::unique_ptr<ByteSource> decompress(Compression compression, std::unique_ptr<ByteSource> compressed,
                                       const std::string& name) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipBytes>(std::move(compressed), name);
    case Compression::zstd:
      return std::make_unique<ZstdBytes>(std::move(compressed), name);
    case Compression::xz:
      return std::make_unique<XzBytes>(std::move(compressed), name);
    case Compression::none:
      break;
  }
  return compressed;
}

}  // namespace faasconf::files
