#include <charconv>
#include <ostream>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/config/files.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "traces/azure_profile.hpp"
#include "traces/digest.hpp"

namespace faasconf::experiments {

namespace {

constexpr std::int64_t kMaxDay = 100'000;
constexpr std::int64_t kMaxUsers = 1'000'000;

struct Start {
  std::optional<int> day;
  sim::Duration time_of_day{};
};

// "hh:mm", or "d:hh:mm" with the day from 1
Start parse_start(const std::string& text) {
  const std::size_t first = text.find(':');
  if (first == text.rfind(':')) return {.day = std::nullopt, .time_of_day = traces::parse_time_of_day(text)};
  int day = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + first, day);
  if (code != std::errc() || end != text.data() + first || day < 1) {
    throw sim::Error("expected hh:mm or d:hh:mm with a day from 1, got \"" + text + "\"");
  }
  return {.day = day, .time_of_day = traces::parse_time_of_day(text.substr(first + 1))};
}

int run_trace_profile(const Arguments& arguments, const Console& console) {
  traces::ProfileRequest request{
      .length = arguments.duration("length"),
      .users_min = static_cast<int>(arguments.integer("min-users", 0, kMaxUsers)),
      .users_max = static_cast<int>(arguments.integer("max-users", 0, kMaxUsers)),
  };
  std::optional<int> day;
  if (arguments.given("day")) day = static_cast<int>(arguments.integer("day", 1, kMaxDay));
  if (arguments.given("start")) {
    try {
      const Start start = parse_start(arguments.text("start"));
      if (start.day && day && start.day != day) throw sim::Error("names another day than --day");
      if (start.day) day = start.day;
      request.start = start.time_of_day;
    } catch (const sim::Error& error) {
      throw sim::Error(std::string("--start: ") + error.what());
    }
  }
  const std::string out = arguments.text("out");
  if (out.empty()) throw sim::Error("--out: expected the path of the profile to write");
  check_output_file("out", out);

  const std::string file = find_input(arguments.text("FILE"));
  const auto key = traces::parse_function_key(arguments.text("function"));
  const traces::MinuteSeries series = traces::read_series({file}, {.whose = key, .day = day});
  const sim::Profile profile =
      traces::users_profile(series, request, arguments.text("FILE") + ", sha256 " + traces::sha256_of_file(file));
  write_profile(out, {.profile = profile, .users = true});
  console.out << out << ": " << profile.steps.size() << " steps; " << profile.origin << "\n";
  return kDone;
}

}  // namespace

Command trace_profile_command() {
  using enum Parameter::Kind;
  return {
      .name = "trace profile",
      .summary = "turn one function's minute counts of an Azure 2019 file into a number of users over time",
      .parameters =
          {
              {.name = "FILE",
               .kind = positional,
               .description =
                   "invocations per function, CSV: the original schema, or a series (HashFunction,day,1..1440)"},
              {.name = "function",
               .placeholder = "HASH|ROW",
               .description = "the function: the beginning of its hash, or its row in the file from 1",
               .default_value = "1"},
              {.name = "day", .placeholder = "N", .description = "the day from 1, where a series has several"},
              {.name = "start",
               .placeholder = "TIME",
               .description = "begin at hh:mm, or d:hh:mm with the day (without: the busiest stretch of the day)"},
              {.name = "length", .placeholder = "TIME", .description = "length of the profile", .default_value = "85m"},
              {.name = "min-users",
               .placeholder = "N",
               .description = "users at the least busy minute",
               .default_value = "12"},
              {.name = "max-users",
               .placeholder = "N",
               .description = "users at the busiest minute",
               .default_value = "44"},
              {.name = "out",
               .placeholder = "FILE",
               .description = "the profile to write, CSV (start_s,users)",
               .default_value = "profile.csv"},
          },
      .example = "faasconf trace profile azure-demo-day.csv --function 1 --length 85m --out profile.csv",
      .run = run_trace_profile,
  };
}

}  // namespace faasconf::experiments
