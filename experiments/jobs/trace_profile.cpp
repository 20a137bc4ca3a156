#include "experiments/jobs/trace_profile.hpp"

#include <utility>

#include "experiments/config/profile_file.hpp"
#include "experiments/results/record.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::jobs {
namespace {

TraceProfileResult profile_of(const TraceProfileJob& job, const Progress& progress) {
  const auto source = open_trace(job.trace);
  const traces::ReadPolicy policy = read_policy(job.trace, *source, progress);
  traces::ReadSeries read = source->series({.whose = job.whose,
                                            .day = job.day,
                                            .on_bad_row = policy.on_bad_row,
                                            .progress = policy.progress,
                                            .go_on = policy.go_on});
  return {.profile = traces::users_profile(read.series, job.profile, read.origin),
          .files = files_of(*source, progress.go_on),
          .read = std::move(read.series.report)};
}

// The app, or the function by its row or hash.
std::pair<std::string, config::YamlNode> option_of(const std::variant<traces::FunctionKey, traces::AppKey>& whose) {
  if (const auto* app = std::get_if<traces::AppKey>(&whose)) return {"app", config::yaml_scalar(app->hash)};
  const auto& function = std::get<traces::FunctionKey>(whose);
  if (const auto* row = std::get_if<std::size_t>(&function)) return {"row", config::yaml_scalar(std::to_string(*row))};
  return {"function", config::yaml_scalar(std::get<std::string>(function))};
}

results::Record record_of(const TraceProfileJob& job, const TraceProfileResult& result) {
  const auto text = [](std::string value) { return config::yaml_scalar(std::move(value)); };
  JobOptions options{option_of(job.whose)};
  options.emplace_back("day", text(job.day ? std::to_string(*job.day) : "all"));
  options.emplace_back("start", text(job.profile.start ? sim::format(*job.profile.start) : "busiest"));
  options.emplace_back("length", text(sim::format(job.profile.length)));
  options.emplace_back("step", text(sim::format(job.profile.step)));
  options.emplace_back("min_users", text(std::to_string(job.profile.users_min)));
  options.emplace_back("max_users", text(std::to_string(job.profile.users_max)));
  options.emplace_back("on_bad_row", text(std::string(name_of(job.trace.on_bad_row))));
  return {.format = {"faasconf-profile", 1},
          .job = {.verb = "trace profile", .options = std::move(options)},
          .inputs = result.files};
}

}  // namespace

TraceProfileResult run(const TraceProfileJob& job, const Progress& progress) {
  try {
    return profile_of(job, progress);
  } catch (const sim::Cancelled&) {
    return {.profile = {}, .interrupted = true};
  }
}

void write(const std::string& path, const TraceProfileJob& job, const TraceProfileResult& result) {
  config::write_profile(path, {.profile = result.profile, .users = true}, results::csv_comment(record_of(job, result)));
}

}  // namespace faasconf::experiments::jobs
