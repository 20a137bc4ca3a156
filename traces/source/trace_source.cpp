#include "traces/source/trace_source.hpp"

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/files/byte_source.hpp"
#include "traces/files/csv_line.hpp"
#include "traces/files/digest.hpp"
#include "traces/files/line_reader.hpp"
#include "traces/files/readable_file.hpp"
#include "traces/source/source_kinds.hpp"
#include "traces/store/store.hpp"

namespace faasconf::traces {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kFunctionsBetweenQuestions = 64;

std::string first_bytes(const std::string& path) {
  std::array<char, 256> start{};
  const std::size_t count = files::open_bytes(path)->read(start);
  std::string text(start.data(), count);
  return text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
}

// A header line without its quotes, as far as it is known.
std::string header_of(const std::string& start) {
  std::string header = start.substr(0, start.find('\n'));
  std::erase(header, '"');
  return header;
}

[[noreturn]] void refuse_file(const std::string& path, const std::string& start) {
  if (const auto reason = files::why_unreadable(path)) throw sim::Error(path + ": " + *reason);
  const bool is_utf16 = start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff");
  const bool has_row_numbers = header_of(start).starts_with(',');
  const std::string line(files::without_blanks(start.substr(0, start.find('\n'))));
  throw sim::Error(
      path +
      ":1: expected a trace store, the invocations of the Azure Functions 2019 data set or its 2021 trace, "
      "or counts per second (second,function,count), got a file that begins otherwise: " +
      (start.empty() ? "it is empty" : files::quoted(line)) + (is_utf16 ? ", UTF-16; save it as UTF-8" : "") +
      (has_row_numbers ? ", a column of row numbers: write the file without one" : ""));
}

std::unique_ptr<TraceSource> open_file(const std::string& path, const std::string& name) {
  if (is_trace_store(path)) return store_source(path, name);
  const std::string start = first_bytes(path);
  const std::string header = header_of(start);
  if (header.starts_with("app,func,")) return azure2021_source(path, name);
  if (header.starts_with("second,")) return second_counts_source(path, name);
  if (header.starts_with("HashOwner,HashApp,HashFunction,Trigger") || header.starts_with("HashFunction,day")) {
    return azure2019_source({.files = {.invocations = {path}}}, name);
  }
  refuse_file(path, start);
}

}  // namespace

TraceSource::TraceSource(std::string name, std::vector<std::string> files)
    : name_(std::move(name)), files_(std::move(files)), digests_(files_.size()) {
  std::error_code unreadable;
  for (const std::string& file : files_) {
    const auto size = fs::file_size(file, unreadable);
    if (!unreadable) bytes_ += size;
  }
}

std::unique_ptr<TraceSource> open_trace(const std::string& path, std::string name) {
  if (name.empty()) name = path;
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) throw sim::Error(path + ": no such file or folder");
  return fs::is_directory(path, unreadable) ? azure2019_source(azure2019_folder(path), name) : open_file(path, name);
}

const std::string& TraceSource::digest(std::size_t file, const sim::GoOn& go_on) const {
  std::string& digest = digests_[file];
  if (digest.empty()) digest = files::sha256_of_file(files_[file], go_on);
  return digest;
}

InspectedTrace inspected(const ReadTrace& read, const sim::GoOn& go_on) {
  StatisticsCollector collector;
  collector.set_days(read.trace.days);
  sim::Questions<kFunctionsBetweenQuestions> questions(go_on);
  for (const TraceFunction& function : read.trace.functions) {
    questions.next();
    collector.add(function);
  }
  return {.statistics = collector.statistics(go_on), .report = read.report};
}

std::string listed_digests(const TraceSource& source, const sim::GoOn& go_on) {
  std::string text;
  for (std::size_t i = 0; i < source.files().size(); ++i) {
    text += " " + source.files()[i] + " sha256 " + source.digest(i, go_on);
  }
  return text;
}

std::string listed_files(const TraceSource& source, std::size_t count, const sim::GoOn& go_on) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "file " : ", file ") + (count == 1 ? source.name() : source.files()[i]) + ", sha256 " +
            source.digest(i, go_on);
  }
  return text;
}

}  // namespace faasconf::traces
