#include "experiments/config/honoured_keys.hpp"

#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using testing::HasSubstr;

const std::string kWorkflow = "workflow: {name: w, functions: {f: {}}, entry: f, qos: {latency: 2s}}\n";

// A value of every key but the workflow.
const std::map<std::string_view, std::string> kValues = {
    {"description", "text"},
    {"promise", "strict"},
    {"promise_mismatch", "allow"},
    {"rollout", "rolling"},
    {"drain", "2s"},
    {"workload", "{closed_loop: {users: 3}}"},
    {"loads", "{users: [1, 2]}"},
    {"load_knowledge", "causal"},
    {"attribution", "started"},
    {"instances", "kept"},
    {"redeploy", "false"},
    {"duration", "10m"},
    {"replications", "2"},
    {"seed", "7"},
    {"configuration", "{cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}"},
    {"configurations", "{a: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}}"},
    {"policies", "[hpa]"},
};

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
  for (const KeyUses& uses : key_uses()) {
    if (uses.key == "workflow") continue;
    ASSERT_TRUE(kValues.contains(uses.key)) << uses.key;
    const std::string key(uses.key);
    const Experiment experiment = parse_experiment(kWorkflow + key + ": " + kValues.at(uses.key) + "\n", "f.yaml");
    for (const Verb verb : {Verb::simulate, Verb::evaluate, Verb::search, Verb::explain_promise}) {
      const std::string complaint = complaint_about(experiment, verb);
      const bool refused = uses.of(verb) == KeyUse::refused || uses.of(verb) == KeyUse::one_load;
      EXPECT_EQ(!complaint.empty(), refused) << key << ": " << complaint;
      if (!refused) continue;
      EXPECT_THAT(complaint, HasSubstr("f.yaml:2: " + key + ": faasconf ")) << "where it stands";
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

TEST(HonouredKeys, HaveOneEntryEach) {
  std::set<std::string_view> keys;
  for (const KeyUses& uses : key_uses()) EXPECT_TRUE(keys.insert(uses.key).second) << uses.key;
  EXPECT_EQ(keys.size(), kValues.size() + 1);
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
