#include "experiments/jobs/trace_select.hpp"

#include <array>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/trace_options.hpp"
#include "experiments/jobs/trace_output.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/results/text_table.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::int64_t kMostFunctions = 1'000'000'000;

std::optional<traces::Bounds> bounds(const Arguments& arguments, const std::string& name,
                                     traces::Bounds (*parse)(std::string_view) = traces::parse_bounds) {
  if (!arguments.given(name)) return std::nullopt;
  return read_option(name, [&] { return parse(arguments.text(name)); });
}

std::vector<std::string> texts(const Arguments& arguments, const std::string& name) {
  const auto list = arguments.list(name);
  return {list.begin(), list.end()};
}

traces::Selection selection_of(const Arguments& arguments) {
  traces::Selection selection{.owners = texts(arguments, "owner"),
                              .apps = texts(arguments, "app"),
                              .functions = texts(arguments, "function"),
                              .rank = bounds(arguments, "rank", traces::parse_ranks),
                              .quantile = bounds(arguments, "quantile", traces::parse_shares),
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

// The one of the three ways to say it that is given.
std::optional<jobs::CallRate> rate_of(const Arguments& arguments) {
  using Of = jobs::CallRate::Of;
  constexpr std::array<std::pair<const char*, Of>, 3> kWays = {
      {{"rate-factor", Of::factor}, {"mean-rate", Of::mean}, {"peak-rate", Of::peak}}};
  std::optional<jobs::CallRate> rate;
  std::string first;
  for (const auto& [name, of] : kWays) {
    if (!arguments.given(name)) continue;
    if (rate) throw sim::Error(std::string("--") + name + ": expected no --" + first + " beside it");
    first = name;
    rate = {.of = of, .value = positive(arguments, name)};
  }
  return rate;
}

void check_paths(const jobs::TraceSelectJob& job) {
  if (!job.out.empty() && jobs::is_store_path(job.out)) check_output_file("out", job.out);
  check_apart({{"--out", job.out}}, {{"TRACE", job.trace.path}});
}

jobs::TraceSelectJob job_of(const Arguments& arguments) {
  jobs::TraceSelectJob job{.trace = trace_input(arguments)};
  job.trace.on_duplicate = on_duplicate(arguments);
  job.selection = selection_of(arguments);
  if (arguments.given("start")) {
    job.start = read_option("start", [&] { return traces::parse_trace_time(arguments.text("start")); });
  }
  if (arguments.given("length")) job.length = arguments.duration("length");
  if (arguments.given("sample")) job.sample = static_cast<std::size_t>(arguments.integer("sample", 1, kMostFunctions));
  if (arguments.given("speed")) job.speed = positive(arguments, "speed");
  job.rate = rate_of(arguments);
  job.seed = seed_of(arguments);
  job.out = arguments.text("out");
  check_paths(job);
  return job;
}

std::string number(double value) { return results::format_estimate(value, std::nullopt); }

void print_kept(std::ostream& out, const jobs::TraceSelectResult& result) {
  const auto row = [](const std::string& name, auto kept, auto of) {
    return std::vector<std::string>{name, results::readable(std::uint64_t{kept}), results::readable(std::uint64_t{of})};
  };
  results::TextTable table{
      .header = {{"", "kept", "of"}},
      .rows = {row("functions", result.kept.functions, result.of.functions),
               row("apps", result.kept.apps, result.of.apps), row("owners", result.kept.owners, result.of.owners),
               row("calls", result.kept.calls, result.of.calls)}};
  table.print(out);
  for (const traces::Criterion& criterion : result.criteria) {
    out << criterion.name << ": " << criterion.unmet_by << " functions do not meet it\n";
  }
  if (result.factor != 1) out << "rate: x " << number(result.factor) << "\n";
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

void print_json(std::ostream& out, const jobs::TraceSelectResult& result) {
  nlohmann::ordered_json line{{"kept", json_of(result.kept)}, {"of", json_of(result.of)}};
  for (const traces::Criterion& criterion : result.criteria) line["unmet_by"][criterion.name] = criterion.unmet_by;
  line["rate_factor"] = result.factor;
  line["days"] = result.trace.days;
  if (result.sample) {
    const traces::Representativeness& sample = *result.sample;
    line["sample"] = {{"daily_calls", json_of(sample.daily_calls)},
                      {"execution_s", json_of(sample.execution_s)},
                      {"memory_mb", json_of(sample.memory_mb)},
                      {"trigger_shares", sample.trigger_shares_of_part},
                      {"trigger_shares_of_all", sample.trigger_shares_of_whole},
                      {"correlation", sample.correlation}};
  }
  line["files"] = result.files;
  line["origin"] = result.trace.origin;
  out << line.dump() << "\n";
}

int run_trace_select(const Arguments& arguments, const Console& console) {
  const jobs::TraceSelectResult result = jobs::run(job_of(arguments), progress_on(console));
  if (result.interrupted) return say_interrupted(console.err);
  print_report(console.err, result.read);
  if (arguments.given("json")) {
    print_json(console.out, result);
    return kDone;
  }
  print_kept(console.out, result);
  if (result.sample) print_sample(console.out, *result.sample);
  for (const std::string& file : result.files) console.out << file << "\n";
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
              bounds_parameter("quantile",
                               "popularity: the share of functions that are called less: 0.5..0.9 or 50%..90%"),
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
              seed_parameter(),
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
