#pragma once
// SHA-256 (FIPS 180-4), for the identity of inputs.

#include <string>
#include <string_view>

namespace faasconf::traces {

std::string sha256(std::string_view bytes);  // 64 hexadecimal digits

}  // namespace faasconf::traces
