#pragma once
// The files that an experiment is made of. Each is read once, and recorded with its digest.

#include <span>
#include <string>
#include <vector>

#include "experiments/config/yaml_reader.hpp"

namespace faasconf::experiments::config {

// A file that a run was made from, for its record.
struct InputFile {
  std::string path;
  std::string sha256;
};

InputFile fingerprint(const std::string& path);  // reads it; throws sim::Error as read_text_file

// The bytes of a file. Throws sim::Error: no such file, a directory, a device, unreadable, larger than 64 MiB.
std::string read_text_file(const std::string& path);

// Distinct names of files: their stems, or their paths if stems are alike. Throws sim::Error where one is given
// twice; `source` is for messages.
std::vector<std::string> names_of_files(std::span<const std::string> paths, const std::string& source);

class InputFiles {
 public:
  // References in the experiment's file are relative to it, those in an override to the working directory.
  InputFiles(const std::string& path, const std::string& text);
  InputFiles() = default;  // there is no such file

  struct Text {
    std::string path;
    std::string content;
  };
  Text read(const YamlValue& reference);  // of the file that a value names by path, or by name when it ships

  std::string find(const YamlValue& reference) const;             // its path, whether there is a file or not
  Text add(const std::string& path, const YamlValue& reference);  // of a file that has been found

  std::vector<InputFile> take() { return std::move(files_); }

 private:
  std::string directory_;
  std::vector<InputFile> files_;
};

// The path of a file that ships with the program (experiments/configs), or empty when there is none of this name.
std::string find_shipped(const std::string& name);
std::string find_shipped_sweep(const std::string& name);  // the same of experiments/configs/sweeps
std::vector<std::string> shipped_names();                 // for messages

}  // namespace faasconf::experiments::config
