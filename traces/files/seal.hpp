#pragma once
// Files that end with their own digest, so that no changed byte goes unseen: nothing in them is used before it is
// checked. It guards against damage, not against forgers.

#include <string>
#include <string_view>

namespace faasconf::files {

// What stands around the digest, so that a file stays what its format makes it.
struct Seal {
  std::string_view before;
  std::string_view after;
};

std::string sealed(std::string bytes, const Seal& seal);      // bytes, before, SHA-256 of these two, after
bool is_sealed(std::string_view bytes, const Seal& seal);     // whether they end so, and the digest is theirs
bool looks_sealed(std::string_view bytes, const Seal& seal);  // whether they end so, whatever the digest

}  // namespace faasconf::files
