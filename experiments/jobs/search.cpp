#include "experiments/jobs/search.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <locale>
#include <mutex>
#include <optional>
#include <sstream>
#include <utility>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/distribution_text.hpp"
#include "experiments/config/honoured_keys.hpp"
#include "experiments/config/lookup_file.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "experiments/results/record.hpp"
#include "learner/search/random_search.hpp"
#include "sim/core/error.hpp"
#include "sim/core/worker_pool.hpp"
#include "sim/model/promise_text.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::jobs {
namespace {

constexpr results::FileFormat kTableFormat{"faasconf-table", 1};
constexpr results::FileFormat kConfigurationFormat{"faasconf-configuration", 1};

void check(const SearchJob& job) {
  config::check_keys(job.experiment, config::Verb::search);
  if (job.users.empty() && job.rates_per_s.empty() && job.over_time.empty()) {
    throw BadValue("users: expected numbers of users, got none");
  }
  for (const int users : job.users) {
    if (users < 1) throw BadValue("users: expected at least 1, got " + std::to_string(users));
  }
  for (const double rate : job.rates_per_s) {
    if (!(rate > 0)) throw BadValue("rate: expected rates above 0, got " + config::format_number(rate));
  }
  if (!job.over_time.empty() && !job.one_for_all) {
    throw BadValue("profile: expected --static beside it, since a table has a configuration for each level");
  }
  for (const evaluation::EvaluatedLoad& load : job.over_time) {
    if (load.windows == job.over_time.front().windows) continue;
    throw BadValue("profile: expected profiles of one length, got " + std::to_string(job.over_time.front().windows) +
                   " and " + std::to_string(load.windows) + " windows");
  }
  config::check_judgeable(job.experiment.scenario);
}

// Of one search, all loads at once.
struct Search {
  std::vector<double> loads;  // users, or requests per second
  learner::search::SearchSpec spec;
};

// The experiment's load at another level.
sim::Workload load_at(const SearchJob& job, double level) {
  sim::Workload workload = job.experiment.scenario.workload;
  if (job.rates_per_s.empty()) {
    config::become<sim::ClosedLoop>(workload).users = static_cast<int>(level);
  } else {
    config::become<sim::OpenLoop>(workload).rate_per_s = level;
  }
  return workload;
}

Search search_over(const SearchJob& job, std::vector<double> loads) {
  Search search{.loads = std::move(loads),
                .spec = {.scenario = job.experiment.scenario,
                         .rounding = {.integers = sim::IntegerKnob::equal_bins},
                         .loads = {},
                         .feasibility = {.limit = job.experiment.scenario.workflow.promise.risk(), .level = job.level},
                         .windows = job.windows,
                         .seed = job.seed}};
  search.spec.scenario.configuration = config::middle_of_ranges(search.spec.scenario.workflow);
  for (const double level : search.loads) search.spec.loads.push_back(load_at(job, level));
  for (const evaluation::EvaluatedLoad& load : job.over_time) {
    search.spec.loads.push_back(load.workload);
    search.spec.windows_of_load = load.windows;
  }
  return search;
}

// One for all loads, or one for each.
std::vector<Search> searches_of(const SearchJob& job) {
  std::vector<double> loads(job.users.begin(), job.users.end());
  if (!job.rates_per_s.empty()) loads = job.rates_per_s;
  if (!job.over_time.empty()) loads.clear();
  if (job.one_for_all) return {search_over(job, loads)};
  std::vector<Search> searches;
  for (const double load : loads) searches.push_back(search_over(job, {load}));
  return searches;
}

sim::Configuration decode(const learner::search::SearchSpec& search, const std::vector<float>& actions) {
  sim::Configuration configuration = search.scenario.configuration;
  sim::ActionSpace(search.scenario.workflow, search.rounding).decode(actions, configuration);
  return configuration;
}

// The windows of several searches at once.
class CountedWindows {
 public:
  CountedWindows(const std::vector<Search>& searches, const Progress& progress)
      : progress_(progress),
        step_{.label = "searching", .total = searches.size() * searches.front().spec.windows},
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

AllFound search_all(const std::vector<Search>& searches, int threads, const Progress& progress) {
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
      found[i] = learner::search::random_search(searches[i].spec, on_search);
    } catch (const sim::Cancelled&) {
      // nothing is found yet
    }
  });
  return {std::move(found), cancelled};
}

std::string unit_of(const SearchJob& job) {
  if (!job.over_time.empty()) return "";
  return job.rates_per_s.empty() ? " users" : " requests/s";
}

void describe(std::ostream& text, const SearchJob& job, const SearchResult& result) {
  text << "# found by a long random search on " << job.experiment.scenario.workflow.name << ": "
       << sim::terms_text(job.experiment.scenario.workflow.promise) << "; " << job.windows
       << " windows per search, seed " << job.seed << "\n";
  if (job.experiment.causal && !job.one_for_all) text << "# load_knowledge: causal, so look it up as table:FILE:last\n";
  for (const FoundConfiguration& one : result.found) {
    text << "# " << format_loads(job, one) << unit_of(job) << ": price " << one.search.price << ", violations "
         << one.search.violation << ", upper bound " << one.search.violation_bound
         << (one.search.feasible ? "" : ": not shown to keep the promise") << "\n";
  }
}

results::Record record_of(const SearchJob& job, const results::FileFormat& format) {
  std::vector<config::YamlNode> users, rates, over_time;
  for (const int number : job.users) users.push_back(config::yaml_scalar(std::to_string(number)));
  for (const double rate : job.rates_per_s) rates.push_back(config::yaml_scalar(config::format_number(rate) + "/s"));
  for (const evaluation::EvaluatedLoad& load : job.over_time) over_time.push_back(config::yaml_scalar(load.name));
  std::pair<std::string, config::YamlNode> loads = {"users", config::yaml_list(std::move(users))};
  if (!rates.empty()) loads = {"rates", config::yaml_list(std::move(rates))};
  if (!over_time.empty()) loads = {"over_time", config::yaml_list(std::move(over_time))};
  return {.format = format,
          .job = {.verb = "search",
                  .options = {std::move(loads),
                              {"static", config::yaml_scalar(job.one_for_all ? "true" : "false")},
                              {"level", config::yaml_scalar(config::format_number(job.level))},
                              {"windows", config::yaml_scalar(std::to_string(job.windows))}},
                  .experiment = job.experiment.resolved},
          .seed = job.seed,
          .inputs = job.experiment.inputs};
}

std::string one_for_all(const SearchJob& job, const SearchResult& result) {
  return config::configuration_to_yaml(result.found.front().configuration, job.experiment.scenario.workflow);
}

std::string table_of(const SearchJob& job, const SearchResult& result) {
  std::vector<sim::LookupEntry> entries;
  for (const FoundConfiguration& one : result.found) {
    entries.push_back({one.loads.front(), one.configuration});
  }
  const sim::LoadUnit unit = job.rates_per_s.empty() ? sim::LoadUnit::users : sim::LoadUnit::requests_per_s;
  return config::to_yaml(sim::LookupTable(std::move(entries), unit), job.experiment.scenario.workflow);
}

}  // namespace

bool SearchResult::all_feasible() const {
  return std::ranges::all_of(found, [](const FoundConfiguration& one) { return one.search.feasible; });
}

std::vector<sim::Workload> workloads_of(const SearchJob& job) {
  std::vector<sim::Workload> workloads;
  for (const Search& search : searches_of(job)) std::ranges::copy(search.spec.loads, std::back_inserter(workloads));
  return workloads;
}

SearchResult run(const SearchJob& job, const Progress& progress) {
  check(job);
  const std::vector<Search> searches = searches_of(job);
  auto [found, interrupted] = search_all(searches, job.threads, progress);
  SearchResult result{.found = {}, .interrupted = interrupted};
  for (std::size_t i = 0; i < searches.size(); ++i) {
    if (!found[i]) continue;
    sim::Configuration configuration = decode(searches[i].spec, found[i]->actions);
    result.found.push_back({searches[i].loads, std::move(configuration), std::move(*found[i])});
  }
  return result;
}

void write(const std::string& path, const SearchJob& job, const SearchResult& result) {
  const results::FileFormat& format = job.one_for_all ? kConfigurationFormat : kTableFormat;
  std::ostringstream text;
  text.imbue(std::locale::classic());  // whatever the locale of whoever calls
  describe(text, job, result);
  text << (job.one_for_all ? one_for_all(job, result) : table_of(job, result))
       << results::to_yaml(record_of(job, format));
  files::write_aside(path, text.str());
}

std::string format_loads(const SearchJob& job, const FoundConfiguration& found) {
  std::string text;
  for (const double load : found.loads) text += (text.empty() ? "" : ",") + config::format_number(load);
  for (const evaluation::EvaluatedLoad& load : job.over_time) text += (text.empty() ? "" : ",") + load.name;
  return text;
}

}  // namespace faasconf::experiments::jobs
