#include "traces/source/trace_source.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/files/byte_source.hpp"
#include "traces/files/digest.hpp"
#include "traces/source/source_kinds.hpp"
#include "traces/store/store.hpp"

namespace faasconf::traces {
namespace {

namespace fs = std::filesystem;

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

std::unique_ptr<TraceSource> open_folder(const std::string& path, const std::string& name) {
  const Azure2019Files files{.invocations = files_named(path, "invocations_per_function_md.anon.d"),
                             .durations = files_named(path, "function_durations_percentiles.anon.d"),
                             .memory = files_named(path, "app_memory_percentiles.anon.d")};
  if (files.invocations.empty()) {
    throw sim::Error(path + ": expected files invocations_per_function_md.anon.dNN.csv in the folder, got none");
  }
  return azure2019_source(files, name);
}

std::unique_ptr<TraceSource> open_file(const std::string& path, const std::string& name) {
  if (is_trace_store(path)) return store_source(path, name);
  const std::string start = first_bytes(path);
  if (start.starts_with("app,func,")) return azure2021_source(path, name);
  if (start.starts_with("HashOwner,HashApp,HashFunction,Trigger") || start.starts_with("HashFunction,day")) {
    return azure2019_source({.invocations = {path}}, name);
  }
  throw sim::Error(
      path +
      ":1: expected a trace store, the invocations of the Azure Functions 2019 data set or its 2021 trace, "
      "got a file that begins otherwise");
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
  return fs::is_directory(path, unreadable) ? open_folder(path, name) : open_file(path, name);
}

const std::string& TraceSource::digest(std::size_t file, const sim::GoOn& go_on) const {
  std::string& digest = digests_[file];
  if (digest.empty()) digest = files::sha256_of_file(files_[file], go_on);
  return digest;
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
