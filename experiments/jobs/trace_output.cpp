#include "experiments/jobs/trace_output.hpp"

#include <utility>

#include "experiments/version.hpp"
#include "traces/azure/azure2019_writer.hpp"

namespace faasconf::experiments::jobs {

namespace {

template <class Writer>
void append_functions(Writer& writer, const traces::Trace& trace, const Progress& progress) {
  Step step{.label = "write", .total = trace.functions.size()};
  progress.report(step);
  for (const traces::TraceFunction& function : trace.functions) {
    sim::throw_if_cancelled(progress.go_on);
    writer.append(function);
    ++step.done;
    progress.report(step);
  }
}

}  // namespace

bool is_store_path(const std::string& out) { return out.ends_with(".h5"); }

traces::StoreOrigin store_origin(std::uint32_t days, std::string origin, const results::Record& record) {
  return {.days = days,
          .origin = std::move(origin),
          .creator = "faasconf " + std::string(version()),
          .record = results::to_json(record)};
}

std::vector<std::string> write_trace_store(const std::string& path, const traces::Trace& trace,
                                           const results::Record& record, const Progress& progress,
                                           const std::function<void(traces::TraceStoreWriter&)>& more) {
  traces::TraceStoreWriter writer(path, store_origin(trace.days, trace.origin, record));
  append_functions(writer, trace, progress);
  if (more) more(writer);
  writer.commit();
  return {path};
}

std::vector<std::string> write_trace_folder(const std::string& folder, const traces::Trace& trace,
                                            const Progress& progress) {
  traces::Azure2019Writer writer(folder, trace.days);
  append_functions(writer, trace, progress);
  writer.commit();
  return writer.paths();
}

}  // namespace faasconf::experiments::jobs
