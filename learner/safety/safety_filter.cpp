#include "learner/safety/safety_filter.hpp"

#include <nlohmann/json.hpp>

#include "learner/bundle/json_place.hpp"
#include "learner/bundle/parse_json.hpp"
#include "learner/safety/qos_probability.hpp"
#include "learner/safety/safe_exploration.hpp"

namespace faasconf::learner::safety {

std::unique_ptr<SafetyFilter> safety_from_json(const std::string& text, const ActionPrice& price) {
  const nlohmann::json json = bundle::parse_json(text, "safety");
  const bundle::JsonPlace place(json, "safety");
  const std::string kind = place["kind"].text();
  if (kind == "ses") return SafeExploration::from_json(place, price);
  if (kind == "feasibility") return QosProbabilityFilter::from_json(place, price);
  place["kind"].refuse("one of ses, feasibility");
}

}  // namespace faasconf::learner::safety
