#include "experiments/config/promise_file.hpp"

#include <string>
#include <string_view>

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::config {
namespace {

// What a maker of promises objects to, with the place of the value.
template <class Make>
sim::Promise made_at(const YamlValue& value, Make make) {
  try {
    sim::Promise promise = make();
    sim::check(promise);
    return promise;
  } catch (const sim::Error& error) {
    constexpr std::string_view said = "promise: ";  // as the value's path says
    const std::string message = error.what();
    value.fail(message.starts_with(said) ? message.substr(said.size()) : message);
  }
}

// Neither a name nor terms.
bool is_path(std::string_view text) {
  return text != "published" && text != "strict" && text != "none" && text.find_first_of("<>=") == text.npos;
}

double read_share(const YamlValue& value) {
  return config::read_share(value, {}, "a percentage such as 95%, or a share such as 0.95");
}

void read_latency(const YamlValue& value, sim::Promise& promise) {
  const YamlMap map(value, section("latency"));
  if (const auto mean = map.get("mean")) promise.mean = read_positive_duration(*mean);
  for (const auto& [key, quantile] :
       {std::pair{"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}}) {
    if (const auto latency = map.get(key)) {
      promise.percentiles.push_back({.quantile = quantile, .latency = read_positive_duration(*latency)});
    }
  }
}

bool is_named(const YamlNode& promise) {
  return promise.kind == YamlNode::Kind::scalar && (promise.scalar == "published" || promise.scalar == "strict");
}

// A named promise of a workflow's file is made of that workflow's own two numbers, wherever it is used: every value of
// it on one line, in the place of its name.
void spell_out(YamlNode& promise, const YamlNode& workflow) {
  const YamlNode* const qos = workflow.find("qos");
  const sim::QosTarget target = qos == nullptr ? sim::QosTarget{} : read_qos({*qos, "qos"});
  promise.scalar = sim::to_text(made_at({promise, "promise"}, [&] {
    return promise.scalar == "strict" ? sim::strict_promise(target) : sim::published_promise(target);
  }));
}

// Of a workflow's or an experiment's file, or of one of its own.
YamlNode promise_in(YamlNode tree) {
  const YamlNode* const within = tree.find("workflow");
  const YamlNode workflow = within == nullptr ? tree : *within;
  const bool of_workflow = workflow.find("name") != nullptr;
  const YamlNode* const own = tree.find("promise");
  const YamlNode* const found = own == nullptr ? workflow.find("promise") : own;
  if (found == nullptr && within == nullptr && !of_workflow) return tree;

  // a workflow with qos alone promises the published one
  YamlNode promise{YamlNode::Kind::scalar, tree.place, "published", {}, {}};
  if (found != nullptr) promise = *found;
  if (!is_named(promise)) return promise;
  if (within != nullptr && !of_workflow) {
    YamlValue(promise, "promise")
        .fail("expected the file of the workflow whose qos it is made of, got an experiment's");
  }
  if (of_workflow) spell_out(promise, workflow);
  return promise;
}

// "20 per 30s", "20/30s"
sim::CountTerm read_successes(const YamlValue& value) {
  constexpr std::string_view expected = "a number of successes per time such as 20 per 30s";
  if (value.text(expected).find(',') != std::string::npos) value.refuse(expected);
  return parse_with(value, expected,
                    [](const std::string& text) { return *sim::promise_from_text("successes>=" + text).successes; });
}

void read_good(const YamlValue& value, sim::Promise& promise) {
  const YamlMap map(value, section("good"));
  promise.deadline = read_positive_duration(map.require("within"));
  promise.served_share = read_share(map.require("share"));
  promise.over = read_positive_duration(map.require("over"));
}

// "200 requests", "200", "window"
std::int64_t read_period(const YamlValue& value) {
  constexpr std::string_view expected = "a number of requests such as 200 requests, or window";
  if (value.text(expected).find(',') != std::string::npos) value.refuse(expected);
  return parse_with(value, expected, [](const std::string& text) {
    return sim::promise_from_text("served_share>=95%, period=" + text).period_requests;
  });
}

sim::Promise read_map(const YamlValue& value, sim::Duration deadline) {
  const YamlMap map(value, section("promise"));
  sim::Promise promise{.deadline = deadline};
  if (const auto latency = map.get("latency")) read_latency(*latency, promise);
  if (const auto share = map.get("served_share")) promise.served_share = read_share(*share);
  if (const auto successes = map.get("successes")) promise.successes = read_successes(*successes);
  if (const auto good = map.get("good")) {
    for (const char* const key : {"served_share", "deadline"}) {
      if (const auto other = map.get(key)) other->fail("expected it within good, which is a served share of its own");
    }
    read_good(*good, promise);
  }
  if (const auto own = map.get("deadline")) promise.deadline = read_positive_duration(*own);
  if (const auto period = map.get("period")) promise.period_requests = read_period(*period);
  if (const auto longest = map.get("longest_period")) promise.longest_period = read_positive_duration(*longest);
  if (const auto periods = map.get("periods")) promise.periods = read_share(*periods);
  return promise;
}

sim::Promise read_scalar(const YamlValue& value, const sim::QosTarget& target, sim::Duration deadline) {
  const std::string& text = value.text("a promise");
  if (is_path(text)) value.refuse("published, strict, none, or terms such as p95<=2s, served_share>=99%");
  return made_at(value, [&]() -> sim::Promise {
    if (text == "none") return {};
    if (text == "published") return sim::published_promise(target);
    if (text == "strict") return sim::strict_promise(target);
    return sim::promise_from_text(text, {.deadline = deadline});
  });
}

}  // namespace

sim::Promise read_promise(const YamlValue& value, const sim::QosTarget& target, sim::Duration deadline) {
  if (value.is_scalar()) return read_scalar(value, target, deadline);
  const sim::Promise promise = read_map(value, deadline);
  if (!promise.has_terms()) value.fail("expected at least one term such as served_share: 95%");
  return made_at(value, [&] { return promise; });
}

sim::QosTarget read_qos(const YamlValue& value) {
  const YamlMap map(value, section("qos"));
  sim::QosTarget qos;
  if (const auto latency = map.get("latency")) qos.latency = read_positive_duration(*latency);
  if (const auto successes = map.get("successes")) qos.successes = read_number(*successes);
  return qos;
}

sim::Promise promise_of(const sim::QosTarget& target) {
  if (target.latency == sim::kForever && target.successes == 0) return {};
  return sim::published_promise(target);
}

sim::Duration patience_of(const sim::WorkflowSpec& workflow) {
  return workflow.gateway.timeout.value_or(sim::Promise{}.deadline);
}

void load_promise_file(YamlNode& promise, InputFiles& files) {
  if (promise.kind != YamlNode::Kind::scalar || !is_path(promise.scalar)) return;
  const InputFiles::Text file = files.read({promise, "promise"});
  YamlNode tree = parse_yaml_file(file.content, file.path);
  promise = promise_in(std::move(tree));
}

void check_judgeable(const sim::ScenarioSpec& scenario) {
  const sim::Promise& promise = scenario.workflow.promise;
  const bool by_due = promise.has_terms() && promise.kind == sim::PromiseKind::due;
  if (!by_due || !scenario.redeploy || promise.deadline < scenario.window) return;
  throw sim::Error("promise: with fresh instances in every window of " + sim::format(scenario.window) +
                   " a request is gone before its deadline of " + sim::format(promise.deadline) +
                   "; expected a shorter deadline, longer windows, or instances kept");
}

std::string promise_to_yaml(const sim::Promise& promise) {
  return promise.name.empty() ? "\"" + sim::to_text(promise) + "\"" : promise.name;
}

}  // namespace faasconf::experiments::config
