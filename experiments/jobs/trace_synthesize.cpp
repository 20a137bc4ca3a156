#include "experiments/jobs/trace_synthesize.hpp"

#include <algorithm>
#include <functional>

#include "experiments/jobs/output_folder.hpp"
#include "experiments/jobs/trace_output.hpp"
#include "sim/core/error.hpp"
#include "sim/core/in_order.hpp"
#include "traces/synthetic/write_azure2019.hpp"

namespace faasconf::experiments::jobs {
namespace {

constexpr std::size_t kFunctionsAtOnce = 64;

results::Record record_of(const TraceSynthesizeJob& job) {
  const auto whole = [](std::uint64_t number) { return config::yaml_scalar(std::to_string(number)); };
  return {.format = trace_format(job.out),
          .job = {.verb = "trace synthesize",
                  .options = {{"functions", whole(job.trace.functions)}, {"days", whole(job.trace.days)}}},
          .seed = job.trace.seed};
}

std::vector<traces::TraceFunction> make_piece(const traces::SyntheticTrace& trace, std::size_t piece) {
  std::vector<traces::TraceFunction> functions;
  const std::size_t end = std::min(trace.size(), (piece + 1) * kFunctionsAtOnce);
  for (std::size_t i = piece * kFunctionsAtOnce; i < end; ++i) {
    sim::throw_if_cancelled(trace.spec().go_on);
    functions.push_back(trace.function(i));
  }
  return functions;
}

std::vector<std::string> write_store(const TraceSynthesizeJob& job, const traces::SyntheticTrace& trace,
                                     const std::function<void(std::size_t)>& report) {
  traces::TraceStoreWriter writer(job.out, store_origin(trace.spec().days, trace.origin(), record_of(job)));
  std::size_t done = 0;
  const std::size_t pieces = (trace.size() + kFunctionsAtOnce - 1) / kFunctionsAtOnce;
  const auto make = [&](std::size_t piece) { return make_piece(trace, piece); };
  sim::in_order(pieces, job.threads, make, [&](const std::vector<traces::TraceFunction>& functions) {
    for (const traces::TraceFunction& function : functions) writer.append(function);
    report(done += functions.size());
    return true;
  });
  writer.commit();
  return {job.out};
}

std::vector<std::string> write_folder(const TraceSynthesizeJob& job, const traces::SyntheticTrace& trace,
                                      const std::function<void(std::size_t)>& tell) {
  return traces::write_azure2019(job.out, trace, job.threads, tell, [&](traces::Azure2019Writer& writer) {
    add_record(writer, trace.origin(), record_of(job));
  });
}

TraceSynthesizeResult synthesize(const TraceSynthesizeJob& job, const Progress& progress) {
  if (!is_store_path(job.out)) check_output_folder(job.out);
  traces::SynthesisSpec spec = job.trace;
  spec.go_on = progress.go_on;
  const traces::SyntheticTrace trace(spec);

  Step step{.label = "synthesize", .total = trace.size()};
  progress.report(step);
  const auto report = [&](std::size_t done) {
    step.done = done;
    progress.report(step);
  };
  return {.files = (is_store_path(job.out) ? write_store : write_folder)(job, trace, report),
          .functions = trace.size(),
          .apps = trace.apps(),
          .origin = trace.origin()};
}

}  // namespace

TraceSynthesizeResult run(const TraceSynthesizeJob& job, const Progress& progress) {
  try {
    return synthesize(job, progress);
  } catch (const sim::Cancelled&) {
    return {.files = {}, .interrupted = true};
  }
}

}  // namespace faasconf::experiments::jobs
