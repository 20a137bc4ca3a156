#include "experiments/jobs/trace_output.hpp"

#include <filesystem>
#include <utility>

#include "experiments/config/yaml_writer.hpp"
#include "experiments/version.hpp"

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

results::FileFormat trace_format(const std::string& out) {
  return {.name = is_store_path(out) ? "faasconf-trace" : "faasconf-trace-folder", .version = 1};
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
                                            const results::Record& record, const Progress& progress) {
  traces::Azure2019Writer writer(folder, trace.days);
  append_functions(writer, trace, progress);
  add_record(writer, trace.origin, record);
  writer.commit();
  return writer.paths();
}

void add_record(traces::Azure2019Writer& writer, const std::string& origin, const results::Record& record) {
  std::vector<config::YamlNode> names;
  for (const std::string& file : writer.paths()) {
    names.push_back(config::yaml_scalar(std::filesystem::path(file).filename().string()));
  }
  const config::YamlNode about =
      config::yaml_map({{"origin", config::yaml_scalar(origin)}, {"files", config::yaml_list(std::move(names))}});
  writer.add_record(config::write_yaml(about) + results::to_yaml(record));
}

}  // namespace faasconf::experiments::jobs
