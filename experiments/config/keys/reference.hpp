#pragma once
// The reference of all keys as a page: docs/reference/keys.md.

#include <string>

namespace faasconf::experiments::config {

std::string keys_markdown();

}  // namespace faasconf::experiments::config
