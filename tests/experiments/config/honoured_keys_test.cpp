#include "experiments/config/honoured_keys.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/config/keys/key.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using testing::HasSubstr;

const std::string kWorkflow = "workflow: {name: w, functions: {f: {}}, entry: f, qos: {latency: 2s}}\n";

std::string complaint_about(const Experiment& experiment, Verb verb) {
  try {
    check_keys(experiment, verb);
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "";
}

// Table: every key with every command.
TEST(HonouredKeys, AreHonouredOrRefusedByEveryCommand) {
  for (const Key& key : section("experiment").keys) {
    if (key.name == "workflow") continue;
    const Experiment experiment = parse_experiment(kWorkflow + key.name + ": " + key.example + "\n", "f.yaml");
    for (const Verb verb : {Verb::simulate, Verb::evaluate, Verb::search, Verb::explain_promise}) {
      const std::string complaint = complaint_about(experiment, verb);
      const KeyUse use = use_of(key.name, verb);
      const bool refused = use == KeyUse::refused || use == KeyUse::one_load;
      EXPECT_EQ(!complaint.empty(), refused) << key.name << ": " << complaint;
      if (!refused) continue;
      EXPECT_THAT(complaint, HasSubstr("f.yaml:2: " + key.name + ": faasconf ")) << "where it stands";
    }
  }
}

TEST(HonouredKeys, OfOptionsAreNamedByThem) {
  const Experiment experiment = parse_experiment(kWorkflow, "f.yaml", {"duration=10m"});
  EXPECT_EQ(complaint_about(experiment, Verb::search),
            "--set duration=10m: duration: faasconf search cannot honour it; leave it out, or drop it with --set "
            "duration=");
  EXPECT_EQ(complaint_about(parse_experiment(kWorkflow, "f.yaml", {"duration=10m", "duration="}), Verb::search), "");
}

TEST(HonouredKeys, LetTheGamesThatShipBeSearched) {
  for (const char* game : {"headline", "paper"}) {
    const Experiment experiment = read_experiment(game);
    EXPECT_EQ(complaint_about(experiment, Verb::search), "") << game;
    EXPECT_EQ(complaint_about(experiment, Verb::evaluate), "") << game;
    EXPECT_THAT(complaint_about(experiment, Verb::simulate), HasSubstr("takes one load")) << game;
  }
}

}  // namespace
}  // namespace faasconf::experiments::config
