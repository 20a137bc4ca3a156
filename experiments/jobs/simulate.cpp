#include "experiments/jobs/simulate.hpp"

#include <algorithm>
#include <iomanip>
#include <memory>
#include <sstream>
#include <utility>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/honoured_keys.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "experiments/jobs/ready_case.hpp"
#include "experiments/results/result_file.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/confidence.hpp"
#include "sim/stats/sequential.hpp"

namespace faasconf::experiments::jobs {
namespace {

constexpr std::uint64_t kPilots = 5;  // replications that look for the warm-up

// --- what is asked for

sim::Duration given_warm_up(const SimulateJob& job, sim::Duration duration) {
  try {
    return sim::whole_windows(*job.warm_up, job.experiment.scenario.window, duration);
  } catch (const sim::Error& error) {
    throw BadValue(error.what());
  }
}

void check(const SimulateJob& job, sim::Duration duration) {
  config::check_keys(job.experiment, config::Verb::simulate);
  check_span(job.experiment.scenario.window, duration, job.warm_up);
  config::check_judgeable(job.experiment.scenario);
  if (job.experiment.replications == 0u) throw BadValue("replications: expected at least 1, got 0");
  if (job.precision && !(*job.precision > 0)) throw BadValue("precision: expected more than 0%");
  if (job.spans && job.result_path.empty()) throw BadValue("spans: expected a result file, where they are written");
}

// The record says what was run, not what the job left open.
config::Experiment resolved(const SimulateJob& job) {
  config::Experiment experiment = job.experiment;
  experiment.duration = duration_of(experiment);
  experiment.replications = experiment.replications.value_or(job.precision ? kReplicationsForPrecision : kReplications);
  experiment.seed = experiment.seed.value_or(kSeed);
  check(job, *experiment.duration);
  experiment.resolved = config::to_yaml(experiment);
  return experiment;
}

// --- the run

std::vector<std::string> names_of(const std::vector<ReadyCase>& cases) {
  std::vector<std::string> names;
  for (const ReadyCase& one : cases) names.push_back(one.name);
  return names;
}

std::vector<std::string> function_names(const sim::WorkflowSpec& workflow) {
  std::vector<std::string> names;
  for (const sim::FunctionSpec& function : workflow.functions) names.push_back(function.name);
  return names;
}

// The result file, as far as the disk lets it be written: computed results are not lost to a full disk.
class Record {
 public:
  void open(const std::string& path, const results::ResultHeader& header) {
    if (!path.empty()) attempt([&] { writer_ = std::make_unique<results::ResultWriter>(path, header); });
  }
  void append(std::size_t case_index, std::uint64_t replication, const sim::Run& run) {
    if (writer_) attempt([&] { writer_->append(case_index, replication, run); });
  }
  void finish(const results::Summary& summary) {
    if (writer_) attempt([&] { writer_->finish(summary); });
    writer_.reset();
  }

  const std::string& lost() const { return lost_; }

 private:
  template <class Write>
  void attempt(const Write& write) {
    try {
      write();
    } catch (const std::exception& error) {
      lost_ = sim::describe(error);
      writer_.reset();
    }
  }

  std::unique_ptr<results::ResultWriter> writer_;
  std::string lost_;
};

// "mean latency ± 2.3 %, wanted 1 %"; empty while there is no interval
std::string precision_note(const sim::RunningMoments& latency_s, double wanted) {
  const auto interval = sim::mean_interval(latency_s);
  if (!interval || interval->mean == 0) return "";
  std::ostringstream text;
  text << std::setprecision(2) << "mean latency ± " << 100 * (interval->half_width / interval->mean) << " %, wanted "
       << 100 * wanted << " %";
  return text.str();
}

// Duration, replications and seed are the experiment's.
std::vector<std::pair<std::string, config::YamlNode>> options_of(const SimulateJob& job) {
  return {{"warm_up", config::yaml_scalar(job.warm_up ? sim::format(*job.warm_up) : "auto")},
          {"precision", config::yaml_scalar(job.precision ? config::format_number(*job.precision) : "none")},
          {"spans", config::yaml_scalar(job.spans ? "true" : "false")}};
}

class Running {
 public:
  Running(const SimulateJob& job, const Progress& progress)
      : job_(job),
        progress_(progress),
        experiment_(resolved(job)),
        cases_(ready_cases(experiment_, *experiment_.duration)),
        result_{.experiment = experiment_,
                .summary = results::Summary(names_of(cases_), function_names(experiment_.scenario.workflow)),
                .cases = std::vector<SimulatedCase>(cases_.size(), {.precise = !job.precision}),
                .pending = results::PendingInstances(experiment_.scenario.workflow, names_of(cases_)),
                .promise = results::PromiseTally(experiment_.scenario.workflow.promise, cases_.size())} {
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      result_.cases[i].knows = cases_[i].knows;
      result_.cases[i].start = cases_[i].scenario.spec().configuration;
    }
  }
  Running(const Running&) = delete;

  // Both throw Cancelled.
  void find_warm_up();
  void replicate();
  SimulateResult result(bool interrupted);

 private:
  void replicate(std::size_t case_index);
  WarmUpRule warm_up_rule() const;
  sim::Duration longest_warm_up();
  sim::RunOptions options() const;

  const SimulateJob& job_;
  const Progress& progress_;
  const config::Experiment experiment_;
  const std::vector<ReadyCase> cases_;
  SimulateResult result_;
  Record record_;
};

// The same for all cases, so that what is compared is of the same span.
void Running::find_warm_up() {
  result_.warm_up_rule = warm_up_rule();
  if (result_.warm_up_rule == WarmUpRule::given) result_.warm_up = given_warm_up(job_, *experiment_.duration);
  if (result_.warm_up_rule != WarmUpRule::found) return;
  result_.warm_up = longest_warm_up();
  // MSER-5 searches the first half: an answer at its end is none
  result_.warm_up_is_certain = result_.warm_up < *experiment_.duration / 2 - 5 * experiment_.scenario.window;
}

// Where policies change the configuration, how they get to it is part of what is compared.
WarmUpRule Running::warm_up_rule() const {
  if (job_.warm_up) return WarmUpRule::given;
  const bool all_fixed = std::ranges::all_of(experiment_.policies, config::is_fixed);
  return cases_.size() == 1 || all_fixed ? WarmUpRule::found : WarmUpRule::none_with_transients;
}

// When have all cases reached their steady states?
sim::Duration Running::longest_warm_up() {
  const sim::RunOptions pilot{.duration = *experiment_.duration, .go_on = progress_.go_on};
  sim::Duration longest{};
  for (const ReadyCase& one : cases_) {
    progress_.report({.label = one.name + ": warm-up", .total = kPilots});
    longest =
        std::max(longest, sim::find_warm_up(one.scenario, one.policy, pilot, *experiment_.seed, kPilots, job_.threads));
  }
  return longest;
}

// Every case under the same seed: common random numbers.
void Running::replicate() {
  record_.open(job_.result_path, {.experiment = &experiment_,
                                  .seed = *experiment_.seed,
                                  .duration = *experiment_.duration,
                                  .warm_up = result_.warm_up,
                                  .spans = job_.spans,
                                  .options = options_of(job_)});
  for (std::size_t i = 0; i < cases_.size(); ++i) replicate(i);
}

void Running::replicate(std::size_t case_index) {
  SimulatedCase& simulated = result_.cases[case_index];
  sim::RunningMoments latency_s;
  const sim::SequentialStopping stopping{.relative_precision = job_.precision.value_or(0)};
  Step step{.label = cases_[case_index].name, .total = *experiment_.replications};
  progress_.report(step);
  const auto on_replication = [&](std::uint64_t replication, sim::Run&& run) {
    result_.summary.add(case_index, run);
    result_.pending.add(case_index, run);
    result_.promise.add(case_index, run);
    record_.append(case_index, replication, run);
    step.done = replication + 1;
    if (job_.precision) {
      if (run.total.latency) latency_s.add(run.total.latency->mean_s);
      simulated.precise = stopping.enough(latency_s);
      step.note = precision_note(latency_s, *job_.precision);
    }
    progress_.report(step);
    return !(job_.precision && simulated.precise);
  };
  sim::replicate(cases_[case_index].scenario, cases_[case_index].policy, options(), *experiment_.seed,
                 *experiment_.replications, job_.threads, on_replication);
}

sim::RunOptions Running::options() const {
  return {.duration = *experiment_.duration, .warm_up = result_.warm_up, .spans = job_.spans, .go_on = progress_.go_on};
}

SimulateResult Running::result(bool interrupted) {
  result_.interrupted = interrupted;
  if (!interrupted || result_.summary.replications(0) > 0) record_.finish(result_.summary);
  result_.lost = record_.lost();
  return std::move(result_);
}

}  // namespace

sim::Duration duration_of(const config::Experiment& experiment) {
  if (experiment.duration) return *experiment.duration;
  const auto& profile = experiment.scenario.workload.profile;
  return (profile ? config::length_of(*profile) : std::nullopt).value_or(kDuration);
}

void check_span(sim::Duration window, sim::Duration duration, const std::optional<sim::Duration>& warm_up) {
  if (window <= sim::Duration::zero()) throw BadValue("window: expected more than 0s");
  if (duration < window) {
    throw BadValue("duration: expected at least one window of " + sim::format(window) + ", got \"" +
                   sim::format(duration) + "\"");
  }
  if (warm_up && *warm_up < sim::Duration::zero()) {
    throw BadValue("warm-up: expected 0s or more, got \"" + sim::format(*warm_up) + "\"");
  }
  if (warm_up && *warm_up > duration - window) {
    throw BadValue("warm-up: expected a window of " + sim::format(window) + " to remain of " + sim::format(duration) +
                   ", got \"" + sim::format(*warm_up) + "\"");
  }
}

SimulateResult run(const SimulateJob& job, const Progress& progress) {
  Running running(job, progress);
  try {
    running.find_warm_up();
    running.replicate();
  } catch (const sim::Cancelled&) {
    return running.result(true);  // what is complete is kept
  }
  return running.result(false);
}

}  // namespace faasconf::experiments::jobs
