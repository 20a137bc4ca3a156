#include <algorithm>
#include <limits>
#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/cli/trace_input.hpp"
#include "experiments/cli/trace_output.hpp"
#include "experiments/cli/trace_record.hpp"
#include "experiments/results/text_table.hpp"
#include "sim/core/error.hpp"
#include "traces/core/sample.hpp"
#include "traces/core/scale.hpp"
#include "traces/core/select.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::int64_t kMostFunctions = 1'000'000'000;
constexpr std::int64_t kLargestSeed = std::numeric_limits<std::int64_t>::max();

// The error of a reader, with the name of the option before it.
template <class Read>
auto read_option(const std::string& name, const Read& read) {
  try {
    return read();
  } catch (const sim::Error& error) {
    throw sim::Error("--" + name + ": " + error.what());
  }
}

std::optional<traces::Bounds> bounds(const Arguments& arguments, const std::string& name) {
  if (!arguments.given(name)) return std::nullopt;
  return read_option(name, [&] { return traces::parse_bounds(arguments.text(name)); });
}

std::vector<std::string> texts(const Arguments& arguments, const std::string& name) {
  const auto list = arguments.list(name);
  return {list.begin(), list.end()};
}

traces::Selection selection_of(const Arguments& arguments) {
  traces::Selection selection{.owners = texts(arguments, "owner"),
                              .apps = texts(arguments, "app"),
                              .functions = texts(arguments, "function"),
                              .rank = bounds(arguments, "rank"),
                              .quantile = bounds(arguments, "quantile"),
                              .daily_calls = bounds(arguments, "daily-calls"),
                              .duration_ms = bounds(arguments, "duration"),
                              .memory_mb = bounds(arguments, "app-memory"),
                              .cv = bounds(arguments, "cv")};
  for (const std::string& trigger : arguments.list("trigger")) {
    selection.triggers.push_back(read_option("trigger", [&] { return traces::parse_trigger(trigger); }));
  }
  return selection;
}

// A number above 0.
double positive(const Arguments& arguments, const std::string& name) {
  const double value = read_option(name, [&] { return traces::parse_bounds(arguments.text(name)).least; });
  if (value > 0) return value;
  throw sim::Error("--" + name + ": expected a number > 0, got \"" + arguments.text(name) + "\"");
}

struct Window {
  sim::Duration start{};
  sim::Duration length{};
};

// What to do with a trace, in this order.
struct Plan {
  traces::Selection selection;
  std::optional<sim::Duration> start;
  std::optional<sim::Duration> length;
  std::optional<std::size_t> sample;
  std::optional<double> speed;
  std::string rate_option;  // which of the three ways to say it; empty: as it is
  double rate = 1;
  std::uint64_t seed = 1;
  std::string out;
};

Plan plan_of(const Arguments& arguments) {
  Plan plan;
  plan.selection = selection_of(arguments);
  if (arguments.given("start")) {
    plan.start = read_option("start", [&] { return traces::parse_trace_time(arguments.text("start")); });
  }
  if (arguments.given("length")) plan.length = arguments.duration("length");
  if (arguments.given("sample")) plan.sample = static_cast<std::size_t>(arguments.integer("sample", 1, kMostFunctions));
  if (arguments.given("speed")) plan.speed = positive(arguments, "speed");
  for (const std::string name : {"rate-factor", "mean-rate", "peak-rate"}) {
    if (!arguments.given(name)) continue;
    if (!plan.rate_option.empty()) throw sim::Error("--" + name + ": expected no --" + plan.rate_option + " beside it");
    plan.rate_option = name;
    plan.rate = positive(arguments, name);
  }
  plan.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0, kLargestSeed));
  plan.out = arguments.text("out");
  return plan;
}

struct Outcome {
  traces::TraceTotals before;
  std::vector<traces::Criterion> criteria;
  traces::Trace trace;
  std::optional<traces::Representativeness> sample;  // against what it was drawn from
  double factor = 1;                                 // of the rate
};

// The rest of the trace from the start on, unless a length is given.
Window window_of(const Plan& plan, const traces::Trace& trace) {
  const sim::Duration start = plan.start.value_or(sim::Duration::zero());
  const sim::Duration rest = std::chrono::hours(24) * trace.days - start;
  return {.start = start, .length = plan.length.value_or(std::max(rest, sim::Duration::zero()))};
}

double rate_factor(const Plan& plan, const traces::Trace& trace) {
  if (plan.rate_option == "mean-rate") return traces::factor_for_mean(trace, plan.rate);
  if (plan.rate_option == "peak-rate") return traces::factor_for_peak(trace, plan.rate, plan.seed);
  return plan.rate;
}

Outcome carry_out(const Plan& plan, traces::Trace whole) {
  Outcome outcome;
  outcome.before = traces::totals(whole);
  traces::Selected selected = traces::select(whole, plan.selection);
  outcome.criteria = selected.criteria;
  outcome.trace = std::move(selected.trace);
  if (plan.start || plan.length) {
    const Window window = window_of(plan, outcome.trace);
    outcome.trace = traces::cut_window(outcome.trace, window.start, window.length);
  }
  if (plan.sample && !outcome.trace.functions.empty()) {
    traces::Trace sample = traces::sample(outcome.trace, *plan.sample, plan.seed);
    outcome.sample = traces::compare(outcome.trace, sample);
    outcome.trace = std::move(sample);
  }
  if (plan.speed) outcome.trace = traces::scale_time(outcome.trace, *plan.speed, plan.seed);
  if (!plan.rate_option.empty()) {
    outcome.factor = rate_factor(plan, outcome.trace);
    outcome.trace = traces::scale_rate(outcome.trace, outcome.factor, plan.seed);
  }
  return outcome;
}

// What was done, for the origin: "selected: trigger http; start 12:00; ...".
std::string steps_taken(const Arguments& arguments) {
  std::string text = "selected";
  for (const char* name :
       {"owner", "app", "function", "trigger", "rank", "quantile", "daily-calls", "duration", "app-memory", "cv",
        "start", "length", "sample", "speed", "rate-factor", "mean-rate", "peak-rate"}) {
    if (!arguments.given(name)) continue;
    text += std::string(", ") + name;
    for (const std::string& value : arguments.list(name)) text += " " + value;
  }
  return text + ", seed " + arguments.text("seed");
}

std::vector<std::string> write_trace(const std::string& out, const traces::Trace& trace, const Arguments& arguments,
                                     const traces::TraceSource& source, Progress& progress) {
  if (out.empty()) return {};
  if (!out.ends_with(".h5")) return write_trace_folder(out, trace, progress);
  return write_trace_store(out, trace, trace_record(kTraceStoreFormat, "trace select", arguments, source), progress);
}

std::string number(double value) { return results::format_estimate(value, std::nullopt); }

void print_kept(std::ostream& out, const Outcome& outcome) {
  const traces::TraceTotals after = traces::totals(outcome.trace);
  const auto row = [](const std::string& name, auto kept, auto of) {
    return std::vector<std::string>{name, std::to_string(kept), std::to_string(of)};
  };
  results::TextTable table{
      .header = {{"", "kept", "of"}},
      .rows = {row("functions", after.functions, outcome.before.functions),
               row("apps", after.apps, outcome.before.apps), row("owners", after.owners, outcome.before.owners),
               row("calls", after.calls, outcome.before.calls)}};
  table.print(out);
  for (const traces::Criterion& criterion : outcome.criteria) {
    out << criterion.name << ": " << criterion.unmet_by << " functions do not meet it\n";
  }
  if (outcome.factor != 1) out << "rate: x " << number(outcome.factor) << "\n";
}

void print_sample(std::ostream& out, const traces::Representativeness& sample) {
  results::TextTable distances{.header = {{"sample, against all", "Wasserstein-1 / mean", "Kolmogorov-Smirnov"}},
                               .rows = {}};
  const auto add = [&](const std::string& name, const std::optional<traces::Distances>& found) {
    if (!found) return;
    distances.rows.push_back({name, number(found->wasserstein_1), number(found->kolmogorov_smirnov)});
  };
  add("daily calls", sample.daily_calls);
  add("execution time a day", sample.execution_s);
  add("memory", sample.memory_mb);
  out << "\n";
  distances.print(out);

  results::TextTable shares{.header = {{"trigger", "sample [%]", "all [%]"}}, .rows = {}};
  for (std::size_t i = 0; i < traces::kTriggerNames.size(); ++i) {
    shares.rows.push_back({std::string(traces::kTriggerNames[i]), number(100 * sample.trigger_shares_of_part[i]),
                           number(100 * sample.trigger_shares_of_whole[i])});
  }
  out << "\n";
  shares.print(out);
  out << "correlation of calls per minute: " << number(sample.correlation) << "\n";
}

nlohmann::ordered_json json_of(const std::optional<traces::Distances>& found) {
  if (!found) return nullptr;
  return {{"wasserstein_1", found->wasserstein_1}, {"kolmogorov_smirnov", found->kolmogorov_smirnov}};
}

nlohmann::ordered_json json_of(const traces::TraceTotals& totals) {
  return {{"functions", totals.functions}, {"apps", totals.apps}, {"owners", totals.owners}, {"calls", totals.calls}};
}

void print_json(std::ostream& out, const Outcome& outcome, const std::vector<std::string>& files) {
  nlohmann::ordered_json line{{"kept", json_of(traces::totals(outcome.trace))}, {"of", json_of(outcome.before)}};
  for (const traces::Criterion& criterion : outcome.criteria) line["unmet_by"][criterion.name] = criterion.unmet_by;
  line["rate_factor"] = outcome.factor;
  line["days"] = outcome.trace.days;
  if (outcome.sample) {
    const traces::Representativeness& sample = *outcome.sample;
    line["sample"] = {{"daily_calls", json_of(sample.daily_calls)},
                      {"execution_s", json_of(sample.execution_s)},
                      {"memory_mb", json_of(sample.memory_mb)},
                      {"trigger_shares", sample.trigger_shares_of_part},
                      {"trigger_shares_of_all", sample.trigger_shares_of_whole},
                      {"correlation", sample.correlation}};
  }
  line["files"] = files;
  line["origin"] = outcome.trace.origin;
  out << line.dump() << "\n";
}

int run_trace_select(const Arguments& arguments, const Console& console) {
  const Plan plan = plan_of(arguments);
  const bool to_folder = !plan.out.empty() && !plan.out.ends_with(".h5");
  if (!plan.out.empty() && !to_folder) check_output_file("out", plan.out);
  check_apart({{"--out", plan.out}}, {{"TRACE", find_input(arguments.text("TRACE"))}});
  const auto source = open_trace(arguments);
  if (to_folder) make_output_folder("out", plan.out);

  Progress progress(console.err, console.is_terminal);
  traces::ReadTrace read = read_trace(arguments, *source, progress);
  Outcome outcome = carry_out(plan, std::move(read.trace));
  outcome.trace.origin += "; " + steps_taken(arguments);
  const std::vector<std::string> files = write_trace(plan.out, outcome.trace, arguments, *source, progress);
  progress.clear();

  print_report(console.err, read.report);
  if (arguments.given("json")) {
    print_json(console.out, outcome, files);
    return kDone;
  }
  print_kept(console.out, outcome);
  if (outcome.sample) print_sample(console.out, *outcome.sample);
  for (const std::string& file : files) console.out << file << "\n";
  return kDone;
}

Parameter bounds_parameter(const std::string& name, const std::string& description) {
  return {.name = name, .value_name = "A..B", .description = description};
}

Parameter number_parameter(const std::string& name, const std::string& description) {
  return {.name = name, .value_name = "X", .description = description};
}

}  // namespace

Command trace_select_command() {
  using enum Parameter::Kind;
  return {
      .name = "trace select",
      .summary = "take functions and a stretch of time out of a trace, sample it, make it busier or faster",
      .parameters =
          {
              trace_parameter(),
              {.name = "trigger",
               .kind = values,
               .value_name = "NAME",
               .description = "functions with this trigger; may be given again, as may the next three"},
              {.name = "owner", .kind = values, .value_name = "HASH", .description = "beginning of an owner's hash"},
              {.name = "app", .kind = values, .value_name = "HASH", .description = "beginning of an app's hash"},
              {.name = "function",
               .kind = values,
               .value_name = "HASH",
               .description = "beginning of a function's hash"},
              bounds_parameter("rank", "popularity: 1 is the most called function; A.., ..B and A are bounds, too"),
              bounds_parameter("quantile", "popularity: the share of functions that are called less, 0..1"),
              bounds_parameter("daily-calls", "calls a day"),
              bounds_parameter("duration", "average duration [ms]"),
              bounds_parameter("app-memory", "average memory of the app [MB]"),
              bounds_parameter("cv", "coefficient of variation of the counts per minute"),
              {.name = "start", .value_name = "TIME", .description = "begin at hh:mm, or d:hh:mm with the day from 1"},
              {.name = "length", .value_name = "TIME", .description = "length (without: to the end)"},
              {.name = "sample",
               .value_name = "N",
               .description = "this many functions that represent the rest; a smaller sample is part of a larger one"},
              number_parameter("speed", "time goes so many times as fast"),
              number_parameter("rate-factor", "so many times as many calls"),
              number_parameter("mean-rate", "as many calls as make this mean [1/min]"),
              number_parameter("peak-rate", "as many calls as make this the busiest minute [1/min]"),
              {.name = "seed", .value_name = "N", .description = "of all that is drawn", .default_value = "1"},
              on_bad_row_parameter(),
              on_duplicate_parameter(),
              {.name = "out",
               .value_name = "PATH",
               .description = "a trace store if it ends in .h5; else a folder for CSV files (without: only counts)"},
              {.name = "json", .kind = flag, .description = "answer as JSON"},
          },
      .example =
          "faasconf trace select azure-demo-day.csv --trigger http --start 12:00 --length 85m --rate-factor 0.5 "
          "--out selected.h5\n"
          "faasconf trace select azure-demo-day.csv --sample 3 --json",
      .run = run_trace_select,
  };
}

}  // namespace faasconf::experiments::cli
