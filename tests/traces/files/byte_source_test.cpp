#include "traces/files/byte_source.hpp"

#include <span>
#include <string>

#include <gtest/gtest.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "sim/core/random.hpp"
#include "tests/scratch_folder.hpp"
#include "tests/traces/message_of.hpp"

namespace faasconf::files {
namespace {

using tests::message_of;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                          reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  out.resize(size);
  return out;
}

std::string read_all(ByteSource& source, std::size_t block) {
  std::string all;
  std::string buffer(block, '\0');
  for (std::size_t came = block; came == block;) {
    came = source.read(buffer);
    all.append(buffer, 0, came);
  }
  EXPECT_EQ(source.read(buffer), 0U);  // and stays so
  return all;
}
std::string read_all(const std::string& bytes, std::size_t block) { return read_all(*bytes_of(bytes, "f.bin"), block); }

// Half a megabyte that compresses about halfway.
std::string sample() {
  sim::Rng rng(1);
  std::string text;
  while (text.size() < 500'000) text += std::to_string(rng.below(1000)) + ",";
  return text;
}

TEST(ByteSource, DecompressesWhatItsFirstBytesSay) {
  const std::string text = sample();
  for (const std::size_t block : {1'000UL, 65'536UL, 1'000'000UL}) {
    EXPECT_EQ(read_all(text, block), text);
    EXPECT_EQ(read_all(gzip(text), block), text);
    EXPECT_EQ(read_all(zstd(text), block), text);
    EXPECT_EQ(read_all(xz(text), block), text);
  }
}

TEST(ByteSource, ReadsWhatIsConcatenatedAsOne) {
  EXPECT_EQ(read_all(gzip("one,") + gzip("two"), 3), "one,two");
  EXPECT_EQ(read_all(zstd("one,") + zstd("two"), 3), "one,two");
  EXPECT_EQ(read_all(xz("one,") + xz("two"), 3), "one,two");
}

TEST(ByteSource, MayBeEmptyOrShort) {
  EXPECT_EQ(read_all("", 10), "");
  EXPECT_EQ(read_all("ab", 10), "ab");
  EXPECT_EQ(read_all(gzip(""), 10), "");
  EXPECT_EQ(read_all(zstd(""), 10), "");
  EXPECT_EQ(read_all(xz(""), 10), "");
}

TEST(ByteSource, SaysWhereCompressedDataEndEarly) {
  const auto cut = [](std::string bytes) {
    bytes.resize(bytes.size() / 2);
    return message_of([&] { read_all(bytes, 1000); });
  };
  const std::string expected = "f.bin: ends in the midst of its compressed data";
  EXPECT_EQ(cut(gzip(sample())), expected);
  EXPECT_EQ(cut(zstd(sample())), expected);
  EXPECT_EQ(cut(xz(sample())), expected);
}

TEST(ByteSource, SaysWhichDataAreDamaged) {
  const auto damaged = [](std::string bytes) {
    for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 50; ++i) bytes[i] = static_cast<char>(~bytes[i]);
    return message_of([&] { read_all(bytes, 1000); });
  };
  EXPECT_TRUE(damaged(gzip(sample())).starts_with("f.bin: gzip: damaged data"));
  EXPECT_TRUE(damaged(zstd(sample())).starts_with("f.bin: zstd: damaged data"));
  EXPECT_EQ(damaged(xz(sample())), "f.bin: xz: damaged data");
}

TEST(ByteSource, RefusesWhatExpandsBeyondMeasure) {
  const std::string bomb = zstd(std::string(std::size_t{66} << 20, '0'));
  EXPECT_EQ(message_of([&] { read_all(bomb, 1 << 20); }),
            "f.bin: expected at most 400 times its compressed size, or 64 MiB, got more");
}

TEST(ByteSource, CompressedFilesReadAsPlainOnes) {
  const tests::ScratchFolder folder;
  for (const std::string& bytes : {sample(), gzip(sample()), zstd(sample()), xz(sample())}) {
    tests::write_file(folder / "f", bytes);
    const auto source = open_bytes(folder / "f");
    EXPECT_EQ(read_all(*source, 1000), sample());
    EXPECT_EQ(source->consumed(), bytes.size());
  }
}

}  // namespace
}  // namespace faasconf::files
