#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/cli/trace_input.hpp"
#include "experiments/cli/trace_output.hpp"
#include "sim/core/error.hpp"
#include "traces/azure2021.hpp"

namespace faasconf::experiments {

namespace {

constexpr std::size_t kCallsAtOnce = 65'536;

// Single calls, where the input tells of them.
void append_invocations(traces::TraceStoreWriter& writer, const TraceInput& input, traces::OnBadRow on_bad_row) {
  if (input.kind == TraceInput::Kind::azure2021) {
    traces::Azure2021Reader reader(input.path, on_bad_row);
    for (traces::TraceInvocation call; reader.next(call);) writer.append(call);
  } else if (input.kind == TraceInput::Kind::store) {
    const traces::TraceStore store(input.path);
    for (std::uint64_t first = 0; first < store.invocations(); first += kCallsAtOnce) {
      const std::uint64_t left = store.invocations() - first;
      for (const auto& call : store.invocations(first, std::min<std::uint64_t>(left, kCallsAtOnce)))
        writer.append(call);
    }
  }
}

int run_trace_convert(const Arguments& arguments, const Console& console) {
  const std::string out = arguments.text("out");
  if (out.empty()) throw sim::Error("--out: expected the path of a trace store (.h5) or a folder, got none");
  const bool to_store = out.ends_with(".h5");
  if (to_store) check_output_file("out", out);
  const TraceInput input = find_trace(find_input(arguments.text("TRACE")));
  if (!to_store) make_output_folder("out", out);

  Progress progress(console.err, console.is_terminal);
  progress.start("read", input.bytes);
  const traces::ReadPolicy policy{.on_bad_row = traces::parse_on_bad_row(arguments.text("on-bad-row")),
                                  .on_duplicate = traces::parse_on_duplicate(arguments.text("on-duplicate")),
                                  .progress = [&](std::uint64_t done) { progress.advance(done); }};
  const ReadTrace read = read_trace(input, policy);
  const std::vector<std::string> files =
      to_store ? write_trace_store(
                     out, read.trace, progress,
                     [&](traces::TraceStoreWriter& writer) { append_invocations(writer, input, policy.on_bad_row); })
               : write_trace_folder(out, read.trace, progress);
  progress.clear();

  print_report(console.err, read.report);
  if (arguments.given("json")) {
    console.out << nlohmann::ordered_json{{"files", files},
                                          {"functions", read.trace.functions.size()},
                                          {"days", read.trace.days},
                                          {"rows", read.report.rows},
                                          {"rows_dropped", read.report.dropped},
                                          {"rows_mended", read.report.mended},
                                          {"origin", read.trace.origin}}
                       .dump()
                << "\n";
    return kDone;
  }
  for (const std::string& file : files) console.out << file << "\n";
  return kDone;
}

}  // namespace

Command trace_convert_command() {
  using enum Parameter::Kind;
  return {
      .name = "trace convert",
      .summary = "turn Azure traces into a compressed store of which parts are read at once, or a store into CSV",
      .parameters =
          {
              {.name = "TRACE",
               .kind = positional,
               .description = "a trace store, a file or a folder of the Azure Functions 2019 data set, or the 2021 "
                              "trace; files plain or compressed (.gz, .zst, .xz)"},
              {.name = "out",
               .placeholder = "PATH",
               .description = "a trace store if it ends in .h5; else a folder for three CSV files a day, in the schema "
                              "of 2019"},
              {.name = "on-bad-row",
               .placeholder = "HOW",
               .description = "rows that cannot be used as they are",
               .default_value = "error",
               .choices = {"error", "skip", "fix"}},
              {.name = "on-duplicate",
               .placeholder = "HOW",
               .description = "functions that come twice on a day",
               .default_value = "sum",
               .choices = {"sum", "first", "error"}},
              {.name = "json", .kind = flag, .description = "answer as JSON"},
          },
      .example =
          "faasconf trace convert azure-demo-day.csv --out trace.h5\n"
          "faasconf trace convert trace.h5 --out trace-csv",
      .run = run_trace_convert,
  };
}

}  // namespace faasconf::experiments
