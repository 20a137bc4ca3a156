#include "traces/core/key_set.hpp"

#include <algorithm>
#include <utility>

namespace faasconf::traces {

std::uint64_t key_of(std::string_view owner, std::string_view app, std::string_view function) {
  std::uint64_t key = 0xcbf29ce484222325;  // FNV-1a, stirred after each name
  for (const std::string_view name : {owner, app, function}) {
    for (const char c : name) key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    key = (key ^ 0x100) * 0x100000001b3;
    key ^= key >> 32;
  }
  return key;
}

// Linear probing, at most half of the places taken.
bool KeySet::insert(std::uint64_t key) {
  if (key == 0) return !std::exchange(has_zero_, true);
  const std::size_t mask = places_.size() - 1;
  std::size_t place = key & mask;
  for (; places_[place] != 0; place = (place + 1) & mask) {
    if (places_[place] == key) return false;
  }
  places_[place] = key;
  if (2 * ++taken_ > places_.size()) grow();
  return true;
}

void KeySet::clear() {
  std::ranges::fill(places_, 0);
  taken_ = 0;
  has_zero_ = false;
}

void KeySet::grow() {
  const std::vector<std::uint64_t> before = std::exchange(places_, std::vector<std::uint64_t>(2 * places_.size()));
  taken_ = 0;
  for (const std::uint64_t key : before) {
    if (key != 0) insert(key);
  }
}

}  // namespace faasconf::traces
