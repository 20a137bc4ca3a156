#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/cli/trace_input.hpp"
#include "experiments/config/profile_file.hpp"
#include "sim/core/error.hpp"
#include "traces/azure/azure2019_series.hpp"
#include "traces/core/minute_series.hpp"
#include "traces/core/select.hpp"
#include "traces/core/users_profile.hpp"
#include "traces/files/digest.hpp"
#include "traces/store/store_series.hpp"

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

// "file a.csv, sha256 ..., file b.csv, sha256 ..."; a file by the name that the user gave.
std::string names_and_digests(const std::vector<std::string>& files, const std::string& given) {
  std::string text;
  for (const std::string& file : files) {
    text += (text.empty() ? "file " : ", file ") + (files.size() == 1 ? given : file) + ", sha256 " +
            files::sha256_of_file(file);
  }
  return text;
}

// The counts, and where they come from.
struct Source {
  traces::MinuteSeries series;
  std::string origin;
};

Source read_source(const TraceInput& input, const std::string& name, traces::SeriesRequest request,
                   Progress& progress) {
  request.progress = [&](std::uint64_t done) { progress.advance(done); };
  if (input.kind == TraceInput::Kind::azure2019) {
    progress.start("read", input.bytes);
    return {traces::read_series(input.files.invocations, request), names_and_digests(input.files.invocations, name)};
  }
  const std::string file = names_and_digests({input.path}, name);
  if (input.kind == TraceInput::Kind::store) {
    const traces::TraceStore store(input.path);
    progress.start("read", store.size());
    return {traces::read_series(store, name, request), file + " (" + store.origin().origin + ")"};
  }
  const ReadTrace read = read_trace(input, {.on_bad_row = request.on_bad_row});
  Source source{traces::read_series(read.trace, name, request), file};
  source.series.report = read.report;
  return source;
}

int run_trace_profile(const Arguments& arguments, const Console& console) {
  std::optional<int> day;
  if (arguments.given("day")) day = static_cast<int>(arguments.integer("day", 1, kMaxDay));
  const traces::ProfileRequest request = profile_request(arguments, day);
  const std::string out = arguments.text("out");
  if (out.empty()) throw sim::Error("--out: expected the path of the profile to write");
  check_output_file("out", out);
  check_apart({{"--out", out}}, {{"TRACE", find_input(arguments.text("TRACE"))}});
  const TraceInput input = find_trace(find_input(arguments.text("TRACE")));

  Progress progress(console.err, console.is_terminal);
  const Source source =
      read_source(input, arguments.text("TRACE"),
                  {.whose = whose(arguments), .day = day, .on_bad_row = on_bad_row(arguments)}, progress);
  progress.clear();
  print_report(console.err, source.series.report);
  const sim::Profile profile = traces::users_profile(source.series, request, source.origin);
  config::write_profile(out, {.profile = profile, .users = true});

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
                              "store; the 2021 trace"},
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
