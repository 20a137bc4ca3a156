#pragma once
// Damage to the bytes of a file, drawn by a seed.

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/core/random.hpp"

namespace faasconf::tests {

class Damager {
 public:
  explicit Damager(sim::Rng rng) : rng_(rng) {}

  // Bits flipped, an end missing, a part doubled, missing, zeroed or put elsewhere, or a number replaced.
  std::string operator()(std::string bytes) {
    const std::uint32_t times = 1 + (rng_.below(4) == 0 ? rng_.below(4) : 0);
    for (std::uint32_t i = 0; i < times && !bytes.empty(); ++i) damage(bytes);
    return bytes;
  }

 private:
  void damage(std::string& bytes) {
    const std::size_t place = below(bytes.size());
    const std::size_t size = std::min<std::size_t>(1 + rng_.below(48), bytes.size() - place);
    switch (rng_.below(8)) {
      case 0:
      case 1:
        bytes[place] = static_cast<char>(bytes[place] ^ 1 << rng_.below(8));
        break;
      case 2:
        bytes.resize(place);
        break;
      case 3:
        bytes.insert(place, bytes.substr(place, size));
        break;
      case 4:
        bytes.erase(place, size);
        break;
      case 5:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(place), size, rng_.below(2) == 0 ? '\0' : '\xff');
        break;
      case 6:
        bytes.replace(place, size, bytes.substr(below(bytes.size()), size));
        break;
      default:
        replace_number(bytes, place);
    }
  }

  // The first one from this place on.
  void replace_number(std::string& bytes, std::size_t place) {
    static constexpr std::array<std::string_view, 12> kNumbers = {
        "-1", "0", "1", "7", "-0", "1e999", "nan", "2147483648", "4294967296", "18446744073709551616", "1e-300", ".5"};
    const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(place);
    const auto first = std::find_if(from, bytes.end(), is_digit);
    const auto last = std::find_if_not(first, bytes.end(), is_digit);
    bytes.replace(first, last, kNumbers[rng_.below(static_cast<std::uint32_t>(kNumbers.size()))]);
  }

  std::size_t below(std::size_t size) { return rng_.below(static_cast<std::uint32_t>(size)); }

  sim::Rng rng_;
};

}  // namespace faasconf::tests
