#include "experiments/config/input_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "sim/core/error.hpp"
#include "traces/files/digest.hpp"

namespace faasconf::experiments::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 64 << 20;

// Where files that ship may lie: beside an installed program, in the sources, where the build installs to.
std::vector<fs::path> shipped_directories() {
  std::vector<fs::path> directories;
  std::error_code unreadable;
  const fs::path program = fs::read_symlink("/proc/self/exe", unreadable);
  if (!unreadable) directories.push_back(program.parent_path().parent_path() / "share/faasconf/configs");
#ifdef FAASCONF_SOURCE_CONFIGS
  directories.emplace_back(FAASCONF_SOURCE_CONFIGS);
#endif
#ifdef FAASCONF_INSTALLED_CONFIGS
  directories.emplace_back(FAASCONF_INSTALLED_CONFIGS);
#endif
  return directories;
}

bool is_file(const fs::path& path) {
  std::error_code unreadable;
  return fs::is_regular_file(path, unreadable);
}

// In a folder of what ships; the empty one holds workflows, experiments and configurations.
std::string find_in(const char* folder, const std::string& name) {
  if (name.empty() || name.size() > 200 || name.find('/') != std::string::npos) return {};
  if (name.find('\0') != std::string::npos) return {};
  for (const fs::path& directory : shipped_directories()) {
    for (const char* const extension : {"", ".yaml"}) {
      const fs::path path = directory / folder / (name + extension);
      if (is_file(path)) return path.string();
    }
  }
  return {};
}

}  // namespace

std::string read_text_file(const std::string& path) {
  const auto refuse = [&path](const std::string& got) {
    throw sim::Error(path + ": expected a readable file, got " + got);
  };
  if (path.find('\0') != std::string::npos) refuse("a path with a zero byte");
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (problem || !fs::exists(status)) refuse("\"" + problem.message() + "\"");
  if (fs::is_directory(status)) refuse("a directory");
  if (!fs::is_regular_file(status)) refuse("a device or pipe");
  const std::uintmax_t size = fs::file_size(path, problem);
  if (problem) refuse("\"" + problem.message() + "\"");
  if (size > kMostBytes) refuse("one of " + std::to_string(size >> 20) + " MiB (at most 64)");

  std::ifstream file(path, std::ios::binary);
  if (!file) refuse("\"" + std::generic_category().message(errno) + "\"");
  std::string text(static_cast<std::size_t>(size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (file.gcount() != static_cast<std::streamsize>(size)) refuse("one that ends early");
  return text;
}

InputFile fingerprint(const std::string& path) { return {path, files::sha256(read_text_file(path))}; }

std::vector<std::string> names_of_files(std::span<const std::string> paths, const std::string& source) {
  std::vector<std::string> names;
  for (const std::string& path : paths) {
    if (std::ranges::count(paths, path) > 1) throw sim::Error(source + ": \"" + path + "\" given twice");
    names.push_back(fs::path(path).stem().string());
  }
  const bool differ = std::set<std::string>(names.begin(), names.end()).size() == names.size();
  return differ ? names : std::vector<std::string>(paths.begin(), paths.end());
}

InputFiles::InputFiles(const std::string& path, const std::string& text)
    : directory_(fs::path(path).parent_path().string()), files_{{path, files::sha256(text)}} {}

std::string InputFiles::find(const YamlValue& reference) const {
  const std::string& name = reference.text("the path of a file, or the name of one that ships");
  if (name.empty() || name.size() > 4000 || name.find('\0') != std::string::npos)
    reference.refuse("the path of a file");
  const bool from_override = reference.node().place.line == 0;
  const fs::path path = from_override ? fs::path(name) : fs::path(directory_) / name;
  const std::string shipped = is_file(path) ? "" : find_shipped(name);
  return shipped.empty() ? path.string() : shipped;
}

InputFiles::Text InputFiles::add(const std::string& path, const YamlValue& reference) {
  try {
    std::string content = read_text_file(path);
    files_.push_back({path, files::sha256(content)});
    return {path, std::move(content)};
  } catch (const sim::Error& error) {
    reference.fail(error.what());
  }
}

InputFiles::Text InputFiles::read(const YamlValue& reference) { return add(find(reference), reference); }

std::string find_shipped(const std::string& name) { return find_in("", name); }
std::string find_shipped_sweep(const std::string& name) { return find_in("sweeps", name); }

std::vector<std::string> shipped_names() {
  std::vector<std::string> names;
  for (const fs::path& directory : shipped_directories()) {
    std::error_code unreadable;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory, unreadable)) {
      const std::string name = entry.path().stem().string();
      // mappings of measurements, tables and trainings are neither workflow nor experiment nor configuration
      const bool is_other = name.ends_with("-mapping") || name.ends_with("-table") || name.starts_with("train-");
      if (entry.path().extension() == ".yaml" && !is_other) names.push_back(name);
    }
    if (!names.empty()) break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace faasconf::experiments::config
