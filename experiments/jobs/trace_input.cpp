#include "experiments/jobs/trace_input.hpp"

namespace faasconf::experiments::jobs {

std::unique_ptr<traces::TraceSource> open_trace(const TraceInput& input) {
  return traces::open_trace(input.path, input.name.empty() ? input.path : input.name);
}

traces::ReadPolicy read_policy(const TraceInput& input, const traces::TraceSource& source, const Progress& progress,
                               const std::string& label) {
  Step step{.label = label, .total = source.bytes()};
  progress.report(step);
  return {.on_bad_row = input.on_bad_row,
          .on_duplicate = input.on_duplicate,
          .progress =
              [&progress, step](std::uint64_t done) mutable {
                step.done = done;
                progress.report(step);
              },
          .go_on = progress.go_on};
}

JobOptions reading_options(const TraceInput& input) {
  return {{"on_bad_row", config::yaml_scalar(std::string(name_of(input.on_bad_row)))},
          {"on_duplicate", config::yaml_scalar(std::string(name_of(input.on_duplicate)))}};
}

std::vector<config::InputFile> files_of(const traces::TraceSource& source, const sim::GoOn& go_on) {
  std::vector<config::InputFile> files;
  for (std::size_t i = 0; i < source.files().size(); ++i) files.push_back({source.files()[i], source.digest(i, go_on)});
  return files;
}

}  // namespace faasconf::experiments::jobs
