#pragma once
// SHA-256 (FIPS 180-4), for the identity of inputs.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/core/go_on.hpp"

namespace faasconf::files {

// Of bytes that come in pieces.
class Sha256 {
 public:
  void add(std::string_view bytes);
  std::string digest() const;  // of all bytes so far: 64 hexadecimal digits

 private:
  // the first 32 bits of the fractions of the square roots of the first 8 primes
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::string tail_;  // shorter than a block
  std::uint64_t size_ = 0;
};

std::string sha256(std::string_view bytes);
// Throws sim::Error when it cannot be read, sim::Cancelled when its caller does not want to go on.
std::string sha256_of_file(const std::string& path, const sim::GoOn& go_on = {});

}  // namespace faasconf::files
