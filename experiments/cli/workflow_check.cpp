#include <algorithm>
#include <iomanip>
#include <locale>
#include <ostream>
#include <sstream>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/config/cases.hpp"
#include "experiments/config/words.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/results/text_table.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/critical_path.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::cli {

namespace {

std::string join(const std::vector<std::string>& words, const std::string& between) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : between) + word;
  return joined;
}

std::string seconds(double value_s) {
  std::ostringstream text;
  text.imbue(std::locale::classic());  // whatever the locale of whoever calls
  text << std::setprecision(3) << value_s << " s";
  return text.str();
}

std::string on_average(const sim::Distribution& seconds) {
  return results::readable(sim::from_seconds(seconds.mean())) + (seconds.is_random() ? " on average" : "");
}

// "8 nodes of 8 cores and 32768Mi"
std::string nodes(const sim::NodeSpec& node) {
  std::ostringstream text;
  text.imbue(std::locale::classic());  // whatever the locale of whoever calls
  text << node.count << (node.count == 1 ? " node" : " nodes") << " of " << node.cores
       << (node.cores == 1 ? " core" : " cores") << " and " << sim::format(node.memory);
  if (!node.time_to_failure.is_zero()) {
    text << ", each out of service for " << on_average(node.repair) << " after " << on_average(node.time_to_failure);
  }
  return text.str();
}

std::string cluster(const sim::ClusterSpec& cluster) {
  if (cluster.nodes.empty()) return "none: there is always room for an instance";
  std::vector<std::string> kinds;
  for (const sim::NodeSpec& node : cluster.nodes) kinds.push_back(nodes(node));
  return join(kinds, "; ") + "; placement: " + config::name_of(cluster.placement) +
         (cluster.evict_idle ? "; idle instances are evicted" : "");
}

std::string rollout(sim::Rollout rollout) {
  return rollout == sim::Rollout::rolling ? "rolling: one new instance more, none less"
                                          : "in place: limits change at once";
}

// The functions that have something, and what: "front (keep-alive 1 min), back (keep-alive 10 min)".
template <class Amount>
std::string functions_with(const sim::WorkflowSpec& workflow, Amount amount) {
  std::vector<std::string> with;
  for (const sim::FunctionSpec& function : workflow.functions) {
    if (const std::string text = amount(function); !text.empty()) with.push_back(function.name + " (" + text + ")");
  }
  return join(with, ", ");
}

std::string on_demand(const sim::FunctionSpec& function) {
  return function.keep_alive ? "keep-alive " + results::readable(*function.keep_alive) : "";
}

std::string to_zero(const sim::FunctionSpec& function) {
  const bool from_zero = !function.fixed && !function.keep_alive && function.ranges.replicas_min == 0;
  return from_zero ? "up to " + std::to_string(function.ranges.replicas_max) : "";
}

std::string waits_centrally(const sim::FunctionSpec& function) {
  if (function.overflow != sim::Overflow::central_queue) return "";
  return function.queue_capacity ? "at most " + std::to_string(*function.queue_capacity) : "any number";
}

std::string is_asynchronous(const sim::FunctionSpec& function) {
  if (!function.queue_worker) return "";
  const auto at_once = std::int64_t{function.queue_worker->workers} * function.queue_worker->max_inflight;
  return std::to_string(at_once) + " at once, " + std::to_string(function.queue_worker->attempts) + " attempts";
}

std::string drains(const sim::FunctionSpec& function) {
  if (function.on_end == sim::OnEnd::fail) return "calls in flight fail";
  return function.drain ? on_average(*function.drain) : "";
}

std::string start_work(const sim::FunctionSpec& function) {
  if (function.start_work.is_zero()) return "";
  return on_average(function.start_work) +
         (function.ready == sim::Readiness::before_work ? ", while calls fail" : ", before it is ready");
}

std::string crashes(const sim::FunctionSpec& function) {
  return function.time_to_failure.is_zero() ? "" : "after " + on_average(function.time_to_failure);
}

std::string requests(const sim::FunctionSpec& function) {
  std::vector<std::string> parts;
  if (function.cpu_request) parts.push_back(sim::format(*function.cpu_request) + " CPU");
  if (function.memory_request) parts.push_back(sim::format(*function.memory_request));
  return join(parts, " and ");
}

template <class Value, class Format>
std::string range(const Value& low, const Value& high, Format format) {
  return low == high ? format(low) : format(low) + ".." + format(high);
}

using Row = std::vector<std::string>;

Row describe(const sim::FunctionSpec& function) {
  const auto cpu = [](sim::Millicores value) { return sim::format(value); };
  const auto memory = [](sim::Mebibytes value) { return sim::format(value); };
  const auto number = [](int value) { return std::to_string(value); };
  const double work_s = function.serial_work.mean() + function.parallel_work.mean();
  Row row{function.name, seconds(work_s), seconds(function.off_cpu.mean())};
  if (const auto& fixed = function.fixed) {
    const std::string concurrency = fixed->concurrency == 0 ? "unlimited" : number(fixed->concurrency);
    row.insert(row.end(), {cpu(fixed->cpu), memory(fixed->memory), number(fixed->replicas), concurrency, "no"});
  } else {
    const sim::KnobRanges& knobs = function.ranges;
    row.insert(row.end(), {range(knobs.cpu_min, knobs.cpu_max, cpu), range(knobs.memory_min, knobs.memory_max, memory),
                           range(knobs.replicas_min, knobs.replicas_max, number),
                           range(knobs.concurrency_min, knobs.concurrency_max, number), "yes"});
  }
  return row;
}

void print_functions(std::ostream& out, const sim::WorkflowSpec& workflow) {
  results::TextTable table{{{"function", "CPU work", "off CPU", "cpu", "memory", "replicas", "concurrency", "tuned"}},
                           {}};
  for (const sim::FunctionSpec& function : workflow.functions) table.rows.push_back(describe(function));
  table.print(out);
}

// "6 tuned, not tuned: orchestrator"
std::string tuned_and_fixed(const sim::WorkflowSpec& workflow) {
  std::vector<std::string> fixed;
  for (const sim::FunctionSpec& function : workflow.functions) {
    if (function.fixed) fixed.push_back(function.name);
  }
  const std::string tuned = std::to_string(workflow.functions.size() - fixed.size()) + " tuned";
  return fixed.empty() ? tuned : tuned + ", not tuned: " + join(fixed, ", ");
}

int run_workflow_check(const Arguments& arguments, const Console& console) {
  const std::string file = arguments.text("FILE");
  const config::Experiment experiment = config::read_experiment(file);
  const sim::Scenario scenario(experiment.scenario);  // what reading alone does not find
  for (const config::NamedConfiguration& named : experiment.configurations)
    sim::check(named.configuration, scenario.workflow());
  const sim::WorkflowSpec& workflow = scenario.workflow();
  const sim::CriticalPath path = sim::critical_path(workflow, scenario.graph());

  std::ostream& out = console.out;
  out << "workflow       " << workflow.name << "\n";
  out << "functions      " << tuned_and_fixed(workflow) << "\n";
  const std::string functions = path.functions.empty() ? "nothing but hops" : join(path.functions, ", ");
  out << "critical path  " << seconds(path.seconds) << " without load: " << functions << "\n";
  out << "promise        " << (workflow.promise.name.empty() ? "" : workflow.promise.name + ": ")
      << sim::terms_text(workflow.promise) << "\n";
  out << "cluster        " << cluster(workflow.cluster) << "\n";
  out << "rollout        " << rollout(workflow.rollout) << "\n";
  const auto say = [&out](const char* what, const std::string& names) {
    if (!names.empty()) out << what << names << "\n";
  };
  say("on demand      ", functions_with(workflow, on_demand));
  say("scale to zero  ", functions_with(workflow, to_zero));
  say("central queue  ", functions_with(workflow, waits_centrally));
  say("asynchronous   ", functions_with(workflow, is_asynchronous));
  say("drain          ", functions_with(workflow, drains));
  say("start work     ", functions_with(workflow, start_work));
  say("requests       ", functions_with(workflow, requests));
  say("crashes        ", functions_with(workflow, crashes));
  if (const auto cases = config::cases_of(experiment); cases.size() > 1) {
    std::vector<std::string> names;
    for (const config::Case& one : cases) names.push_back(one.name);
    out << "compares       " << join(names, ", ") << "\n";
  }
  out << "\n";
  print_functions(out, workflow);
  say_doubts(console.err, experiment);
  out << "\n" << file << ": no errors found\n";
  return kDone;
}

}  // namespace

Command workflow_check_command() {
  using enum Parameter::Kind;
  return {
      .name = "workflow check",
      .summary = "show the functions, critical path, promise and knob ranges of a workflow, or report what is wrong",
      .parameters = {{.name = "FILE",
                      .kind = positional,
                      .description = "a workflow or experiment file, or the name of a workflow that ships: parallel"}},
      .example = "faasconf workflow check parallel",
      .run = run_workflow_check,
  };
}

}  // namespace faasconf::experiments::cli
