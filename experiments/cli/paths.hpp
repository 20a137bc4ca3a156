#pragma once
// Paths that a user gives for output: what is wrong with them is found before any work is done.

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/cli/arguments.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::cli {

// Throws sim::Error when no file can be written there: a directory, a device, a link, or in a directory that is missing
// or not writable.
void check_output_file(const std::string& option, const std::string& path);

// The same of a figure, whose ending says what it is: .png, .svg or .pdf.
void check_figure_file(const std::string& option, const std::string& path);

// What the option gives, checked; empty where it is not given.
std::string output_file(const Arguments& arguments, const std::string& option);
std::string figure_file(const Arguments& arguments, const std::string& option);

// A path and the option or argument that gives it; where the path is empty, it was not given.
struct GivenPath {
  std::string option;  // "--out"
  std::string path;
};

// Throws sim::Error if an output would overwrite an input or another output.
void check_apart(const std::vector<GivenPath>& outputs, const std::vector<GivenPath>& inputs);

using files::write_aside;

// A file of an experiment that is given by its path, or by its name when it ships: "azure-demo-day.csv".
std::string find_input(const std::string& name);

// A temporary directory, removed with its contents.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace faasconf::experiments::cli
