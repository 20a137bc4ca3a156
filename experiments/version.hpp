#pragma once

#include <string_view>

namespace faasconf::experiments {

// The release, as in "0.1.0".
std::string_view version();

// The commit this was built from, as in "1a2b3c4d5e6f" or "1a2b3c4d5e6f-dirty"; empty outside a git checkout.
std::string_view code_revision();

}  // namespace faasconf::experiments
