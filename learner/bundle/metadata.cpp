#include "learner/bundle/metadata.hpp"

#include <array>
#include <cmath>
#include <string_view>

#include <nlohmann/json.hpp>

#include "learner/bundle/json_place.hpp"
#include "learner/bundle/parse_json.hpp"
#include "sim/core/error.hpp"
#include "sim/core/time.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::learner::bundle {
namespace {

using nlohmann::json;

template <class Choice>
using Word = std::pair<std::string_view, Choice>;

constexpr auto kAttentions = std::to_array<Word<Attention>>({{"squared", Attention::squared},
                                                             {"softmax", Attention::softmax},
                                                             {"mean", Attention::mean},
                                                             {"none", Attention::none}});
constexpr auto kNormalisations = std::to_array<Word<Normalisation>>(
    {{"batch", Normalisation::batch}, {"layer", Normalisation::layer}, {"none", Normalisation::none}});
constexpr auto kFeatureSets =
    std::to_array<Word<sim::FeatureSet>>({{"paper", sim::FeatureSet::paper}, {"extended", sim::FeatureSet::extended}});
constexpr auto kLoadKnowledge =
    std::to_array<Word<sim::LoadForecasting>>({{"clairvoyant", sim::LoadForecasting::clairvoyant},
                                               {"persistence", sim::LoadForecasting::persistence},
                                               {"smoothing", sim::LoadForecasting::smoothing},
                                               {"seasonal", sim::LoadForecasting::seasonal}});
constexpr auto kIntegerKnobs = std::to_array<Word<sim::IntegerKnob>>(
    {{"paper", sim::IntegerKnob::paper}, {"equal_bins", sim::IntegerKnob::equal_bins}});

template <class Words, class Choice>
std::string_view word_of(const Words& words, Choice choice) {
  std::string_view found;
  for (const auto& [word, meaning] : words) {
    if (meaning == choice) found = word;
  }
  return found;
}

json to_json(const NeighbourhoodSpec& spec) {
  return {{"kind", "neighbourhood"},
          {"attention", word_of(kAttentions, spec.attention)},
          {"shared", spec.shared},
          {"normalisation", word_of(kNormalisations, spec.normalisation)},
          {"hidden", spec.hidden}};
}

json to_json(const JointSpec& spec) {
  return {{"kind", "joint"}, {"normalisation", word_of(kNormalisations, spec.normalisation)}, {"hidden", spec.hidden}};
}

json to_json(const TransformerSpec& spec) {
  return {{"kind", "transformer"},
          {"width", spec.width},
          {"heads", spec.heads},
          {"layers", spec.layers},
          {"attention", spec.attention}};
}

json to_json(const sim::KnobRanges& range) {
  return {{"cpu_millicores", {range.cpu_min.value, range.cpu_max.value}},
          {"memory_mib", {range.memory_min.value, range.memory_max.value}},
          {"replicas", {range.replicas_min, range.replicas_max}},
          {"concurrency", {range.concurrency_min, range.concurrency_max}}};
}

std::vector<std::size_t> sizes_from(const JsonPlace& place) {
  return place.list([](const JsonPlace& size) { return size.integer<std::size_t>(); });
}

std::vector<std::string> texts_from(const JsonPlace& place) {
  return place.list([](const JsonPlace& text) { return text.text(); });
}

NetworkSpec network_from(const JsonPlace& place) {
  const std::string kind = place["kind"].text();
  if (kind == "neighbourhood") {
    return NeighbourhoodSpec{.attention = place["attention"].choice(kAttentions),
                             .shared = place["shared"].boolean(),
                             .normalisation = place["normalisation"].choice(kNormalisations),
                             .hidden = sizes_from(place["hidden"])};
  }
  if (kind == "joint") {
    return JointSpec{.normalisation = place["normalisation"].choice(kNormalisations),
                     .hidden = sizes_from(place["hidden"])};
  }
  if (kind == "transformer") {
    return TransformerSpec{.width = place["width"].integer<std::size_t>(),
                           .heads = place["heads"].integer<std::size_t>(),
                           .layers = place["layers"].integer<std::size_t>(),
                           .attention = place["attention"].boolean()};
  }
  place["kind"].refuse("one of neighbourhood, joint, transformer");
}

JsonPlace pair_at(const JsonPlace& place) {
  if (place.size() != 2) place.refuse("two numbers");
  return place;
}

std::pair<std::size_t, std::size_t> edge_from(const JsonPlace& place) {
  const JsonPlace ends = pair_at(place);
  return {ends[0].integer<std::size_t>(), ends[1].integer<std::size_t>()};
}

sim::KnobRanges range_from(const JsonPlace& place) {
  const JsonPlace cpu = pair_at(place["cpu_millicores"]);
  const JsonPlace memory = pair_at(place["memory_mib"]);
  const JsonPlace replicas = pair_at(place["replicas"]);
  const JsonPlace concurrency = pair_at(place["concurrency"]);
  return {.cpu_min = {cpu[0].number()},
          .cpu_max = {cpu[1].number()},
          .memory_min = {memory[0].number()},
          .memory_max = {memory[1].number()},
          .replicas_min = replicas[0].integer<int>(),
          .replicas_max = replicas[1].integer<int>(),
          .concurrency_min = concurrency[0].integer<int>(),
          .concurrency_max = concurrency[1].integer<int>()};
}

sim::ActionRounding rounding_from(const JsonPlace& place) {
  return {.integers = place["integers"].choice(kIntegerKnobs),
          .cpu_step = {place["cpu_step_millicores"].number()},
          .memory_step = {place["memory_step_mib"].number()}};
}

// Format 1 had the two numbers of the published promise.
sim::Promise promise_from(const JsonPlace& all, int format) {
  if (format == 1) {
    const sim::QosTarget target{.latency = sim::from_seconds(all["qos"]["latency_s"].number()),
                                .successes = all["qos"]["successes"].number()};
    const bool promises = target.latency != sim::kForever || target.successes > 0;
    return promises ? sim::published_promise(target) : sim::Promise{};
  }
  const std::string terms = all["promise"]["terms"].text();
  sim::Promise promise = terms == "none" ? sim::Promise{} : sim::promise_from_text(terms);
  promise.name = all["promise"]["name"].text();
  return promise;
}

Metadata metadata_from(const JsonPlace& all) {
  const int format = all["format"].integer<int>();
  if (format > kBundleFormat) {
    throw sim::Error("a policy bundle of format " + std::to_string(format) + ", written by " + all["program"].text() +
                     "; this version reads formats up to " + std::to_string(kBundleFormat) + ": take a newer one");
  }
  const JsonPlace workflow = all["workflow"];
  const JsonPlace normalizer = all["normalizer"];
  Metadata metadata;
  metadata.program = all["program"].text();
  metadata.workflow = workflow["name"].text();
  metadata.digest = workflow["digest"].text();
  metadata.agents = texts_from(workflow["agents"]);
  metadata.network = network_from(all["network"]);
  metadata.features = all["features"]["set"].choice(kFeatureSets);
  metadata.feature_names = texts_from(all["features"]["names"]);
  metadata.load_knowledge = all["load_knowledge"].choice(kLoadKnowledge);
  metadata.smoothing_weight = all["smoothing_weight"].number();
  metadata.season_windows = all["season_windows"].integer<std::size_t>();
  metadata.upper_quantile = all["upper_quantile"].number();
  metadata.edges = all["edges"].list(edge_from);
  metadata.ranges = all["ranges"].list(range_from);
  metadata.rounding = rounding_from(all["rounding"]);
  metadata.promise = promise_from(all, format);
  metadata.normalizer = {.mean = normalizer["mean"].numbers<double>(),
                         .deviation = normalizer["deviation"].numbers<double>(),
                         .limit = normalizer["limit"].number()};
  metadata.safety = all["safety"].json().is_null() ? "" : all["safety"].json().dump();
  metadata.training = all["training"].json().dump();
  return metadata;
}

void check_sizes(const Metadata& metadata) {
  if (metadata.agents.empty()) throw sim::Error("metadata: expected at least one agent");
  if (metadata.feature_names.empty()) throw sim::Error("metadata: expected at least one feature");
  if (metadata.ranges.size() != metadata.agents.size()) {
    throw sim::Error("metadata.ranges: expected one for each of " + std::to_string(metadata.agents.size()) +
                     " agents, got " + std::to_string(metadata.ranges.size()));
  }
  for (const auto* moments : {&metadata.normalizer.mean, &metadata.normalizer.deviation}) {
    if (moments->size() == metadata.feature_names.size()) continue;
    throw sim::Error("metadata.normalizer: expected one mean and deviation for each of " +
                     std::to_string(metadata.feature_names.size()) + " features, got " +
                     std::to_string(moments->size()));
  }
}

void check_edges(const Metadata& metadata) {
  for (const auto& [from, to] : metadata.edges) {
    if (from < metadata.agents.size() && to < metadata.agents.size() && from != to) continue;
    throw sim::Error("metadata.edges: expected two different ones of " + std::to_string(metadata.agents.size()) +
                     " agents, got " + std::to_string(from) + " and " + std::to_string(to));
  }
}

void check_layers(const std::vector<std::size_t>& hidden) {
  for (const std::size_t size : hidden) {
    if (size == 0) throw sim::Error("metadata.network.hidden: expected layers of at least one unit, got 0");
  }
}

void check_network(const NeighbourhoodSpec& spec) { check_layers(spec.hidden); }
void check_network(const JointSpec& spec) { check_layers(spec.hidden); }
void check_network(const TransformerSpec& spec) {
  if (spec.width > 0 && spec.heads > 0 && spec.width % spec.heads == 0) return;
  throw sim::Error("metadata.network: expected a width that its heads divide, got " + std::to_string(spec.width) +
                   " and " + std::to_string(spec.heads));
}

void check_numbers(const Metadata& metadata) {
  if (!(metadata.smoothing_weight > 0 && metadata.smoothing_weight <= 1)) {
    throw sim::Error("metadata.smoothing_weight: expected a number above 0 up to 1, got " +
                     std::to_string(metadata.smoothing_weight));
  }
  if (metadata.season_windows == 0 || metadata.season_windows > kMostSeasonWindows) {
    throw sim::Error("metadata.season_windows: expected 1 to " + std::to_string(kMostSeasonWindows) + ", got " +
                     std::to_string(metadata.season_windows));
  }
  if (!(metadata.upper_quantile > 0 && metadata.upper_quantile < 1)) {
    throw sim::Error("metadata.upper_quantile: expected a number between 0 and 1, got " +
                     std::to_string(metadata.upper_quantile));
  }
  if (!(metadata.normalizer.limit > 0)) throw sim::Error("metadata.normalizer.limit: expected a number above 0");
  for (const double deviation : metadata.normalizer.deviation) {
    if (!(deviation >= 0)) throw sim::Error("metadata.normalizer.deviation: expected numbers from 0 up");
  }
}

}  // namespace

void check(const Metadata& metadata) {
  check_sizes(metadata);
  check_edges(metadata);
  std::visit([](const auto& spec) { check_network(spec); }, metadata.network);
  check_numbers(metadata);
}

void describe(const sim::WorkflowSpec& workflow, const sim::ActionSpace& actions, const sim::AgentGraph& graph,
              Metadata& metadata) {
  metadata.workflow = workflow.name;
  metadata.agents.clear();
  metadata.ranges.clear();
  metadata.edges.clear();
  for (std::size_t agent = 0; agent < actions.agents(); ++agent) {
    const sim::FunctionSpec& function = workflow.functions[actions.function(agent).index];
    metadata.agents.push_back(function.name);
    metadata.ranges.push_back(function.ranges);
    for (std::size_t to = 0; to < actions.agents(); ++to) {
      if (graph.leads(agent, to)) metadata.edges.emplace_back(agent, to);
    }
  }
  metadata.promise = workflow.promise;
}

std::string to_json(const Metadata& metadata) {
  json ranges = json::array();
  for (const sim::KnobRanges& range : metadata.ranges) ranges.push_back(to_json(range));
  const json all = {
      {"format", kBundleFormat},
      {"program", metadata.program},
      {"workflow", {{"name", metadata.workflow}, {"digest", metadata.digest}, {"agents", metadata.agents}}},
      {"network", std::visit([](const auto& spec) { return to_json(spec); }, metadata.network)},
      {"features", {{"set", word_of(kFeatureSets, metadata.features)}, {"names", metadata.feature_names}}},
      {"load_knowledge", word_of(kLoadKnowledge, metadata.load_knowledge)},
      {"smoothing_weight", metadata.smoothing_weight},
      {"season_windows", metadata.season_windows},
      {"upper_quantile", metadata.upper_quantile},
      {"edges", metadata.edges},
      {"ranges", ranges},
      {"rounding",
       {{"integers", word_of(kIntegerKnobs, metadata.rounding.integers)},
        {"cpu_step_millicores", metadata.rounding.cpu_step.value},
        {"memory_step_mib", metadata.rounding.memory_step.value}}},
      {"promise", {{"name", metadata.promise.name}, {"terms", sim::to_text(metadata.promise)}}},
      {"normalizer",
       {{"mean", metadata.normalizer.mean},
        {"deviation", metadata.normalizer.deviation},
        {"limit", metadata.normalizer.limit}}},
      {"safety", metadata.safety.empty() ? json() : json::parse(metadata.safety)},
      {"training", json::parse(metadata.training)}};
  return all.dump();
}

Metadata metadata_from_json(const std::string& text) {
  const json all = parse_json(text, "metadata");
  Metadata metadata = metadata_from({all, "metadata"});
  check(metadata);
  return metadata;
}

}  // namespace faasconf::learner::bundle
