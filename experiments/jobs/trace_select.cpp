#include "experiments/jobs/trace_select.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "experiments/config/distribution_text.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "experiments/jobs/output_folder.hpp"
#include "experiments/jobs/trace_output.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "traces/core/scale.hpp"

namespace faasconf::experiments::jobs {
namespace {

struct Window {
  sim::Duration start{};
  sim::Duration length{};
};

// The rest of the trace from the start on, unless a length is given.
Window window_of(const TraceSelectJob& job, const traces::Trace& trace) {
  const sim::Duration start = job.start.value_or(sim::Duration::zero());
  const sim::Duration rest = std::chrono::hours(24) * trace.days - start;
  return {.start = start, .length = job.length.value_or(std::max(rest, sim::Duration::zero()))};
}

double rate_factor(const CallRate& rate, const traces::Trace& trace, std::uint64_t seed, const sim::GoOn& go_on) {
  switch (rate.of) {
    case CallRate::Of::mean:
      return traces::factor_for_mean(trace, rate.value);
    case CallRate::Of::peak:
      return traces::factor_for_peak(trace, rate.value, seed, go_on);
    case CallRate::Of::factor:
      break;
  }
  return rate.value;
}

void choose_functions(const TraceSelectJob& job, const sim::GoOn& go_on, TraceSelectResult& result) {
  traces::Selection selection = job.selection;
  selection.go_on = go_on;
  traces::Selected selected = traces::select(result.trace, selection);
  result.criteria = std::move(selected.criteria);
  result.trace = std::move(selected.trace);
}

void choose_window(const TraceSelectJob& job, const sim::GoOn& go_on, TraceSelectResult& result) {
  if (!job.start && !job.length) return;
  const Window window = window_of(job, result.trace);
  result.trace = traces::cut_window(result.trace, window.start, window.length, go_on);
}

void draw_sample(const TraceSelectJob& job, const sim::GoOn& go_on, TraceSelectResult& result) {
  if (!job.sample || result.trace.functions.empty()) return;
  traces::Trace sample = traces::sample(result.trace, *job.sample, job.seed, go_on);
  result.sample = traces::compare(result.trace, sample, go_on);
  result.trace = std::move(sample);
}

void scale(const TraceSelectJob& job, const sim::GoOn& go_on, TraceSelectResult& result) {
  if (job.speed) result.trace = traces::scale_time(result.trace, *job.speed, job.seed, go_on);
  if (!job.rate) return;
  result.factor = rate_factor(*job.rate, result.trace, job.seed, go_on);
  result.trace = traces::scale_rate(result.trace, result.factor, job.seed, go_on);
}

config::YamlNode text(std::string value) { return config::yaml_scalar(std::move(value)); }
config::YamlNode number(double value) { return text(config::format_number(value)); }

config::YamlNode list(const std::vector<std::string>& values) {
  std::vector<config::YamlNode> items;
  for (const std::string& value : values) items.push_back(text(value));
  return config::yaml_list(std::move(items));
}

// As traces::parse_bounds reads them.
config::YamlNode bounds_of(const traces::Bounds& bounds) {
  const auto end = [](double value) { return std::isfinite(value) ? config::format_number(value) : ""; };
  return text(end(bounds.least) + ".." + end(bounds.most));
}

config::YamlNode rate_of(const CallRate& rate) {
  constexpr std::array<const char*, 3> kNames = {"factor", "mean", "peak"};
  return config::yaml_map({{kNames[static_cast<std::size_t>(rate.of)], number(rate.value)}});
}

config::YamlNode time_of(sim::Duration time) { return text(sim::format(time)); }

template <class Value, class Write>
config::YamlNode or_none(const std::optional<Value>& value, const Write& write) {
  return value ? write(*value) : text("none");
}

JobOptions options_of(const traces::Selection& selection) {
  std::vector<std::string> triggers;
  for (const traces::Trigger trigger : selection.triggers) {
    triggers.emplace_back(traces::kTriggerNames[static_cast<std::size_t>(trigger)]);
  }
  return {{"trigger", list(triggers)},
          {"owner", list(selection.owners)},
          {"app", list(selection.apps)},
          {"function", list(selection.functions)},
          {"rank", or_none(selection.rank, bounds_of)},
          {"quantile", or_none(selection.quantile, bounds_of)},
          {"daily_calls", or_none(selection.daily_calls, bounds_of)},
          {"duration_ms", or_none(selection.duration_ms, bounds_of)},
          {"app_memory_mb", or_none(selection.memory_mb, bounds_of)},
          {"cv", or_none(selection.cv, bounds_of)}};
}

JobOptions options_of(const TraceSelectJob& job) {
  JobOptions options = options_of(job.selection);
  options.emplace_back("start", or_none(job.start, time_of));
  options.emplace_back("length", or_none(job.length, time_of));
  options.emplace_back("sample", or_none(job.sample, [](std::size_t count) { return text(std::to_string(count)); }));
  options.emplace_back("speed", or_none(job.speed, number));
  options.emplace_back("rate", or_none(job.rate, rate_of));
  return options;
}

// What an option says, in words; empty: nothing is selected by it.
std::string words_of(const config::YamlNode& option) {
  if (option.kind == config::YamlNode::Kind::scalar) return option.scalar == "none" ? "" : " " + option.scalar;
  std::string words;
  for (const config::YamlNode& item : option.items) words += words_of(item);
  for (const config::YamlNode::Entry& entry : option.entries) words += " " + entry.key + words_of(entry.value);
  return words;
}

// What is done, for the origin: "trigger http, start 12h, seed 1".
std::string described(const TraceSelectJob& job) {
  std::string text;
  for (const auto& [name, option] : options_of(job)) {
    const std::string words = words_of(option);
    if (!words.empty()) text += name + words + ", ";
  }
  return text + "seed " + std::to_string(job.seed);
}

results::Record record_of(const TraceSelectJob& job, std::vector<config::InputFile> inputs) {
  JobOptions options = options_of(job);
  for (auto& option : reading_options(job.trace)) options.push_back(std::move(option));
  return {.format = trace_format(job.out),
          .job = {.verb = "trace select", .options = std::move(options)},
          .seed = job.seed,
          .inputs = std::move(inputs)};
}

std::vector<std::string> write(const TraceSelectJob& job, const traces::TraceSource& source, const traces::Trace& trace,
                               const Progress& progress) {
  if (job.out.empty()) return {};
  const results::Record record = record_of(job, files_of(source, progress.go_on));
  return is_store_path(job.out) ? write_trace_store(job.out, trace, record, progress)
                                : write_trace_folder(job.out, trace, record, progress);
}

TraceSelectResult select(const TraceSelectJob& job, const Progress& progress) {
  const auto source = open_trace(job.trace);
  if (!job.out.empty() && !is_store_path(job.out)) check_output_folder(job.out);
  traces::ReadTrace read = source->read(read_policy(job.trace, *source, progress));
  TraceSelectResult result{.trace = std::move(read.trace), .read = std::move(read.report)};
  result.of = traces::totals(result.trace);
  choose_functions(job, progress.go_on, result);
  choose_window(job, progress.go_on, result);
  draw_sample(job, progress.go_on, result);
  scale(job, progress.go_on, result);
  result.trace.origin += "; selected, " + described(job);
  result.kept = traces::totals(result.trace);
  result.files = write(job, *source, result.trace, progress);
  return result;
}

}  // namespace

TraceSelectResult run(const TraceSelectJob& job, const Progress& progress) {
  if (job.sample && *job.sample == 0) throw BadValue("sample: expected at least 1 function, got 0");
  try {
    return select(job, progress);
  } catch (const sim::Cancelled&) {
    return {.trace = {}, .interrupted = true};
  }
}

}  // namespace faasconf::experiments::jobs
