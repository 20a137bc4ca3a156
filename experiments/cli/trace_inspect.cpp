#include "experiments/jobs/trace_inspect.hpp"

#include <array>
#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/cli/trace_options.hpp"
#include "experiments/results/text_table.hpp"
#include "traces/azure/published.hpp"
#include "traces/azure/statistics.hpp"

namespace faasconf::experiments::cli {

namespace {

namespace published = traces::published;
using nlohmann::ordered_json;
using traces::TraceStatistics;

// A line of the answer: what it is, here, published; shares in percent.
struct Line {
  std::string key;    // in JSON
  std::string title;  // in the table
  std::optional<double> here;
  std::optional<double> published;
  bool share = false;
};

Line share(std::string key, std::string title, std::optional<double> here, double published) {
  return {std::move(key), std::move(title), here, published, true};
}

void add_triggers(std::vector<Line>& lines, const TraceStatistics& statistics) {
  for (std::size_t t = 0; t < traces::kTriggerNames.size(); ++t) {
    const std::string name(traces::kTriggerNames[t]);
    lines.push_back(share("functions_" + name, "functions with trigger " + name + " [%]", statistics.function_shares[t],
                          published::kFunctionShares[t]));
  }
  for (std::size_t t = 0; t < traces::kTriggerNames.size(); ++t) {
    const std::string name(traces::kTriggerNames[t]);
    lines.push_back(share("calls_" + name, "calls by trigger " + name + " [%]", statistics.call_shares[t],
                          published::kCallShares[t]));
  }
}

void add_popularity(std::vector<Line>& lines, const TraceStatistics& statistics) {
  lines.push_back(share("top_function", "calls of the top function [%]", statistics.top_function_share,
                        published::kTopFunctionShare));
  lines.push_back(share("top_thousandth", "calls of the top 0.1 % [%]", statistics.top_thousandth_share,
                        published::kTopThousandthShare));
  lines.push_back(share("top_hundredth", "calls of the top 1 % [%]", statistics.top_hundredth_share,
                        published::kTopHundredthShare));
  lines.push_back(
      {"top_function_calls", "top function [calls/day]", statistics.top_function_calls, published::kTopFunctionCalls});
  lines.push_back({"top_function_cv", "top function, CV of a minute's calls", statistics.top_function_cv,
                   published::kTopFunctionCv});
  lines.push_back(share("fewer_than_10", "fewer than 10 calls on day 1 [%]", statistics.fewer_than_10_calls,
                        published::kFewerThan10Calls));
  constexpr std::array titles = {"1 a day", "10 a day", "1 an hour", "1 in 5 min", "1 a minute"};
  for (std::size_t i = 0; i < titles.size(); ++i) {
    lines.push_back(share("at_most_" + std::to_string(static_cast<int>(published::kDailyCalls[i])) + "_a_day",
                          std::string("at most ") + titles[i] + ", mean of 14 days [%]",
                          statistics.daily_calls_shares[i], published::kDailyCallsShares[i]));
  }
}

void add_time(std::vector<Line>& lines, const TraceStatistics& statistics) {
  lines.push_back(
      share("non_zero_minutes", "minutes with calls [%]", statistics.non_zero_minutes, published::kNonZeroMinutes));
  lines.push_back(share("baseline", "quietest hour over busiest [%]", statistics.baseline, published::kBaseline));
  lines.push_back(share("weekend_rows", "functions called on days 6 and 7 of a week over days 1 to 5 [%]",
                        statistics.weekend_rows, published::kWeekendRows));
  lines.push_back(share("apps_cv_0", "apps with regular calls, CV below 0.01 [%]", statistics.cv_about_zero,
                        published::kCvAboutZero));
  lines.push_back(
      share("apps_cv_1", "apps with CV of at most 1 [%]", statistics.cv_at_most_one, published::kCvAtMostOne));
}

void add_apps(std::vector<Line>& lines, const TraceStatistics& statistics) {
  constexpr std::array sizes = {"1", "2", "3", "4-5", "6-10", "11+"};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    lines.push_back(share(std::string("apps_of_") + sizes[i], std::string("apps of ") + sizes[i] + " functions [%]",
                          statistics.app_size_shares[i], published::kAppSizeShares[i]));
  }
}

void add_resources(std::vector<Line>& lines, const TraceStatistics& statistics) {
  constexpr std::array titles = {"0.1 s", "0.95 s", "10 s", "1 min"};
  constexpr std::array keys = {"durations_100ms", "durations_950ms", "durations_10s", "durations_60s"};
  for (std::size_t i = 0; i < titles.size(); ++i) {
    lines.push_back(share(keys[i], std::string("mean duration up to ") + titles[i] + " [%]",
                          statistics.duration_shares[i], published::kDurationShares[i]));
  }
  lines.push_back({"duration_median_s", "mean duration, median [s]", statistics.duration_median_s, .95});
  lines.push_back({"duration_log_mean", "mean duration, mean of ln s (published: a fit)", statistics.duration_log_mean,
                   published::kDurationFitMu});
  lines.push_back({"duration_log_deviation", "mean duration, deviation of ln s (a fit)",
                   statistics.duration_log_deviation, published::kDurationFitSigma});
  lines.push_back(
      {"memory_median_mb", "app memory, median [MB]", statistics.memory_median_mb, published::kMemoryMedian_mb});
  lines.push_back({"memory_p90_mb", "app memory, 90th percentile [MB] (the fit)", statistics.memory_p90_mb,
                   published::memory_quantile_mb(.9)});
}

std::vector<Line> lines_of(const TraceStatistics& statistics) {
  const auto number = [](auto count) { return static_cast<double>(count); };
  std::vector<Line> lines = {{"days", "days", number(statistics.days), 14},
                             {"functions", "functions", number(statistics.functions), std::nullopt},
                             {"apps", "apps", number(statistics.apps), std::nullopt},
                             {"calls", "calls", number(statistics.calls), std::nullopt},
                             {"cells", "minutes of functions with calls", number(statistics.cells), std::nullopt}};
  add_popularity(lines, statistics);
  add_triggers(lines, statistics);
  add_time(lines, statistics);
  add_apps(lines, statistics);
  add_resources(lines, statistics);
  return lines;
}

std::string cell(const std::optional<double>& value, bool is_share) {
  if (!value) return "-";
  return results::format_estimate(is_share ? 100 * *value : *value, std::nullopt);
}

void print_table(std::ostream& out, const std::string& path, const std::vector<Line>& lines) {
  results::TextTable table;
  table.header = {{path, "here", "published"}};
  for (const Line& line : lines) {
    table.rows.push_back({line.title, cell(line.here, line.share), cell(line.published, line.share)});
  }
  table.print(out);
}

ordered_json number_or_null(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json to_json(const std::string& path, const std::vector<Line>& lines) {
  ordered_json answer{{"trace", path}};
  for (const Line& line : lines)
    answer[line.key] = {{"here", number_or_null(line.here)}, {"published", number_or_null(line.published)}};
  return answer;
}

// All that a figure shows.
ordered_json to_figure(const std::string& path, const TraceStatistics& statistics) {
  return {{"trace", path},
          {"days", statistics.days},
          {"functions", statistics.functions},
          {"calls", statistics.calls},
          {"triggers", traces::kTriggerNames},
          {"function_shares", statistics.function_shares},
          {"call_shares", statistics.call_shares},
          {"published_function_shares", published::kFunctionShares},
          {"published_call_shares", published::kCallShares},
          {"popularity", jobs::thinned(statistics.popularity)},
          {"durations_s", jobs::quantiles_of(statistics.durations_s)},
          {"published_durations_s", published::kDurations_s},
          {"published_duration_shares", published::kDurationShares},
          {"minute_calls", statistics.minute_calls}};
}

// True when the figure is there.
bool draw(const std::string& plot, const std::string& path, const TraceStatistics& statistics, const Console& console) {
  const ScratchDirectory scratch;
  const std::string data = (scratch.path() / "trace.json").string();
  write_aside(data, to_figure(path, statistics).dump() + "\n");
  return draw_figure(console.err, "faasconf.trace_plot", data, plot);
}

int run_trace_inspect(const Arguments& arguments, const Console& console) {
  const std::string plot = figure_file(arguments, "plot");
  const std::string name = arguments.text("TRACE");
  const jobs::TraceInspectResult result = jobs::run({.trace = trace_input(arguments)}, progress_on(console));
  if (result.interrupted) return say_interrupted(console.err);
  print_report(console.err, result.read);
  const std::vector<Line> lines = lines_of(result.statistics);
  if (arguments.given("json")) {
    console.out << to_json(name, lines).dump() << "\n";
  } else {
    print_table(console.out, name, lines);
  }
  return plot.empty() || draw(plot, name, result.statistics, console) ? kDone : kFailed;
}

}  // namespace

Command trace_inspect_command() {
  using enum Parameter::Kind;
  return {
      .name = "trace inspect",
      .summary = "statistics of a trace beside those published for the Azure Functions 2019 data set",
      .parameters =
          {
              trace_parameter(),
              {.name = "plot",
               .value_name = "FILE",
               .description = "draw popularity, triggers, durations and load: .png, .svg or .pdf"},
              on_bad_row_parameter(),
              {.name = "json", .kind = flag, .description = "answer as JSON; shares are of 1"},
          },
      .example =
          "faasconf trace synthesize --functions 500 --out trace.h5\n"
          "faasconf trace inspect trace.h5",
      .run = run_trace_inspect,
  };
}

}  // namespace faasconf::experiments::cli
