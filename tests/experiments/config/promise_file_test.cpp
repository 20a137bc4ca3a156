#include "experiments/config/promise_file.hpp"

#include <chrono>
#include <string>

#include <gmock/gmock.h>

#include "experiments/config/experiment_file.hpp"
#include "sim/core/error.hpp"
#include "sim/model/promise_text.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kSmall =
    "name: small\n"
    "qos: {latency: 2s, successes: 20}\n"
    "functions: {only: {serial: 100ms}}\n"
    "entry: {call: only}\n";

sim::Promise promise_in(const std::string& lines, const Overrides& overrides = {}) {
  return parse_experiment(std::string(kSmall) + lines, "small.yaml", overrides).scenario.workflow.promise;
}

std::string refusal(const std::string& lines, const Overrides& overrides = {}) {
  try {
    promise_in(lines, overrides);
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "";
}

TEST(PromiseFile, ReadsAMapOfTerms) {
  const sim::Promise promise = promise_in(
      "promise:\n"
      "  latency: {mean: 1s, p95: 2s, p99.9: 3s}\n"
      "  served_share: 99%\n"
      "  successes: 20 per 30s\n"
      "  deadline: 5s\n"
      "  period: 100 requests\n"
      "  longest_period: 5m\n"
      "  periods: 90%\n");
  EXPECT_EQ(
      sim::to_text(promise),
      "mean<=1s, p95<=2s, p99.9<=3s, served_share>=99%, successes>=20/30s, deadline=5s, period=100, longest_period=5m, "
      "periods>=90%");
}

TEST(PromiseFile, ReadsTheSpellingsOfTheLine) {
  const auto promise_of = [](const std::string& terms) {
    const std::string text = "workflow: {name: w, functions: {f: {}}, entry: f}\npromise: {" + terms + "}\n";
    return parse_experiment(text, "f.yaml").scenario.workflow.promise;
  };
  EXPECT_EQ(promise_of("served_share: 0.95, successes: 20/30s, period: 100"),
            promise_of("served_share: 95%, successes: 20 per 30s, period: 100 requests"));
}

TEST(PromiseFile, ReadsTheFormOfReliabilityEngineers) {
  const sim::Promise promise = promise_in("promise: {good: {within: 2s, share: 99%, over: 30d}}\n");
  EXPECT_EQ(promise.deadline, sim::Duration(2s));
  EXPECT_EQ(promise.served_share, 0.99);
  EXPECT_EQ(promise.over, sim::Duration(720h));
}

TEST(PromiseFile, ReadsNamesAndOneLine) {
  EXPECT_EQ(promise_in("promise: strict\n"), sim::strict_promise({.latency = 2s}));
  EXPECT_EQ(promise_in("promise: published\n"), sim::published_promise({.latency = 2s, .successes = 20}));
  EXPECT_EQ(promise_in("promise: p95<=2s, served_share>=99%\n"), sim::promise_from_text("p95<=2s, served_share>=99%"));
  EXPECT_FALSE(promise_in("promise: none\n").has_terms());
}

TEST(PromiseFile, AFileWithoutOneKeepsThePublishedPromiseOfItsTargets) {
  EXPECT_EQ(promise_in("").name, "published");
  EXPECT_FALSE(promise_of({}).has_terms());
}

TEST(PromiseFile, WaitsAsLongAsTheClientDoesUnlessItSaysHowLong) {
  EXPECT_EQ(promise_in("promise: served_share>=99%\n").deadline, sim::Duration(10min));
  EXPECT_EQ(promise_in("gateway: {timeout: 7s}\npromise: served_share>=99%\n").deadline, sim::Duration(7s));
  EXPECT_EQ(promise_in("gateway: {timeout: 7s}\npromise: served_share>=99%, deadline=3s\n").deadline,
            sim::Duration(3s));
}

TEST(PromiseFile, AnExperimentsPromiseTakesThePlaceOfItsWorkflows) {
  EXPECT_EQ(promise_in("promise: strict\n", {"promise=published"}).name, "published");
  EXPECT_EQ(promise_in("promise: strict\n", {"promise=p95<=1s"}).percentiles.front().latency, sim::Duration(1s));
  EXPECT_EQ(promise_in("promise: strict\n", {"qos.latency=5s"}).deadline, sim::Duration(5s));
}

TEST(PromiseFile, MayBeAFileOfItsOwn) {
  const tests::ScratchFolder scratch;
  const std::string path = scratch / "mine.yaml";
  tests::write_file(path, "served_share: 90%\n");
  EXPECT_EQ(promise_in("", {"promise=" + path}).served_share, 0.9);
  const std::string nested = scratch / "nested.yaml";
  tests::write_file(nested, "promise: {served_share: 80%}\n");
  EXPECT_EQ(promise_in("", {"promise=" + nested}).served_share, 0.8);
}

// Oracle: what the other workflow's own file promises.
TEST(PromiseFile, OfAnotherWorkflowIsMadeOfThatOnesTargets) {
  const tests::ScratchFolder scratch;
  const std::string other = scratch / "other.yaml";
  for (const char* const named : {"promise: strict\n", "promise: published\n", ""}) {
    const std::string text =
        "name: other\nqos: {latency: 7s, successes: 3}\n" + std::string(named) + "functions: {f: {}}\nentry: f\n";
    tests::write_file(other, text);
    const sim::Promise own = parse_experiment(text, "other.yaml").scenario.workflow.promise;
    EXPECT_EQ(sim::to_text(promise_in("", {"qos.latency=2s", "promise=" + other})), sim::to_text(own)) << named;
  }
  tests::write_file(other, "name: other\npromise: strict\nfunctions: {f: {}}\nentry: f\n");
  EXPECT_THAT(refusal("", {"qos.latency=2s", "promise=" + other}), HasSubstr("latency"));
  tests::write_file(other, "workflow: parallel\npromise: strict\n");
  EXPECT_THAT(refusal("", {"qos.latency=2s", "promise=" + other}), HasSubstr("expected the file of the workflow"));
}

TEST(PromiseFile, SaysWhereAndWhatIsWrong) {
  EXPECT_THAT(refusal("promise: {latency: {mean: 2s}}\n"), HasSubstr("small.yaml:5: promise: "));
  EXPECT_THAT(refusal("promise: {latency: {mean: 2s}}\n"), HasSubstr("served_share>=95%"));
  EXPECT_THAT(refusal("promise: {latency: {p97: 2s}}\n"), HasSubstr("p97"));
  EXPECT_THAT(refusal("promise: {served_share: 95}\n"), HasSubstr("a percentage such as 95%"));
  EXPECT_THAT(refusal("promise: {served_share: 95%, periods: 100%}\n"), HasSubstr("periods"));
  EXPECT_THAT(refusal("promise: {deadline: 2s}\n"), HasSubstr("at least one term"));
  EXPECT_THAT(refusal("promise: {successes: 20}\n"), HasSubstr("20 per 30s"));
  EXPECT_THAT(refusal("promise: {good: {within: 2s, share: 99%, over: 30d}, served_share: 90%}\n"), HasSubstr("good"));
  EXPECT_THAT(refusal("promise: {served_share: 99%, dedline: 2s}\n"), HasSubstr("dedline"));
  EXPECT_THAT(refusal("promise: strickt\n"), HasSubstr("strickt"));
  EXPECT_THAT(refusal("", {"qos.latency=2s", "promise=p95<2s"}), HasSubstr("p95<2s"));
}

TEST(PromiseFile, NamedOnesNeedTheTargetsOfTheWorkflow) {
  const std::string bare = "name: bare\nfunctions: {only: {serial: 100ms}}\nentry: {call: only}\n";
  EXPECT_FALSE(parse_experiment(bare, "bare.yaml").scenario.workflow.promise.has_terms());
  EXPECT_THROW(parse_experiment(bare, "bare.yaml", {"promise=strict"}), sim::Error);
}

TEST(PromiseFile, WorkflowsThatShipArePromisedStrictly) {
  for (const char* name : {"parallel", "parallel-v1", "sequential", "branch", "tcktapp", "parallel-cfs", "headline"}) {
    EXPECT_EQ(read_experiment(name).scenario.workflow.promise.name, "strict") << name;
    EXPECT_FALSE(read_experiment(name).scenario.redeploy) << name;
  }
  const Experiment paper = read_experiment("paper");
  EXPECT_EQ(paper.scenario.workflow.promise.name, "published");
  EXPECT_TRUE(paper.scenario.redeploy);
}

}  // namespace
}  // namespace faasconf::experiments::config
