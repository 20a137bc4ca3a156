#include "learner/bundle/parse_json.hpp"

#include <nlohmann/json.hpp>

#include "sim/core/error.hpp"

namespace faasconf::learner::bundle {

nlohmann::json parse_json(const std::string& text, const std::string& name) {
  using nlohmann::json;
  const auto refuse_depth = [&name](int depth, json::parse_event_t /*event*/, const json& /*value*/) {
    if (depth <= kMostJsonDepth) return true;
    throw sim::Error(name + ": expected JSON of at most " + std::to_string(kMostJsonDepth) +
                     " levels of lists and objects, got more");
  };
  try {
    return json::parse(text, refuse_depth);
  } catch (const json::exception& error) {
    throw sim::Error(name + ": expected JSON: " + error.what());
  }
}

}  // namespace faasconf::learner::bundle
