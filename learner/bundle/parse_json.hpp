#pragma once
// How every text of JSON that is a file's is read.

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace faasconf::learner::bundle {

// Lists and objects within one another; what faasconf writes has ten. Whoever walks deeper ones uses up the stack.
inline constexpr int kMostJsonDepth = 64;

// Throws sim::Error where the text is not JSON, or nested deeper; `name` is what error messages call it.
nlohmann::json parse_json(const std::string& text, const std::string& name);

}  // namespace faasconf::learner::bundle
