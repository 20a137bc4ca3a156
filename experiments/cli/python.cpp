#include "experiments/cli/python.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faasconf::experiments::cli {

namespace {

enum class Silent : bool { no, yes };

// Where the package may stand, seen from the program's folder: in the build tree, for a test, installed.
constexpr std::array kPackagePlaces{"python", "../../python", "../lib/python3/dist-packages"};

// PYTHONPATH with the package's place behind what the user has set
std::string python_path() {
  const char* set = std::getenv("PYTHONPATH");
  std::string path = set == nullptr ? "" : set;
  std::error_code unreadable;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unreadable).parent_path();
  for (const char* place : kPackagePlaces) {
    if (!std::filesystem::is_directory(program / place / "faasconf", unreadable)) continue;
    path += (path.empty() ? "" : ":") + (program / place).lexically_normal().string();
    break;
  }
  return path;
}

std::vector<std::string> environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("PYTHONPATH=")) entries.emplace_back(*entry);
  }
  if (const std::string path = python_path(); !path.empty()) entries.push_back("PYTHONPATH=" + path);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

int run_program(std::vector<std::string> command, Silent silent) {
  // all memory before the fork: between fork and exec only async-signal-safe calls are allowed
  std::vector<std::string> entries = environment();
  const std::vector<char*> argv = pointers(command);
  const std::vector<char*> envp = pointers(entries);

  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "starting " + command[0]);
  if (child == 0) {
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(silent == Silent::yes ? nothing : STDERR_FILENO, STDOUT_FILENO);
    if (silent == Silent::yes) dup2(nothing, STDERR_FILENO);
    execvpe(argv[0], argv.data(), envp.data());
    _exit(127);
  }

  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waiting for " + command[0]);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::optional<std::string> find_python() {
  const char* chosen = std::getenv("FAASCONF_PYTHON");
  for (const char* candidate : {chosen, "/usr/bin/python3", "python3"}) {
    if (candidate == nullptr || *candidate == '\0') continue;
    if (run_program({candidate, "-c", "import h5py, matplotlib"}, Silent::yes) == 0) return candidate;
  }
  return std::nullopt;
}

int run_python(const std::string& python, const std::string& module, std::span<const std::string> args) {
  std::vector<std::string> command{python, "-m", module};
  command.insert(command.end(), args.begin(), args.end());
  return run_program(std::move(command), Silent::no);
}

bool draw_figure(std::ostream& err, const std::string& module, const std::string& data, const std::string& plot) {
  const auto python = find_python();
  if (!python) {
    err << "faasconf: no Python with h5py and matplotlib found, so no figure; set FAASCONF_PYTHON, or "
           "apt install python3-h5py python3-matplotlib\n";
    return false;
  }
  const int code = run_python(*python, module, std::vector<std::string>{data, "--out", plot});
  if (code == 0) {
    err << "faasconf: wrote " << plot << "\n";
    return true;
  }
  err << "faasconf: " << plot << " could not be written: " << *python << " -m " << module << " ended with code " << code
      << "\n";
  return false;
}

}  // namespace faasconf::experiments::cli
