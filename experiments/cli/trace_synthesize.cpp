#include <algorithm>
#include <filesystem>
#include <limits>
#include <ostream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/cli/trace_record.hpp"
#include "experiments/version.hpp"
#include "sim/core/error.hpp"
#include "traces/store/store.hpp"
#include "traces/synthetic/in_order.hpp"
#include "traces/synthetic/synthesis.hpp"
#include "traces/synthetic/write_azure2019.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::size_t kFunctionsAtOnce = 64;
constexpr std::int64_t kMaxFunctions = 10'000'000;
constexpr std::int64_t kMaxDays = 366;

std::vector<std::string> write_to_store(const std::string& path, const traces::SyntheticTrace& trace,
                                        const results::Record& record, std::size_t threads,
                                        const std::function<void(std::size_t)>& progress) {
  traces::TraceStoreWriter writer(path, {.days = trace.spec().days,
                                         .origin = trace.origin(),
                                         .creator = "faasconf " + std::string(version()),
                                         .record = results::to_json(record)});
  std::size_t done = 0;
  const auto make = [&](std::size_t piece) {
    std::vector<traces::TraceFunction> functions;
    const std::size_t end = std::min(trace.size(), (piece + 1) * kFunctionsAtOnce);
    for (std::size_t i = piece * kFunctionsAtOnce; i < end; ++i) functions.push_back(trace.function(i));
    return functions;
  };
  traces::in_order((trace.size() + kFunctionsAtOnce - 1) / kFunctionsAtOnce, threads, make,
                   [&](const std::vector<traces::TraceFunction>& functions) {
                     for (const traces::TraceFunction& function : functions) writer.append(function);
                     progress(done += functions.size());
                   });
  writer.commit();
  return {path};
}

int run_trace_synthesize(const Arguments& arguments, const Console& console) {
  const traces::SynthesisSpec spec{
      .seed = static_cast<std::uint64_t>(arguments.integer("seed", 0, std::numeric_limits<std::int64_t>::max())),
      .functions = static_cast<std::uint32_t>(arguments.integer("functions", 1, kMaxFunctions)),
      .days = static_cast<std::uint32_t>(arguments.integer("days", 1, kMaxDays)),
  };
  const unsigned threads = thread_count(arguments);
  const std::string out = arguments.text("out");
  const bool to_store = out.ends_with(".h5");
  if (to_store) {
    check_output_file("out", out);
  } else {
    make_output_folder("out", out);
  }

  Progress progress(console.err, console.is_terminal);
  const traces::SyntheticTrace trace(spec);
  progress.start("synthesize", trace.size());
  const auto tell = [&](std::size_t done) { progress.advance(done); };
  const std::vector<std::string> files =
      to_store
          ? write_to_store(out, trace, trace_record(kTraceStoreFormat, "trace synthesize", arguments), threads, tell)
          : traces::write_azure2019(out, trace, threads, tell);
  progress.clear();

  if (arguments.given("json")) {
    console.out << nlohmann::ordered_json{{"files", files},
                                          {"functions", trace.size()},
                                          {"apps", trace.apps()},
                                          {"days", spec.days},
                                          {"origin", trace.origin()}}
                       .dump()
                << "\n";
    return kDone;
  }
  for (const std::string& file : files) console.out << file << "\n";
  console.err << "faasconf: " << trace.size() << " functions in " << trace.apps() << " apps; " << trace.origin()
              << "\n";
  return kDone;
}

}  // namespace

Command trace_synthesize_command() {
  using enum Parameter::Kind;
  return {
      .name = "trace synthesize",
      .summary = "make up a trace of any size with the statistics of the Azure Functions 2019 data set",
      .parameters =
          {
              {.name = "functions",
               .value_name = "N",
               .description = "functions that are called on a weekday",
               .default_value = "46412"},
              {.name = "days", .value_name = "N", .description = "days, the first a Monday", .default_value = "1"},
              {.name = "seed", .value_name = "N", .description = "another seed, another trace", .default_value = "1"},
              {.name = "out",
               .value_name = "PATH",
               .description = "a trace store if it ends in .h5; else a folder for three CSV files a day, as the data "
                              "set has them",
               .default_value = "trace.h5"},
              threads_parameter(),
              {.name = "json", .kind = flag, .description = "answer as JSON"},
          },
      .example =
          "faasconf trace synthesize --functions 500 --days 7 --out week.h5\n"
          "faasconf trace synthesize --functions 200 --out day",
      .run = run_trace_synthesize,
  };
}

}  // namespace faasconf::experiments::cli
