#include "traces/files/seal.hpp"

#include <cstddef>

#include "traces/files/digest.hpp"

namespace faasconf::files {
namespace {

constexpr std::size_t kDigits = 64;

}  // namespace

std::string sealed(std::string bytes, const Seal& seal) {
  bytes += seal.before;
  const std::string digest = sha256(bytes);
  bytes += digest;
  bytes += seal.after;
  return bytes;
}

bool looks_sealed(std::string_view bytes, const Seal& seal) {
  if (!bytes.ends_with(seal.after)) return false;
  bytes.remove_suffix(seal.after.size());
  if (bytes.size() < kDigits) return false;
  bytes.remove_suffix(kDigits);
  return bytes.ends_with(seal.before);
}

bool is_sealed(std::string_view bytes, const Seal& seal) {
  if (!looks_sealed(bytes, seal)) return false;
  bytes.remove_suffix(seal.after.size());
  const std::size_t end = bytes.size() - kDigits;
  return sha256(bytes.substr(0, end)) == bytes.substr(end);
}

}  // namespace faasconf::files
