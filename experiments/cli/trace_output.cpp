#include "experiments/cli/trace_output.hpp"

#include <cstdint>

#include "experiments/version.hpp"
#include "traces/azure/azure2019_writer.hpp"

namespace faasconf::experiments::cli {

namespace {

template <class Writer>
void append_functions(Writer& writer, const traces::Trace& trace, Progress& progress) {
  progress.start("write", trace.functions.size());
  std::uint64_t done = 0;
  for (const traces::TraceFunction& function : trace.functions) {
    writer.append(function);
    progress.advance(++done);
  }
}

}  // namespace

std::vector<std::string> write_trace_store(const std::string& path, const traces::Trace& trace,
                                           const results::Record& record, Progress& progress,
                                           const std::function<void(traces::TraceStoreWriter&)>& more) {
  traces::TraceStoreWriter writer(path, {.days = trace.days,
                                         .origin = trace.origin,
                                         .creator = "faasconf " + std::string(version()),
                                         .record = results::to_json(record)});
  append_functions(writer, trace, progress);
  if (more) more(writer);
  writer.commit();
  return {path};
}

std::vector<std::string> write_trace_folder(const std::string& folder, const traces::Trace& trace, Progress& progress) {
  traces::Azure2019Writer writer(folder, trace.days);
  append_functions(writer, trace, progress);
  writer.commit();
  return writer.paths();
}

}  // namespace faasconf::experiments::cli
