#include "experiments/cli/paths.hpp"

#include <cerrno>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "experiments/config/experiment_file.hpp"
#include "sim/core/error.hpp"
#include "traces/files/left_over.hpp"

namespace faasconf::experiments::cli {

namespace fs = std::filesystem;

void check_output_file(const std::string& option, const std::string& path) {
  const std::string where = "--" + option + ": ";
  const fs::path file = path;
  if (path.empty()) throw sim::Error(where + "expected the path of a file, got \"\"");
  std::error_code unreadable;
  if (!file.has_filename() || fs::is_directory(file, unreadable)) {
    throw sim::Error(where + "expected the path of a file, got the directory \"" + path + "\"");
  }
  // renaming would put a file in the place of either
  if (fs::is_symlink(file, unreadable)) {
    throw sim::Error(where + "expected the path of a file, got the symbolic link \"" + path +
                     "\"; name what it leads to");
  }
  if (fs::exists(file, unreadable) && !fs::is_regular_file(file, unreadable)) {
    throw sim::Error(where + "expected the path of a file, got \"" + path + "\", which is a device or a pipe");
  }
  const fs::path directory = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::exists(directory, unreadable)) {
    throw sim::Error(where + "the directory of \"" + path + "\" does not exist");
  }
  if (!fs::is_directory(directory, unreadable)) {
    throw sim::Error(where + directory.string() + " in \"" + path + "\" is not a directory");
  }
  // files are written aside and renamed, so the directory counts and not the file
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    throw sim::Error(where + "cannot write to the directory of \"" + path +
                     "\": " + std::generic_category().message(errno));
  }
}

void check_figure_file(const std::string& option, const std::string& path) {
  check_output_file(option, path);
  const std::string ending = fs::path(path).extension().string();
  if (ending != ".png" && ending != ".svg" && ending != ".pdf") {
    throw sim::Error("--" + option + ": expected a name that ends in .png, .svg or .pdf, got \"" + path + "\"");
  }
}

std::string output_file(const Arguments& arguments, const std::string& option) {
  const std::string& path = arguments.text(option);
  if (arguments.given(option) || !path.empty()) check_output_file(option, path);
  return path;
}

std::string figure_file(const Arguments& arguments, const std::string& option) {
  const std::string& path = arguments.text(option);
  if (arguments.given(option) || !path.empty()) check_figure_file(option, path);
  return path;
}

void check_apart(const std::vector<GivenPath>& outputs, const std::vector<GivenPath>& inputs) {
  const auto is_one = [](const GivenPath& a, const GivenPath& b) {
    std::error_code unreadable;
    return !a.path.empty() && !b.path.empty() &&
           fs::weakly_canonical(a.path, unreadable) == fs::weakly_canonical(b.path, unreadable);
  };
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::vector<GivenPath> others(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(i));
    others.insert(others.end(), inputs.begin(), inputs.end());
    for (const GivenPath& other : others) {
      if (!is_one(outputs[i], other)) continue;
      throw sim::Error(outputs[i].option + ": expected a file of its own, got \"" + outputs[i].path + "\", which is " +
                       other.option + " as well");
    }
  }
}

std::string find_input(const std::string& name) {
  std::error_code unreadable;
  if (fs::exists(name, unreadable)) return name;
  const std::string shipped = config::find_shipped(name);
  return shipped.empty() ? name : shipped;
}

ScratchDirectory::ScratchDirectory() {
  const fs::path folder = fs::temp_directory_path();
  files::remove_left_overs(folder.string());
  int made = -1;
  for (int number = 1; made != 0; ++number) {
    path_ = files::part_name((folder / "faasconf").string(), number);
    made = ::mkdir(path_.c_str(), 0700);
    if (made != 0 && errno != EEXIST) {
      throw std::system_error(errno, std::generic_category(), "making the directory " + path_.string());
    }
  }
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;  // nothing to do about it
  fs::remove_all(path_, ignored);
}

}  // namespace faasconf::experiments::cli
