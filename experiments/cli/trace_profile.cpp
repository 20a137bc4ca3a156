#include "experiments/jobs/trace_profile.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/trace_options.hpp"
#include "sim/core/error.hpp"
#include "traces/core/select.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::int64_t kMaxDay = 9999;
constexpr std::int64_t kMaxUsers = 1'000'000;
constexpr sim::Duration kDay = std::chrono::hours(24);

std::variant<traces::FunctionKey, traces::AppKey> whose(const Arguments& arguments) {
  if (!arguments.given("app")) return traces::parse_function_key(arguments.text("function"));
  if (arguments.given("function")) throw sim::Error("--app: expected no --function beside it");
  return traces::AppKey{.hash = arguments.text("app")};
}

// The start since the first midnight of what is read: a day alone where --day names it, else all days.
std::optional<sim::Duration> start_of(const Arguments& arguments, std::optional<int> day) {
  if (!arguments.given("start")) return std::nullopt;
  const std::string& text = arguments.text("start");
  try {
    const sim::Duration start = traces::parse_trace_time(text);
    const bool names_day = text.find(':') != text.rfind(':');
    if (!day || !names_day) return start;
    if (start / kDay + 1 != *day) throw sim::Error("names another day than --day");
    return start % kDay;
  } catch (const sim::Error& error) {
    throw sim::Error(std::string("--start: ") + error.what());
  }
}

traces::ProfileRequest profile_request(const Arguments& arguments, std::optional<int> day) {
  return {.start = start_of(arguments, day),
          .length = arguments.duration("length"),
          .step = arguments.duration("step"),
          .users_min = static_cast<int>(arguments.integer("min-users", 0, kMaxUsers)),
          .users_max = static_cast<int>(arguments.integer("max-users", 0, kMaxUsers))};
}

jobs::TraceProfileJob job_of(const Arguments& arguments) {
  jobs::TraceProfileJob job{.trace = trace_input(arguments), .whose = whose(arguments)};
  if (arguments.given("day")) job.day = static_cast<int>(arguments.integer("day", 1, kMaxDay));
  job.profile = profile_request(arguments, job.day);
  return job;
}

int run_trace_profile(const Arguments& arguments, const Console& console) {
  const jobs::TraceProfileJob job = job_of(arguments);
  const std::string out = arguments.text("out");
  if (out.empty()) throw sim::Error("--out: expected the path of the profile to write");
  check_output_file("out", out);
  check_apart({{"--out", out}}, {{"TRACE", job.trace.path}});

  const jobs::TraceProfileResult result = jobs::run(job, progress_on(console));
  if (result.interrupted) return say_interrupted(console.err);
  print_report(console.err, result.read);
  const sim::Profile& profile = result.profile;
  jobs::write(out, job, result);
  if (arguments.given("json")) {
    console.out
        << nlohmann::ordered_json{{"file", out}, {"steps", profile.steps.size()}, {"origin", profile.origin}}.dump()
        << "\n";
  } else {
    console.out << out << ": " << profile.steps.size() << " steps; " << profile.origin << "\n";
  }
  return kDone;
}

}  // namespace

Command trace_profile_command() {
  using enum Parameter::Kind;
  return {
      .name = "trace profile",
      .summary = "turn the minute counts of a function or an app into a number of users over time",
      .parameters =
          {
              {.name = "TRACE",
               .kind = positional,
               .description = "invocations per function of the Azure Functions 2019 data set: a file of one day, a "
                              "folder of several, or a series (HashFunction,day,1..1440); plain or compressed; a trace "
                              "store; the 2021 trace; counts per second (second,function,count)"},
              {.name = "function",
               .value_name = "HASH|ROW",
               .description = "the function: the beginning of its hash, or its row in the file from 1",
               .default_value = "1"},
              {.name = "app",
               .value_name = "HASH",
               .description = "all functions of this app instead, added up: the beginning of its hash"},
              {.name = "day", .value_name = "N", .description = "this day alone, from 1 (without: all days)"},
              {.name = "start",
               .value_name = "TIME",
               .description = "begin at hh:mm, or d:hh:mm with the day from 1 (without: the busiest stretch)"},
              {.name = "length", .value_name = "TIME", .description = "length of the profile", .default_value = "85m"},
              {.name = "step",
               .value_name = "TIME",
               .description = "how long a number of users stays, whole minutes",
               .default_value = "1m"},
              {.name = "min-users",
               .value_name = "N",
               .description = "users at the least busy step",
               .default_value = "12"},
              {.name = "max-users",
               .value_name = "N",
               .description = "users at the busiest step",
               .default_value = "44"},
              {.name = "out",
               .value_name = "FILE",
               .description = "the profile to write, CSV (start_s,users)",
               .default_value = "profile.csv"},
              on_bad_row_parameter(),
              {.name = "json", .kind = flag, .description = "answer as JSON"},
          },
      .example = "faasconf trace profile azure-demo-day.csv --function 1 --length 85m --out profile.csv",
      .run = run_trace_profile,
  };
}

}  // namespace faasconf::experiments::cli
