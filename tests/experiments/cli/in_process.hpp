#pragma once
// Runs the program in-process, as its user would from a shell.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "experiments/cli/cli.hpp"
#include "experiments/cli/paths.hpp"

namespace faasconf::experiments::cli {

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

inline std::vector<std::string> words(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

// "simulate parallel --users 10"; quotes mean nothing.
inline Ran faasconf(const std::string& line, bool terminal = false) {
  std::ostringstream out;
  std::ostringstream err;
  const std::vector<std::string> args = words(line);
  const int code = run_cli(args, {.out = out, .err = err, .is_terminal = terminal});
  return {code, out.str(), err.str()};
}

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

// A fresh directory that is the current one while this lives.
class Elsewhere {
 public:
  Elsewhere() : before_(std::filesystem::current_path()) { std::filesystem::current_path(scratch_.path()); }
  ~Elsewhere() { std::filesystem::current_path(before_); }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

 private:
  ScratchDirectory scratch_;
  std::filesystem::path before_;
};

}  // namespace faasconf::experiments::cli
