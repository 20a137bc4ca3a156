#include "experiments/jobs/trace_output.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "experiments/jobs/bad_value.hpp"
#include "experiments/version.hpp"
#include "traces/azure/azure2019_writer.hpp"

namespace faasconf::experiments::jobs {

namespace fs = std::filesystem;

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

void make_trace_folder(const std::string& out) {
  if (out.empty()) throw BadValue("out: expected the path of a folder, got \"\"");
  std::error_code failed;
  if (!fs::is_directory(out, failed) && !fs::create_directory(out, failed)) {
    throw BadValue("out: cannot make the folder \"" + out +
                   "\": " + (fs::exists(out) ? "there is a file of this name" : failed.message()));
  }
  if (access(out.c_str(), W_OK | X_OK) != 0) {
    throw BadValue("out: cannot write to \"" + out + "\": " + std::generic_category().message(errno));
  }
}

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
