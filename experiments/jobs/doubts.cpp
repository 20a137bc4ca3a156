#include "experiments/jobs/doubts.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <optional>
#include <sstream>
#include <variant>

#include "experiments/config/distribution_text.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/critical_path.hpp"

namespace faasconf::experiments::jobs {
namespace {

constexpr double kManyMillicores = 100'000;  // of one instance: likelier millicores without their m
constexpr double kMuchMemory = 10;           // times what is held
constexpr int kMostReplicas = 100'000;

std::string number(double value) {
  std::ostringstream text;
  text << std::setprecision(3) << value;
  return text.str();
}

// --- calls of each function per request

// Calls that a block makes by itself, by function.
class OwnCalls {
 public:
  OwnCalls(const sim::WorkflowSpec& workflow, const sim::Block& block)
      : workflow_(workflow), of_(workflow.functions.size()) {
    add(block, 1);
  }

  double of(std::size_t function) const { return of_[function]; }

 private:
  void add(const sim::Block& block, double times) {
    std::visit([&](const auto& kind) { add(kind, times); }, block.kind);
  }
  void add(const sim::Call& call, double times) {
    const auto function = workflow_.find(call.function);
    if (function) of_[function->index] += times;
  }
  void add(const sim::Sequence& sequence, double times) {
    for (const sim::Block& step : sequence.steps) add(step, times);
  }
  void add(const sim::Parallel& parallel, double times) {
    for (const sim::Block& branch : parallel.branches) add(branch, times);
  }
  void add(const sim::Choice& choice, double times) {
    for (std::size_t i = 0; i < choice.options.size(); ++i) add(choice.options[i], times * choice.probabilities[i]);
  }
  void add(const sim::FanOut& fan_out, double times) { add(fan_out.body.front(), times * fan_out.width.mean()); }

  const sim::WorkflowSpec& workflow_;
  std::vector<double> of_;
};

// Calls of each function by a request: the entry's, and those of its callers, each as often as it is called itself.
class Visits {
 public:
  explicit Visits(const sim::WorkflowSpec& workflow)
      : entry_(workflow, workflow.entry), known_(workflow.functions.size()) {
    static const sim::Block nothing{sim::Sequence{}};
    for (const sim::FunctionSpec& function : workflow.functions) {
      calls_.emplace_back(workflow, function.calls ? *function.calls : nothing);
    }
  }

  double of(std::size_t function) {
    if (known_[function]) return *known_[function];
    double visits = entry_.of(function);
    for (std::size_t caller = 0; caller < calls_.size(); ++caller) {
      const double calls = calls_[caller].of(function);
      if (calls > 0) visits += calls * of(caller);
    }
    known_[function] = visits;
    return visits;
  }

 private:
  OwnCalls entry_;
  std::vector<OwnCalls> calls_;  // by caller
  std::vector<std::optional<double>> known_;
};

// --- load above capacity

// Requests per second that arrive whatever the answers; of a profile the fewest. Absent for other workloads.
std::optional<double> least_rate_per_s(const sim::Workload& workload) {
  const auto* const open = std::get_if<sim::OpenLoop>(&workload.source);
  if (open == nullptr) return std::nullopt;
  if (!workload.profile || workload.profile->steps.empty()) return open->rate_per_s;
  return std::ranges::min_element(workload.profile->steps, {}, &sim::Profile::Step::level)->level;
}

// As many as the policies may make of them.
int most_replicas(const config::Experiment& experiment, std::size_t function, int configured) {
  const sim::FunctionSpec& spec = experiment.scenario.workflow.functions[function];
  const bool all_fixed = std::ranges::all_of(experiment.policies, config::is_fixed);
  return all_fixed || spec.fixed ? configured : std::max(configured, spec.ranges.replicas_max);
}

std::string above_capacity(const sim::FunctionSpec& function, double calls_per_s,
                           const sim::FunctionConfiguration& knobs, int replicas) {
  const double busy = calls_per_s * sim::unloaded_time_s(function);
  const int slots = knobs.concurrency == 0 ? kMostReplicas : knobs.concurrency;
  const double cores = calls_per_s * (function.serial_work.mean() + function.parallel_work.mean());
  const double limit = replicas * knobs.cpu.value / 1000;
  const std::string called =
      "load above capacity: calls of function " + function.name + " come at " + number(calls_per_s) + "/s, and ";
  const std::string advice = "; give it more replicas, a larger limit or less work, or lower the rate";
  if (cores > limit) {
    return called + "they ask for " + number(cores) + " cores of CPU work, where " + std::to_string(replicas) +
           " replicas of " + sim::format(knobs.cpu) + " have " + number(limit) + advice;
  }
  if (busy > static_cast<double>(replicas) * slots) {
    return called + "one takes " + number(sim::unloaded_time_s(function)) + " s: " + number(busy) + " at once, where " +
           std::to_string(replicas) + " replicas serve " + std::to_string(slots) + " each" + advice;
  }
  return "";
}

void add_overload(const config::Experiment& experiment, std::vector<std::string>& doubts) {
  const sim::WorkflowSpec& workflow = experiment.scenario.workflow;
  const std::optional<double> rate_per_s = least_rate_per_s(experiment.scenario.workload);
  if (!rate_per_s || !experiment.loads.empty()) return;
  Visits visits(workflow);
  for (std::size_t i = 0; i < workflow.functions.size(); ++i) {
    for (const config::NamedConfiguration& named : experiment.configurations) {
      const sim::FunctionConfiguration& knobs = named.configuration.functions[i];
      const std::string doubt = above_capacity(workflow.functions[i], *rate_per_s * visits.of(i), knobs,
                                               most_replicas(experiment, i, knobs.replicas));
      if (doubt.empty()) continue;
      doubts.push_back(doubt);
      break;
    }
  }
}

// --- knobs

void add_cores(const config::Experiment& experiment, std::vector<std::string>& doubts) {
  const sim::WorkflowSpec& workflow = experiment.scenario.workflow;
  for (std::size_t i = 0; i < workflow.functions.size(); ++i) {
    const sim::FunctionSpec& function = workflow.functions[i];
    double most = function.fixed ? function.fixed->cpu.value : function.ranges.cpu_max.value;
    for (const auto& named : experiment.configurations) {
      most = std::max(most, named.configuration.functions[i].cpu.value);
    }
    if (most < kManyMillicores) continue;
    const std::string cores = config::format_number(std::round(most / 1000));
    doubts.push_back("cpu of function " + function.name + " goes up to " + cores +
                     " cores an instance: a number without m is cores; if millicores are meant, write " + cores + "m");
  }
}

// By an instance that serves as many requests as it may.
double held_mebibytes(const sim::FunctionSpec& function, int concurrency) {
  return function.instance_memory.value +
         concurrency * (function.process_memory.mean() + function.parallel_memory.mean());
}

void add_memory(const config::Experiment& experiment, std::vector<std::string>& doubts) {
  const sim::WorkflowSpec& workflow = experiment.scenario.workflow;
  for (std::size_t i = 0; i < workflow.functions.size(); ++i) {
    const sim::FunctionSpec& function = workflow.functions[i];
    if (function.fixed) continue;
    const sim::FunctionConfiguration& knobs = experiment.configurations.front().configuration.functions[i];
    const double held = held_mebibytes(function, knobs.concurrency);
    if (held <= 0 || knobs.concurrency == 0 || knobs.memory.value < kMuchMemory * held) continue;
    doubts.push_back("memory of function " + function.name + ": an instance holds " + number(held) +
                     " MiB at most, on average, and " + sim::format(knobs.memory) +
                     " are reserved and paid for; lower its memory, or say what it holds");
  }
}

void add_idleness(const config::Experiment& experiment, std::vector<std::string>& doubts) {
  const auto works = [](const sim::FunctionSpec& function) { return sim::unloaded_time_s(function) > 0; };
  const sim::WorkflowSpec& workflow = experiment.scenario.workflow;
  if (std::ranges::any_of(workflow.functions, works)) return;
  doubts.push_back("no function of workflow " + workflow.name +
                   " has work, so every answer comes at once; say what a call takes: functions." +
                   workflow.functions.front().name + ".serial: 80ms");
}

}  // namespace

std::vector<std::string> doubts_about(const config::Experiment& experiment) {
  std::vector<std::string> doubts;
  add_idleness(experiment, doubts);
  add_overload(experiment, doubts);
  add_cores(experiment, doubts);
  add_memory(experiment, doubts);
  return doubts;
}

}  // namespace faasconf::experiments::jobs
