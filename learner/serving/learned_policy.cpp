#include "learner/serving/learned_policy.hpp"

#include <algorithm>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <variant>

#include "sim/core/error.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::learner::serving {
namespace {

std::string text_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string text_of(const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
  std::string text;
  for (const auto& [from, to] : edges) {
    text += (text.empty() ? "" : ", ") + std::to_string(from) + " -> " + std::to_string(to);
  }
  return text;
}

std::string text_of(const sim::KnobRanges& range) {
  std::ostringstream text;
  text << "cpu " << range.cpu_min.value << " .. " << range.cpu_max.value << " m, memory " << range.memory_min.value
       << " .. " << range.memory_max.value << " Mi, replicas " << range.replicas_min << " .. " << range.replicas_max
       << ", concurrency " << range.concurrency_min << " .. " << range.concurrency_max;
  return text.str();
}

// What the policy was trained for, and what it meets.
class Fit {
 public:
  Fit(const bundle::Metadata& trained, const std::string& workflow) : trained_(trained), workflow_(workflow) {}

  template <class Value>
  void expect_same(const std::string& what, const Value& trained, const Value& met) const {
    if (trained == met) return;
    throw sim::Error("policy for workflow " + trained_.workflow + " does not fit workflow " + workflow_ + ": " + what +
                     ": expected " + text_of(trained) + ", got " + text_of(met) +
                     "; train a policy for it, or give the workflow that this one was trained on");
  }

 private:
  const bundle::Metadata& trained_;
  const std::string& workflow_;
};

void check_fit(const bundle::Metadata& trained, const sim::Scenario& scenario, const sim::ActionSpace& actions,
               const sim::AgentGraph& graph, const sim::Features& features) {
  bundle::Metadata met;
  describe(scenario.workflow(), actions, graph, met);
  const Fit fit(trained, met.workflow);
  fit.expect_same("agents", trained.agents, met.agents);
  fit.expect_same("edges between agents", trained.edges, met.edges);
  for (std::size_t i = 0; i < met.agents.size(); ++i) {
    fit.expect_same("ranges of " + met.agents[i], trained.ranges[i], met.ranges[i]);
  }
  fit.expect_same("features", trained.feature_names, features.names());
}

void check_promise(const sim::Promise& trained, const sim::Promise& met) {
  const std::string wanted = sim::to_text(trained), got = sim::to_text(met);
  if (wanted == got) return;
  throw sim::Error("the policy was trained to keep another promise: expected " + wanted + ", got " + got +
                   "; give --promise '" + wanted + "', or --promise-mismatch allow to run it all the same");
}

}  // namespace

LearnedPolicy::LearnedPolicy(const bundle::PolicyBundle& bundle, const sim::Scenario& scenario, ServingOptions options)
    : scenario_(scenario),
      options_(std::move(options)),
      actions_(scenario.workflow(), bundle.metadata.rounding),
      graph_(scenario.workflow(), actions_),
      features_(scenario, actions_, graph_, bundle.metadata.features),
      network_(bundle.metadata, bundle.weights),
      clairvoyant_(bundle.metadata.load_knowledge == sim::LoadForecasting::clairvoyant),
      forecast_(bundle.metadata.load_knowledge, bundle.metadata.smoothing_weight, bundle.metadata.season_windows,
                bundle.metadata.upper_quantile),
      rng_(sim::RngStreams(options_.seed).stream("safety")),
      last_(actions_.size()),
      rows_(actions_.agents() * features_.size()) {
  check_fit(bundle.metadata, scenario, actions_, graph_, features_);
  if (!options_.any_promise) check_promise(bundle.metadata.promise, scenario.workflow().promise);
  if (clairvoyant_ && !options_.load) {
    throw sim::Error("policy for workflow " + bundle.metadata.workflow +
                     " is clairvoyant: it needs the load of the next window; where that is unknown, train "
                     "one with load knowledge persistence, smoothing or seasonal");
  }
  if (bundle.metadata.safety.empty()) return;
  safety_ = safety::safety_from_json(bundle.metadata.safety,
                                     safety::ActionPrice(scenario.workflow(), bundle.metadata.rounding));
}

sim::Configuration LearnedPolicy::decide(const sim::Observation& observation) {
  if (observation.functions.size() != scenario_.function_count()) return observation.configuration;
  recall(observation);
  const sim::LoadOutlook load = look_ahead(observation);
  if (safety_ && options_.safety_learns) {
    safety_->learn(load.level - load.change, last_, observation.price, observation.qos_met);
  }
  features_.write(observation, last_, load, rows_);
  network_.act(rows_, last_);
  if (safety_ && safety_->review(load.level, last_, rng_)) ++replaced_;
  decided_ = observation.configuration;
  actions_.decode(last_, decided_);
  return decided_;
}

// What led to the window: the last decision, or what somebody else has set.
void LearnedPolicy::recall(const sim::Observation& observation) {
  if (observation.configuration != decided_) actions_.encode(observation.configuration, last_);
}

// As sim::Environment does before an episode.
void LearnedPolicy::begin_forecast(double load) {
  begun_ = true;
  const std::size_t watched = std::min(options_.history.size(), forecast_.memory());
  const std::span<const double> past = std::span(options_.history).last(watched);
  forecast_.begin(past.empty() ? load : past.front());
  for (std::size_t i = 0; i < watched; ++i) forecast_.observe(past[i], i + 1 < watched ? past[i + 1] : load);
}

sim::LoadOutlook LearnedPolicy::look_ahead(const sim::Observation& observation) {
  const bool is_open = std::holds_alternative<sim::OpenLoop>(scenario_.spec().workload.source);
  const double observed = is_open ? observation.offered_rate_per_s : observation.users;
  const double now = options_.load ? options_.load(observation.window) : observed;
  const double next = clairvoyant_ ? options_.load(observation.window + 1) : now;
  if (!begun_) begin_forecast(now);
  const double forecast = forecast_.observe(now, next);
  return {.level = forecast, .change = forecast - now, .upper = forecast_.upper()};
}

}  // namespace faasconf::learner::serving
