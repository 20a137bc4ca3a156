#include "traces/files/left_over.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faasconf::files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".part-";

struct Writer {
  pid_t process = 0;
  std::uint64_t start = 0;  // 0: unknown
  std::string host;
};

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  std::string host(name.data());
  std::ranges::replace(host, '/', '_');
  return host;
}

// The 22nd word of /proc/PID/stat; the 2nd, a name in parentheses, may have blanks.
std::uint64_t start_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');
  if (name_end == text.npos) return 0;
  std::istringstream words(text.substr(name_end + 1));
  const std::vector<std::string> after_name{std::istream_iterator<std::string>(words), {}};
  constexpr std::size_t kStart = 22 - 3;
  return after_name.size() > kStart ? std::stoull(after_name[kStart]) : 0;
}

// Takes "NUMBER-" off the front.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || digits >= text.size() || text[digits] != '-') return false;
  text.remove_prefix(digits + 1);
  return true;
}

std::optional<Writer> writer_of(std::string_view name) {
  const std::size_t mark = name.rfind(kMark);
  if (mark == name.npos || mark == 0) return std::nullopt;
  std::string_view rest = name.substr(mark + kMark.size());
  Writer writer;
  int number = 0;
  if (!take_number(rest, writer.process) || !take_number(rest, writer.start) || !take_number(rest, number)) {
    return std::nullopt;
  }
  if (writer.process <= 0 || rest.empty()) return std::nullopt;
  writer.host = rest;
  return writer;
}

bool is_gone(const Writer& writer) {
  if (::kill(writer.process, 0) != 0 && errno == ESRCH) return true;
  const std::uint64_t start = start_of(writer.process);
  return start != 0 && writer.start != 0 && start != writer.start;
}

// Whether it is ours. A process of another container may have the same host and number; its lock tells.
bool may_remove(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct stat about {};
  const bool ours = ::fstat(descriptor, &about) == 0 && about.st_uid == ::geteuid();
  const bool may = ours && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return may;
}

}  // namespace

std::string part_name(const std::string& path, int number) {
  static const std::uint64_t start = start_of(::getpid());
  return path + std::string(kMark) + std::to_string(::getpid()) + "-" + std::to_string(start) + "-" +
         std::to_string(number) + "-" + host_name();
}

bool is_part_name(const std::string& name) { return name.find(kMark) != name.npos; }

std::string this_process() { return "process " + std::to_string(::getpid()) + " on " + host_name(); }

void remove_left_overs(const std::string& folder) {
  std::error_code failed;
  std::vector<fs::path> gone;
  for (fs::directory_iterator entry(folder, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::optional<Writer> writer = writer_of(entry->path().filename().native());
    if (writer && writer->host == host_name() && is_gone(*writer)) gone.push_back(entry->path());
  }
  for (const fs::path& path : gone) {
    if (may_remove(path)) fs::remove_all(path, failed);
  }
}

}  // namespace faasconf::files
