#include "experiments/jobs/search.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include <gmock/gmock.h>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/lookup_file.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::jobs {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// One function and short windows, so that a search takes a moment.
SearchJob small_job() {
  return {.experiment = config::parse_experiment("workflow:\n"
                                                 "  name: small\n"
                                                 "  functions: {only: {serial: 100ms}}\n"
                                                 "  entry: {call: only}\n"
                                                 "  gateway: {hop: 5ms}\n"
                                                 "  qos: {latency: 500ms, successes: 20}\n"
                                                 "workload: {closed_loop: {users: 1}, window: 2s}\n"
                                                 "instances: fresh\n",
                                                 "small.yaml"),
          .users = {1, 4},
          .windows = 40'000};
}

// Cancels when so many windows are simulated.
Progress until(std::uint64_t windows) {
  const auto done = std::make_shared<std::uint64_t>(0);
  return {.on_step = [done](const Step& step) { *done = step.done; }, .go_on = [=] { return *done < windows; }};
}

TEST(SearchJob, FindsAConfigurationForEachLoad) {
  SearchJob job = small_job();
  job.threads = 2;
  const SearchResult result = run(job);
  ASSERT_EQ(result.found.size(), 2U);
  EXPECT_EQ(result.found[1].loads, std::vector<double>{4});
  EXPECT_LE(result.found[0].search.price, result.found[1].search.price);
  EXPECT_TRUE(result.all_feasible());
  EXPECT_FALSE(result.interrupted);
}

TEST(SearchJob, FindsOneConfigurationForAllLoads) {
  SearchJob job = small_job();
  job.one_for_all = true;
  job.windows = 80'000;
  const SearchResult result = run(job, until(1000));
  ASSERT_EQ(result.found.size(), 1U);
  EXPECT_EQ(result.found[0].loads, (std::vector<double>{1, 4}));
}

TEST(SearchJob, FindsATableByRates) {
  SearchJob job = small_job();
  job.users.clear();
  job.rates_per_s = {0.5, 2.5};
  SearchResult result = run(job, until(2000));
  ASSERT_EQ(result.found.size(), 1U) << "the first of them";
  result.found.push_back(result.found.front());
  result.found.back().loads = {2.5};
  const std::filesystem::path path = scratch_folder("search-job-rates") / "found.yaml";
  write(path.string(), job, result);
  const sim::LookupTable table = config::read_lookup(path.string(), job.experiment.scenario.workflow);
  EXPECT_EQ(table.unit(), sim::LoadUnit::requests_per_s);
  EXPECT_EQ(table.entries()[1].load, 2.5);
}

evaluation::EvaluatedLoad over_time(const SearchJob& job, std::size_t windows) {
  sim::Workload workload = job.experiment.scenario.workload;
  workload.profile =
      sim::Profile{.steps = {{sim::Time{}, 1}, {sim::Time(10 * job.experiment.scenario.window), 4}}, .origin = {}};
  return {.name = "day", .workload = std::move(workload), .levels = {}, .windows = windows};
}

TEST(SearchJob, FindsOneConfigurationForLoadsOverTimeOfAllTheirLength) {
  SearchJob job = small_job();
  job.over_time = {over_time(job, 20)};
  EXPECT_THROW(run(job), BadValue) << "a table goes by levels";
  job.one_for_all = true;
  job.windows = 200'000;
  const SearchResult result = run(job, until(1000));
  ASSERT_EQ(result.found.size(), 1U);
  EXPECT_EQ(result.found[0].search.windows % 20, 0U) << "a run of the profile's length each";
  EXPECT_EQ(format_loads(job, result.found[0]), "day");
  job.over_time.push_back(over_time(job, 30));
  EXPECT_THROW(run(job), BadValue) << "of one length";
}

TEST(SearchJob, RefusesKeysThatItCannotHonour) {
  SearchJob job = small_job();
  job.experiment.keys.push_back({"policies", "small.yaml:9"});
  EXPECT_THROW(run(job), sim::Error);
}

std::string written(const SearchJob& job, const SearchResult& result) {
  const std::filesystem::path path = scratch_folder("search-job-file") / "found.yaml";
  write(path.string(), job, result);
  return config::read_text_file(path.string());
}

TEST(SearchJob, ItsFileIsATableOrAConfiguration) {
  SearchJob job = small_job();
  const sim::WorkflowSpec& workflow = job.experiment.scenario.workflow;
  SearchResult result{.found = {{.loads = {1}, .configuration = config::middle_of_ranges(workflow), .search = {}},
                                {.loads = {4}, .configuration = config::middle_of_ranges(workflow), .search = {}}}};
  const std::string table = written(job, result);
  EXPECT_THAT(table, StartsWith("# found by a long random search on small: mean latency of successes <= 500ms, >= 20 "
                                "successes in 30s, in each window; 95% of them must keep it; 40000 windows per search, "
                                "seed 1\n# 1 users: price 0, violations 0, upper bound 0: not shown to keep the "
                                "promise\n"));
  EXPECT_EQ(config::parse_lookup(table, "table.yaml", workflow).entries().size(), 2U);
  EXPECT_THAT(table, HasSubstr("\nrecord:\n  format: faasconf-table\n"));
  job.one_for_all = true;
  result.found.pop_back();
  EXPECT_THAT(written(job, result),
              HasSubstr(config::configuration_to_yaml(config::middle_of_ranges(workflow), workflow)));
}

TEST(SearchJob, TellsHowManyWindowsAreSimulated) {
  std::vector<Step> steps;
  Progress progress = until(1000);
  progress.on_step = [&, count = progress.on_step](const Step& step) {
    count(step);
    steps.push_back(step);
  };
  run(small_job(), progress);
  EXPECT_EQ(steps.front().done, 0U);
  EXPECT_EQ(steps.front().total, 80'000U);
  EXPECT_TRUE(std::ranges::is_sorted(steps, {}, &Step::done));
  EXPECT_EQ(steps.back().done, 1000U) << "all of the first search: the second has not ended a run";
}

TEST(SearchJob, RefusesValuesThatCannotBe) {
  SearchJob job = small_job();
  job.users.clear();
  EXPECT_THROW(run(job), BadValue);
  job.users = {0};
  EXPECT_THROW(run(job), BadValue);
  job = small_job();
  job.rates_per_s = {-5};
  EXPECT_THROW(run(job), BadValue);
  job = small_job();
  job.experiment.scenario.workflow.promise = {};
  EXPECT_THROW(run(job), sim::Error);
  job = small_job();
  job.windows = 100;
  EXPECT_THROW(run(job), sim::Error);
}

// The first search has some windows when it is cancelled; the second one ends within its first run.
TEST(SearchJob, CancelledKeepsTheBestUntilThen) {
  const SearchResult result = run(small_job(), until(1000));
  EXPECT_TRUE(result.interrupted);
  ASSERT_EQ(result.found.size(), 1U);
  EXPECT_EQ(result.found[0].search.windows, 1000U);
  EXPECT_FALSE(result.all_feasible());
}

TEST(SearchJob, CancelledLeavesAWindowOfManyHours) {
  SearchJob job = small_job();
  job.experiment.scenario.window = std::chrono::hours(100'000);
  int asked = 0;
  const SearchResult result = run(job, {.go_on = [&] { return ++asked < 10; }});
  EXPECT_TRUE(result.interrupted);
  EXPECT_TRUE(result.found.empty());
}

TEST(SearchJob, CancelledBeforeAllLoadsAreSimulatedFindsNothing) {
  SearchJob job = small_job();
  job.one_for_all = true;
  job.windows = 80'000;
  const SearchResult result = run(job, {.go_on = [] { return false; }});
  EXPECT_TRUE(result.interrupted);
  EXPECT_TRUE(result.found.empty());
}

}  // namespace
}  // namespace faasconf::experiments::jobs
