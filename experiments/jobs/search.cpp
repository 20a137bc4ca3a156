#include "experiments/jobs/search.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <sstream>
#include <utility>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/distribution_text.hpp"
#include "experiments/config/lookup_file.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "experiments/results/record.hpp"
#include "learner/search/random_search.hpp"
#include "sim/core/error.hpp"
#include "sim/core/worker_pool.hpp"

namespace faasconf::experiments::jobs {
namespace {

void check(const SearchJob& job) {
  if (job.users.empty()) throw BadValue("users: expected numbers of users, got none");
  for (const int users : job.users) {
    if (users < 1) throw BadValue("users: expected at least 1, got " + std::to_string(users));
  }
  if (!(job.feasibility.limit >= 0 && job.feasibility.limit <= 1)) {
    throw BadValue("violation-limit: expected a number from 0 to 1, got " + std::to_string(job.feasibility.limit));
  }
}

sim::EnvironmentSpec environment_of(const SearchJob& job) {
  sim::EnvironmentSpec environment;
  environment.scenario = job.experiment.scenario;
  environment.scenario.redeploy = true;
  environment.scenario.attribution = sim::Attribution::completed;
  environment.scenario.configuration = config::middle_of_ranges(job.experiment.scenario.workflow);
  config::become<sim::ClosedLoop>(environment.scenario.workload);
  environment.rounding.integers = sim::IntegerKnob::equal_bins;
  environment.reward.kind = sim::RewardKind::constrained;
  environment.reward.qos = job.qos;
  return environment;
}

// One for all loads, or one for each.
std::vector<learner::search::SearchSpec> searches_of(const SearchJob& job) {
  learner::search::SearchSpec search{.environment = environment_of(job),
                                     .users = job.users,
                                     .feasibility = job.feasibility,
                                     .windows = job.windows,
                                     .seed = job.seed};
  if (job.one_for_all) return {search};
  std::vector<learner::search::SearchSpec> searches;
  for (const int users : job.users) {
    search.users = {users};
    searches.push_back(search);
  }
  return searches;
}

sim::Configuration decode(const learner::search::SearchSpec& search, const std::vector<float>& actions) {
  const sim::ScenarioSpec& scenario = search.environment.scenario;
  sim::Configuration configuration = scenario.configuration;
  sim::ActionSpace(scenario.workflow, search.environment.rounding).decode(actions, configuration);
  return configuration;
}

// The windows of several searches at once.
class CountedWindows {
 public:
  CountedWindows(const std::vector<learner::search::SearchSpec>& searches, const Progress& progress)
      : progress_(progress),
        step_{.label = "searching", .total = searches.size() * searches.front().windows},
        of_search_(searches.size()) {
    progress_.report(step_);
  }

  void count(std::size_t search, std::uint64_t done) {
    const std::scoped_lock lock(mutex_);
    step_.done += done - std::exchange(of_search_[search], done);
    progress_.report(step_);
  }

 private:
  const Progress& progress_;
  std::mutex mutex_;
  Step step_;
  std::vector<std::uint64_t> of_search_;
};

using Found = std::optional<learner::search::SearchResult>;  // absent: cancelled before all loads were simulated

struct AllFound {
  std::vector<Found> found;  // by search
  bool interrupted = false;
};

AllFound search_all(const std::vector<learner::search::SearchSpec>& searches, int threads, const Progress& progress) {
  std::vector<Found> found(searches.size());
  CountedWindows windows(searches, progress);
  std::atomic<bool> cancelled = false;
  sim::parallel_for(searches.size(), threads, [&](std::size_t i) {
    const auto on_search = [&](std::uint64_t done) {
      windows.count(i, done);
      if (progress.cancelled()) cancelled = true;
      return !cancelled;
    };
    try {
      found[i] = learner::search::random_search(searches[i], on_search);
    } catch (const sim::Cancelled&) {
      // nothing is found yet
    }
  });
  return {std::move(found), cancelled};
}

void describe(std::ostream& text, const SearchJob& job, const SearchResult& result) {
  text << "# found by a long random search on " << job.experiment.scenario.workflow.name << ": "
       << config::name_of(job.qos) << " QoS, violations at most " << job.feasibility.limit << "; " << job.windows
       << " windows per search, seed " << job.seed << "\n";
  for (const FoundConfiguration& one : result.found) {
    text << "# " << format_users(one.users) << " users: price " << one.search.price << ", violations "
         << one.search.violation << ", upper bound " << one.search.violation_bound
         << (one.search.feasible ? "" : ": not within the limit with 95 % confidence") << "\n";
  }
}

results::Record record_of(const SearchJob& job, const results::FileFormat& format) {
  std::vector<config::YamlNode> users;
  for (const int number : job.users) users.push_back(config::yaml_scalar(std::to_string(number)));
  return {.format = format,
          .job = {.verb = "search",
                  .options = {{"users", config::yaml_list(std::move(users))},
                              {"static", config::yaml_scalar(job.one_for_all ? "true" : "false")},
                              {"qos", config::yaml_scalar(std::string(config::name_of(job.qos)))},
                              {"violation_limit", config::yaml_scalar(config::format_number(job.feasibility.limit))},
                              {"windows", config::yaml_scalar(std::to_string(job.windows))}},
                  .experiment = job.experiment.resolved},
          .seed = job.seed,
          .inputs = job.experiment.inputs};
}

}  // namespace

bool SearchResult::all_feasible() const {
  return std::ranges::all_of(found, [](const FoundConfiguration& one) { return one.search.feasible; });
}

SearchResult run(const SearchJob& job, const Progress& progress) {
  check(job);
  const std::vector<learner::search::SearchSpec> searches = searches_of(job);
  auto [found, interrupted] = search_all(searches, job.threads, progress);
  SearchResult result{.found = {}, .interrupted = interrupted};
  for (std::size_t i = 0; i < searches.size(); ++i) {
    if (!found[i]) continue;
    sim::Configuration configuration = decode(searches[i], found[i]->actions);
    result.found.push_back({searches[i].users, std::move(configuration), std::move(*found[i])});
  }
  return result;
}

std::string to_yaml(const SearchJob& job, const SearchResult& result) {
  const sim::WorkflowSpec& workflow = job.experiment.scenario.workflow;
  std::ostringstream text;
  describe(text, job, result);
  if (job.one_for_all) {
    text << config::configuration_to_yaml(result.found.front().configuration, workflow)
         << results::to_yaml(record_of(job, {"faasconf-configuration", 1}));
    return text.str();
  }
  std::vector<sim::LookupEntry> entries;
  for (const FoundConfiguration& one : result.found) entries.push_back({one.users.front(), one.configuration});
  text << config::to_yaml(sim::LookupTable(std::move(entries)), workflow)
       << results::to_yaml(record_of(job, {"faasconf-table", 1}));
  return text.str();
}

std::string format_users(const std::vector<int>& users) {
  std::string text;
  for (const int number : users) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

}  // namespace faasconf::experiments::jobs
