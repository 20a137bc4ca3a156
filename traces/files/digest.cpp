#include "traces/files/digest.hpp"

#include <bit>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <system_error>

#include "sim/core/error.hpp"

namespace faasconf::files {
namespace {

// the first 32 bits of the fractions of the cube roots of the first 64 primes
constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

constexpr std::size_t kBlock = 64;  // bytes
using State = std::array<std::uint32_t, 8>;

void digest_block(State& state, std::string_view block) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < kBlock; ++i) w[i / 4] = w[i / 4] << 8 | static_cast<std::uint8_t>(block[i]);
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }

  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kRound[i] + w[i];
    const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const State mixed = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += mixed[i];
}

}  // namespace

void Sha256::add(std::string_view bytes) {
  size_ += bytes.size();
  if (!tail_.empty()) {
    const std::string_view front = bytes.substr(0, kBlock - tail_.size());
    tail_ += front;
    bytes.remove_prefix(front.size());
    if (tail_.size() < kBlock) return;
    digest_block(state_, tail_);
    tail_.clear();
  }
  for (; bytes.size() >= kBlock; bytes.remove_prefix(kBlock)) digest_block(state_, bytes);
  tail_ = bytes;
}

std::string Sha256::digest() const {
  // what is left: a one, zeros, the length in bits
  State state = state_;
  std::string tail = tail_ + '\x80';
  while (tail.size() % kBlock != kBlock - 8) tail += '\0';
  for (int shift = 56; shift >= 0; shift -= 8) tail += static_cast<char>(size_ * 8 >> shift & 0xff);
  for (std::size_t i = 0; i < tail.size(); i += kBlock) digest_block(state, std::string_view(tail).substr(i));

  std::string digits;
  for (const std::uint32_t word : state) {
    for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[word >> shift & 0xf];
  }
  return digits;
}

std::string sha256(std::string_view bytes) {
  Sha256 sha256;
  sha256.add(bytes);
  return sha256.digest();
}

std::string sha256_of_file(const std::string& path, const sim::GoOn& go_on) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw sim::Error(path + ": cannot be opened: " + std::generic_category().message(errno));
  Sha256 sha256;
  std::string block(std::size_t{1} << 18, '\0');
  while (file) {
    sim::throw_if_cancelled(go_on);
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    sha256.add(std::string_view(block).substr(0, static_cast<std::size_t>(file.gcount())));
  }
  if (file.bad()) throw sim::Error(path + ": cannot be read");
  return sha256.digest();
}

}  // namespace faasconf::files
