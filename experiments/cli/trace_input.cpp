#include "experiments/cli/trace_input.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <ostream>
#include <string_view>
#include <system_error>

#include "sim/core/error.hpp"
#include "traces/azure/azure2019_invocations.hpp"
#include "traces/azure/azure2019_percentiles.hpp"
#include "traces/azure/azure2021.hpp"
#include "traces/core/key_set.hpp"
#include "traces/files/byte_source.hpp"
#include "traces/files/digest.hpp"

namespace faasconf::experiments::cli {

namespace {

namespace fs = std::filesystem;
using traces::kMinutesPerDay;

constexpr std::uint64_t kRowsBetweenProgress = 512;
constexpr std::size_t kCallsAtOnce = 65'536;

std::string first_bytes(const std::string& path) {
  std::array<char, 64> start{};
  const std::size_t count = files::open_bytes(path)->read(start);
  std::string text(start.data(), count);
  return text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
}

// In the order of their names, so of days.
std::vector<std::string> files_named(const fs::path& folder, std::string_view beginning) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(beginning) && name.find(".part-") == name.npos) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TraceInput find_folder(const std::string& path) {
  TraceInput input{.kind = TraceInput::Kind::azure2019, .path = path, .files = {}};
  input.files.invocations = files_named(path, "invocations_per_function_md.anon.d");
  input.files.durations = files_named(path, "function_durations_percentiles.anon.d");
  input.files.memory = files_named(path, "app_memory_percentiles.anon.d");
  if (input.files.invocations.empty()) {
    throw sim::Error(path + ": expected files invocations_per_function_md.anon.dNN.csv in the folder, got none");
  }
  return input;
}

TraceInput find_file(const std::string& path) {
  if (traces::is_trace_store(path)) return {.kind = TraceInput::Kind::store, .path = path, .files = {}};
  const std::string start = first_bytes(path);
  if (start.starts_with("app,func,")) return {.kind = TraceInput::Kind::azure2021, .path = path, .files = {}};
  if (start.starts_with("HashOwner,HashApp,HashFunction,Trigger") || start.starts_with("HashFunction,day")) {
    return {.kind = TraceInput::Kind::azure2019, .path = path, .files = {.invocations = {path}}};
  }
  throw sim::Error(
      path +
      ":1: expected a trace store, the invocations of the Azure Functions 2019 data set or its 2021 trace, "
      "got a file that begins otherwise");
}

std::vector<std::string> all_files(const TraceInput& input) {
  if (input.kind != TraceInput::Kind::azure2019) return {input.path};
  std::vector<std::string> files;
  for (const auto* kind : {&input.files.invocations, &input.files.durations, &input.files.memory}) {
    files.insert(files.end(), kind->begin(), kind->end());
  }
  return files;
}

// Reads files one after the other, and tells of the bytes of all.
class Pass {
 public:
  Pass(traces::ReadReport& report, const TraceProgress& progress) : report_(report), progress_(progress) {}

  template <class Reader, class Row, class Take>
  void read(Reader reader, Row row, const Take& take) {
    seen_.clear();
    for (std::uint64_t rows = 1; reader.next(row); ++rows) {
      take(reader, row);
      if (progress_ && rows % kRowsBetweenProgress == 0) progress_(before_ + reader.bytes_consumed());
    }
    before_ += reader.bytes_consumed();
    report_ += reader.report();
  }

  // Notes names that came before in the same file, or on the same day of one.
  void expect_new(std::uint64_t key, const std::string& file, std::uint64_t line, const std::string& names) {
    if (seen_.insert(key)) return;
    report_.note(traces::Fault::duplicate_key, file + ":" + std::to_string(line) + ": " + names);
  }

 private:
  traces::ReadReport& report_;
  const TraceProgress& progress_;
  std::uint64_t before_ = 0;
  traces::KeySet seen_;
};

void inspect_2019(const TraceInput& input, traces::OnBadRow on_bad_row, const TraceProgress& progress,
                  traces::StatisticsCollector& collector, traces::ReadReport& report) {
  Pass pass(report, progress);
  std::uint32_t file_day = 0;
  for (const std::string& file : input.files.invocations) {
    pass.read(traces::Azure2019InvocationsReader(file, on_bad_row), traces::TraceFunction(),
              [&](const auto& reader, const traces::TraceFunction& row) {
                const std::uint32_t day = reader.day() ? static_cast<std::uint32_t>(*reader.day() - 1) : file_day;
                const std::uint64_t key = traces::key_of(row.owner, row.app, row.function) + day;
                pass.expect_new(key, file, reader.line(), row.owner + "," + row.app + "," + row.function);
                collector.add(row, day * static_cast<std::uint32_t>(kMinutesPerDay));
              });
    ++file_day;
  }
  collector.set_days(file_day);
  for (const std::string& file : input.files.durations) {
    pass.read(traces::Azure2019DurationsReader(file, on_bad_row), traces::FunctionDuration(),
              [&](const auto& reader, const traces::FunctionDuration& row) {
                pass.expect_new(traces::key_of(row.owner, row.app, row.function), file, reader.line(),
                                row.owner + "," + row.app + "," + row.function);
                collector.add_duration(row.owner, row.app, row.function, row.duration);
              });
  }
  for (const std::string& file : input.files.memory) {
    pass.read(traces::Azure2019MemoryReader(file, on_bad_row), traces::AppMemory(),
              [&](const auto& reader, const traces::AppMemory& row) {
                pass.expect_new(traces::key_of(row.owner, row.app), file, reader.line(), row.owner + "," + row.app);
                collector.add_memory(row.owner, row.app, row.memory);
              });
  }
}

void inspect_store(const TraceInput& input, const TraceProgress& progress, traces::StatisticsCollector& collector) {
  const traces::TraceStore store(input.path);
  collector.set_days(store.origin().days);
  std::uint64_t done = 0;
  store.each([&](const traces::TraceFunction& function) {
    collector.add(function);
    if (progress && ++done % kRowsBetweenProgress == 0) progress(input.bytes * done / store.size());
  });
}

}  // namespace

TraceInput find_trace(const std::string& path) {
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) throw sim::Error(path + ": no such file or folder");
  TraceInput input = fs::is_directory(path, unreadable) ? find_folder(path) : find_file(path);
  for (const std::string& file : all_files(input)) {
    const auto size = fs::file_size(file, unreadable);
    if (!unreadable) input.bytes += size;
  }
  return input;
}

Inspected inspect_trace(const TraceInput& input, traces::OnBadRow on_bad_row, const TraceProgress& progress) {
  Inspected inspected;
  traces::StatisticsCollector collector;
  switch (input.kind) {
    case TraceInput::Kind::store:
      inspect_store(input, progress, collector);
      break;
    case TraceInput::Kind::azure2019:
      inspect_2019(input, on_bad_row, progress, collector, inspected.report);
      break;
    case TraceInput::Kind::azure2021: {
      traces::Azure2021Reader reader(input.path, on_bad_row);
      const traces::Azure2021Trace read = traces::read_azure2021(reader);
      inspected.report = reader.report();
      collector.set_days(read.trace.days);
      for (const traces::TraceFunction& function : read.trace.functions) collector.add(function);
      break;
    }
  }
  inspected.statistics = collector.statistics();
  return inspected;
}

ReadTrace read_trace(const TraceInput& input, const traces::ReadPolicy& policy) {
  ReadTrace read;
  if (input.kind == TraceInput::Kind::store) {
    read.trace = traces::TraceStore(input.path).trace();
    return read;
  }
  if (input.kind == TraceInput::Kind::azure2019) {
    traces::Azure2019Trace azure = traces::read_azure2019(input.files, policy);
    read = {.trace = std::move(azure.trace), .report = azure.report};
    read.trace.origin = "Azure Functions 2019:";
  } else {
    traces::Azure2021Reader reader(input.path, policy.on_bad_row);
    read.trace = traces::read_azure2021(reader).trace;
    read.report = reader.report();
    read.trace.origin = "Azure Functions 2021:";
  }
  for (const std::string& file : all_files(input)) {
    read.trace.origin += " " + file + " sha256 " + files::sha256_of_file(file);
  }
  return read;
}

void each_invocation(const TraceInput& input, traces::OnBadRow on_bad_row,
                     const std::function<void(const traces::TraceInvocation&)>& use) {
  if (input.kind == TraceInput::Kind::azure2021) {
    traces::Azure2021Reader reader(input.path, on_bad_row);
    for (traces::TraceInvocation call; reader.next(call);) use(call);
  } else if (input.kind == TraceInput::Kind::store) {
    const traces::TraceStore store(input.path);
    for (std::uint64_t first = 0; first < store.invocations(); first += kCallsAtOnce) {
      const std::uint64_t left = store.invocations() - first;
      for (const auto& call : store.invocations(first, std::min<std::uint64_t>(left, kCallsAtOnce))) use(call);
    }
  }
}

Parameter trace_parameter() {
  return {.name = "TRACE",
          .kind = Parameter::Kind::positional,
          .description =
              "a trace store, a file or a folder of the Azure Functions 2019 data set, or the 2021 trace; "
              "files plain or compressed (.gz, .zst, .xz)"};
}

Parameter on_bad_row_parameter() {
  return {.name = "on-bad-row",
          .value_name = "HOW",
          .description = "rows that cannot be used as they are",
          .default_value = "error",
          .choices = {"error", "skip", "fix"}};
}

Parameter on_duplicate_parameter() {
  return {.name = "on-duplicate",
          .value_name = "HOW",
          .description = "functions that come twice on a day",
          .default_value = "sum",
          .choices = {"sum", "first", "error"}};
}

traces::OnBadRow on_bad_row(const Arguments& arguments) {
  return traces::parse_on_bad_row(arguments.text("on-bad-row"));
}

ReadTrace read_trace(const Arguments& arguments, const TraceInput& input, Progress& progress) {
  progress.start("read", input.bytes);
  return read_trace(input, {.on_bad_row = on_bad_row(arguments),
                            .on_duplicate = traces::parse_on_duplicate(arguments.text("on-duplicate")),
                            .progress = [&](std::uint64_t done) { progress.advance(done); }});
}

void print_report(std::ostream& out, const traces::ReadReport& report) {
  if (report.dropped > 0) out << "faasconf: " << report.dropped << " of " << report.rows << " rows left out\n";
  if (report.mended > 0) out << "faasconf: " << report.mended << " of " << report.rows << " rows mended\n";
  for (std::size_t i = 0; i < report.faults.size(); ++i) {
    const auto& entry = report.faults[i];
    if (entry.count == 0) continue;
    out << "faasconf: " << traces::fault_name(static_cast<traces::Fault>(i)) << ": " << entry.count << ", first at "
        << entry.first << "\n";
  }
}

}  // namespace faasconf::experiments::cli
