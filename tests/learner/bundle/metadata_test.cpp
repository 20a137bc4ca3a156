#include "learner/bundle/metadata.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/core/error.hpp"
#include "tests/learner/bundle/policies.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::bundle {
namespace {

using nlohmann::json;

Metadata some(NetworkSpec network = NeighbourhoodSpec{}) {
  return metadata_for(sim::Scenario(sim::two_steps().scenario), std::move(network));
}

// What comes of the metadata with one entry replaced.
std::string refusal(const std::string& pointer, const json& value) {
  json all = json::parse(to_json(some()));
  all[json::json_pointer(pointer)] = value;
  try {
    metadata_from_json(all.dump());
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "";
}

TEST(Metadata, ComesBackFromItsJson) {
  for (const NetworkSpec& network :
       {NetworkSpec(NeighbourhoodSpec{
            .attention = Attention::softmax, .shared = false, .normalisation = Normalisation::layer, .hidden = {7}}),
        NetworkSpec(JointSpec{.normalisation = Normalisation::none, .hidden = {}}),
        NetworkSpec(TransformerSpec{.width = 16, .heads = 4, .layers = 3, .attention = false})}) {
    Metadata metadata = some(network);
    metadata.load_knowledge = sim::LoadForecasting::smoothing;
    metadata.smoothing_weight = 0.3;
    metadata.season_windows = 85;
    metadata.upper_quantile = 0.75;
    metadata.rounding = {.integers = sim::IntegerKnob::equal_bins, .cpu_step = {10}, .memory_step = {0}};
    metadata.safety = R"({"kind":"ses"})";
    metadata.training = R"({"episodes":5})";
    const Metadata read = metadata_from_json(to_json(metadata));
    EXPECT_EQ(to_json(read), to_json(metadata));
    EXPECT_EQ(read.network, metadata.network);
    EXPECT_EQ(read.agents, metadata.agents);
    EXPECT_EQ(read.ranges, metadata.ranges);
    EXPECT_EQ(read.edges, metadata.edges);
    EXPECT_EQ(read.promise, metadata.promise);
    EXPECT_EQ(read.normalizer, metadata.normalizer);
    EXPECT_EQ(read.load_knowledge, metadata.load_knowledge);
    EXPECT_EQ(read.season_windows, 85U);
    EXPECT_EQ(read.upper_quantile, 0.75);
    EXPECT_EQ(read.rounding.integers, metadata.rounding.integers);
    EXPECT_EQ(read.safety, metadata.safety);
  }
}

TEST(Metadata, DescribesAWorkflow) {
  const Metadata metadata = some();
  EXPECT_EQ(metadata.workflow, "two steps");
  EXPECT_THAT(metadata.agents, ::testing::ElementsAre("first", "second"));
  EXPECT_THAT(metadata.edges, ::testing::ElementsAre(std::pair<std::size_t, std::size_t>{0, 1}));
  EXPECT_EQ(metadata.ranges[1], sim::KnobRanges{});
  EXPECT_EQ(metadata.promise.successes->count, 100);
}

TEST(Metadata, ReadsThePromiseOfTheFirstFormat) {
  json all = json::parse(to_json(some()));
  all["format"] = 1;
  all.erase("promise");
  all["qos"] = {{"latency_s", 0.5}, {"successes", 100}};
  EXPECT_EQ(metadata_from_json(all.dump()).promise, some().promise);
}

TEST(Metadata, RefusesANewerFormatAndSaysWhoWroteIt) {
  EXPECT_EQ(refusal("/format", 3),
            "a policy bundle of format 3, written by faasconf; this version reads formats up to 2: take a newer one");
}

TEST(Metadata, NamesTheEntryThatIsWrong) {
  EXPECT_EQ(refusal("/network/kind", "oracle"),
            "metadata.network.kind: expected one of neighbourhood, joint, transformer, got \"oracle\"");
  EXPECT_EQ(refusal("/network/attention", "cubed"),
            "metadata.network.attention: expected one of squared, softmax, mean, none, got \"cubed\"");
  EXPECT_EQ(refusal("/network/hidden/1", -64), "metadata.network.hidden[1]: expected a whole number, got -64");
  EXPECT_EQ(refusal("/network/hidden/0", 0), "metadata.network.hidden: expected layers of at least one unit, got 0");
  EXPECT_EQ(refusal("/load_knowledge", 3),
            "metadata.load_knowledge: expected one of clairvoyant, persistence, smoothing, seasonal, got 3");
  EXPECT_EQ(refusal("/ranges/1/replicas", json::array({1})),
            "metadata.ranges[1].replicas: expected two numbers, got [1]");
  EXPECT_EQ(refusal("/ranges", json::array()), "metadata.ranges: expected one for each of 2 agents, got 0");
  EXPECT_EQ(refusal("/normalizer/mean", json::array({1, 2})),
            "metadata.normalizer: expected one mean and deviation for each of 19 features, got 2");
  EXPECT_EQ(refusal("/edges/0/1", 2), "metadata.edges: expected two different ones of 2 agents, got 0 and 2");
  EXPECT_EQ(refusal("/smoothing_weight", 0),
            "metadata.smoothing_weight: expected a number above 0 up to 1, got 0.000000");
  EXPECT_EQ(refusal("/features/names/0", 1), "metadata.features.names[0]: expected a text, got 1");
}

TEST(Metadata, NamesTheEntryThatIsMissing) {
  const json all = json::parse(to_json(some()));
  for (const auto& [key, value] : all.items()) {
    json lacking = all;
    lacking.erase(key);
    try {
      metadata_from_json(lacking.dump());
      ADD_FAILURE() << key;
    } catch (const sim::Error& error) {
      EXPECT_EQ(error.what(), "metadata." + key + " is missing");
    }
  }
}

TEST(Metadata, RefusesASeasonThatFitsNoMemory) {
  EXPECT_EQ(refusal("/season_windows", 9'000'000'000'000'000'000U),
            "metadata.season_windows: expected 1 to 2000000, got 9000000000000000000");
  EXPECT_THAT(refusal("/season_windows", std::numeric_limits<std::uint64_t>::max()), ::testing::HasSubstr("1 to"));
}

TEST(Metadata, TakesNoNumberForAnotherOne) {
  EXPECT_EQ(refusal("/ranges/0/replicas/0", std::numeric_limits<std::uint64_t>::max()),
            "metadata.ranges[0].replicas[0]: expected a whole number, got 18446744073709551615");
}

TEST(Metadata, RefusesJsonThatIsNestedDeep) {
  std::string text = to_json(some());
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const std::string key : {"training", "safety", "anything else"}) {
    const std::string nested = "{\"" + key + "\":" + deep + "," + text.substr(1);
    try {
      metadata_from_json(nested);
      ADD_FAILURE() << key;
    } catch (const sim::Error& error) {
      EXPECT_STREQ(error.what(), "metadata: expected JSON of at most 64 levels of lists and objects, got more");
    }
  }
}

TEST(Metadata, RefusesWhatIsNoJson) { EXPECT_THROW(metadata_from_json("{\"format\": 1"), sim::Error); }

}  // namespace
}  // namespace faasconf::learner::bundle
