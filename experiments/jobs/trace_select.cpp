#include "experiments/jobs/trace_select.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "experiments/config/distributions.hpp"
#include "experiments/jobs/bad_value.hpp"
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

void add_list(JobOptions& options, const std::string& name, const std::vector<std::string>& values) {
  std::vector<config::YamlNode> items;
  for (const std::string& value : values) items.push_back(text(value));
  if (!items.empty()) options.emplace_back(name, config::yaml_list(std::move(items)));
}

// As traces::parse_bounds reads them.
void add_bounds(JobOptions& options, const std::string& name, const std::optional<traces::Bounds>& bounds) {
  if (!bounds) return;
  const auto end = [](double value) { return std::isfinite(value) ? config::format_number(value) : ""; };
  options.emplace_back(name, text(end(bounds->least) + ".." + end(bounds->most)));
}

JobOptions options_of(const traces::Selection& selection) {
  JobOptions options;
  std::vector<std::string> triggers;
  for (const traces::Trigger trigger : selection.triggers) {
    triggers.emplace_back(traces::kTriggerNames[static_cast<std::size_t>(trigger)]);
  }
  add_list(options, "trigger", triggers);
  add_list(options, "owner", selection.owners);
  add_list(options, "app", selection.apps);
  add_list(options, "function", selection.functions);
  add_bounds(options, "rank", selection.rank);
  add_bounds(options, "quantile", selection.quantile);
  add_bounds(options, "daily_calls", selection.daily_calls);
  add_bounds(options, "duration_ms", selection.duration_ms);
  add_bounds(options, "app_memory_mb", selection.memory_mb);
  add_bounds(options, "cv", selection.cv);
  return options;
}

std::string name_of(CallRate::Of of) {
  switch (of) {
    case CallRate::Of::mean:
      return "mean_rate";
    case CallRate::Of::peak:
      return "peak_rate";
    case CallRate::Of::factor:
      break;
  }
  return "rate_factor";
}

results::Record record_of(const TraceSelectJob& job, std::vector<config::InputFile> inputs) {
  JobOptions options = options_of(job.selection);
  if (job.start) options.emplace_back("start", text(sim::format(*job.start)));
  if (job.length) options.emplace_back("length", text(sim::format(*job.length)));
  if (job.sample) options.emplace_back("sample", text(std::to_string(*job.sample)));
  if (job.speed) options.emplace_back("speed", number(*job.speed));
  if (job.rate) options.emplace_back(name_of(job.rate->of), number(job.rate->value));
  for (auto& option : reading_options(job.trace)) options.push_back(std::move(option));
  return {.format = kTraceStoreFormat,
          .job = {.verb = "trace select", .options = std::move(options)},
          .seed = job.seed,
          .inputs = std::move(inputs)};
}

std::vector<std::string> write(const TraceSelectJob& job, const traces::TraceSource& source, const traces::Trace& trace,
                               const Progress& progress) {
  if (job.out.empty()) return {};
  if (!is_store_path(job.out)) return write_trace_folder(job.out, trace, progress);
  return write_trace_store(job.out, trace, record_of(job, files_of(source, progress.go_on)), progress);
}

TraceSelectResult select(const TraceSelectJob& job, const Progress& progress) {
  const auto source = open_trace(job.trace);
  if (!job.out.empty() && !is_store_path(job.out)) make_trace_folder(job.out);
  traces::ReadTrace read = source->read(read_policy(job.trace, *source, progress));
  TraceSelectResult result{.trace = std::move(read.trace), .read = std::move(read.report)};
  result.of = traces::totals(result.trace);
  choose_functions(job, progress.go_on, result);
  choose_window(job, progress.go_on, result);
  draw_sample(job, progress.go_on, result);
  scale(job, progress.go_on, result);
  if (!job.described.empty()) result.trace.origin += "; selected, " + job.described;
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
