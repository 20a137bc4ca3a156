#include "experiments/results/looks.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <set>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/core/error.hpp"

namespace faasconf::experiments::results {
namespace {

constexpr const char* kHeader = "date,identity,workflow,loads";
constexpr char kBetweenLoads = ';';

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// Without what would break a line of the ledger.
std::string plain(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == ',' || c == kBetweenLoads || c == '\n' || c == '"'; }, ' ');
  return text;
}

std::string line_of(const Look& look) {
  std::string loads;
  for (const std::string& load : look.loads)
    loads += (loads.empty() ? "" : std::string(1, kBetweenLoads)) + plain(load);
  return look.date + "," + look.identity + "," + plain(look.workflow) + "," + loads + "\n";
}

std::vector<Look> read(const std::string& text, const std::string& path) {
  std::vector<Look> looks;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  if (line != kHeader)
    throw sim::Error(path + ":1: expected the header " + kHeader + " of a ledger, got \"" + line + "\"");
  for (int number = 2; std::getline(lines, line); ++number) {
    const std::vector<std::string> cells = split(line, ',');
    if (cells.size() != 4) {
      throw sim::Error(path + ":" + std::to_string(number) + ": expected 4 cells, got " + std::to_string(cells.size()));
    }
    looks.push_back({cells[0], cells[1], cells[2], split(cells[3], kBetweenLoads)});
  }
  return looks;
}

bool share_a_load(const Look& one, const Look& other) {
  return one.workflow == other.workflow && std::ranges::any_of(one.loads, [&](const std::string& load) {
           return std::ranges::find(other.loads, load) != other.loads.end();
         });
}

// The file, for one process at a time.
class Ledger {
 public:
  Ledger(const std::string& path, int mode) : path_(path), descriptor_(open(path.c_str(), mode | O_CLOEXEC, 0666)) {
    struct stat about {};
    if (descriptor_ < 0) fail();
    const bool is_open = fstat(descriptor_, &about) == 0;
    if (is_open && !S_ISREG(about.st_mode)) {
      close(descriptor_);
      throw sim::Error(path_ + ": expected a file for the ledger, got a directory, device or pipe");
    }
    while (is_open && flock(descriptor_, LOCK_EX) != 0) {
      if (errno != EINTR) break;
    }
  }
  ~Ledger() { close(descriptor_); }  // which unlocks it
  Ledger(const Ledger&) = delete;

  // A new one has none.
  std::vector<Look> looks() {
    text_ = content();
    return text_.empty() ? std::vector<Look>() : read(text_, path_);
  }

  // After looks(). What a full disk cut short is taken back.
  void append(const std::string& line) {
    std::string added = text_.empty() ? std::string(kHeader) + "\n" : "";
    if (!text_.empty() && !text_.ends_with('\n')) added += '\n';
    added += line;
    const auto end = static_cast<off_t>(text_.size());
    errno = 0;
    const ssize_t written = pwrite(descriptor_, added.data(), added.size(), end);
    if (written == static_cast<ssize_t>(added.size()) && fsync(descriptor_) == 0) return;
    const int error = errno != 0 ? errno : ENOSPC;
    static_cast<void>(ftruncate(descriptor_, end) == 0);
    errno = error;
    fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw sim::Error(path_ + ": the ledger of looks: " + std::generic_category().message(errno));
  }

  std::string content() const {
    std::string text;
    std::array<char, 65536> part{};
    for (;;) {
      const ssize_t size = pread(descriptor_, part.data(), part.size(), static_cast<off_t>(text.size()));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) fail();
      if (size == 0) return text;
      text.append(part.data(), static_cast<std::size_t>(size));
    }
  }

  std::string path_;
  int descriptor_;
  std::string text_;
};

}  // namespace

void check_ledger(const std::string& path) {
  if (std::filesystem::exists(path)) {
    Ledger(path, O_RDWR).looks();
    return;
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0) return;
  throw sim::Error(path + ": the ledger of looks: " + std::generic_category().message(errno));
}

std::size_t add_look(const std::string& path, const Look& look) {
  Ledger ledger(path, O_RDWR | O_CREAT);
  std::vector<Look> looks = ledger.looks();
  const Look mine = read(std::string(kHeader) + "\n" + line_of(look), path).front();
  if (std::ranges::find(looks, mine.identity, &Look::identity) == looks.end()) {
    ledger.append(line_of(look));
    looks.push_back(mine);
  }
  std::set<std::string> counted;
  for (const Look& one : looks) {
    if (share_a_load(one, mine)) counted.insert(one.identity);
  }
  return counted.size();
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[sizeof "2026-11-30T15:04:05Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace faasconf::experiments::results
