#include "learner/safety/safety_filter.hpp"

#include <nlohmann/json.hpp>

#include "learner/safety/feasibility.hpp"
#include "learner/safety/safe_exploration.hpp"
#include "learner/serving/json_place.hpp"

namespace faasconf::learner {

std::unique_ptr<SafetyFilter> safety_from_json(const std::string& text, const ActionPrice& price) {
  const nlohmann::json json = parse_json(text, "safety");
  const JsonPlace place(json, "safety");
  const std::string kind = place["kind"].text();
  if (kind == "ses") return SafeExploration::from_json(place, price);
  if (kind == "feasibility") return FeasibilityFilter::from_json(place, price);
  place["kind"].refuse("one of ses, feasibility");
}

}  // namespace faasconf::learner
