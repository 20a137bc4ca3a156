#include "experiments/jobs/trace_convert.hpp"

#include "experiments/jobs/bad_value.hpp"
#include "experiments/jobs/output_folder.hpp"
#include "experiments/jobs/trace_output.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::jobs {
namespace {

results::Record record_of(const TraceConvertJob& job, std::vector<config::InputFile> inputs) {
  return {.format = trace_format(job.out),
          .job = {.verb = "trace convert", .options = reading_options(job.trace)},
          .inputs = std::move(inputs)};
}

std::vector<std::string> write(const TraceConvertJob& job, const traces::TraceSource& source,
                               const traces::Trace& trace, const Progress& progress) {
  const results::Record record = record_of(job, files_of(source, progress.go_on));
  if (!is_store_path(job.out)) return write_trace_folder(job.out, trace, record, progress);
  const auto append_invocations = [&](traces::TraceStoreWriter& writer) {
    source.each_invocation({.on_bad_row = job.trace.on_bad_row, .go_on = progress.go_on},
                           [&](const traces::TraceInvocation& call) { writer.append(call); });
  };
  return write_trace_store(job.out, trace, record, progress, append_invocations);
}

TraceConvertResult convert(const TraceConvertJob& job, const Progress& progress) {
  const auto source = open_trace(job.trace);
  if (!is_store_path(job.out)) check_output_folder(job.out);
  traces::ReadTrace read = source->read(read_policy(job.trace, *source, progress));
  TraceConvertResult result{.files = write(job, *source, read.trace, progress),
                            .functions = read.trace.functions.size(),
                            .days = read.trace.days,
                            .origin = std::move(read.trace.origin)};
  result.read = std::move(read.report);
  return result;
}

}  // namespace

TraceConvertResult run(const TraceConvertJob& job, const Progress& progress) {
  if (job.out.empty()) throw BadValue("out: expected the path of a trace store (.h5) or a folder, got none");
  try {
    return convert(job, progress);
  } catch (const sim::Cancelled&) {
    return {.files = {}, .interrupted = true};
  }
}

}  // namespace faasconf::experiments::jobs
