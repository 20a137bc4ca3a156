// Preloaded into a program (LD_PRELOAD), fails or ends it at one of the calls that change files below a folder:
//
//   FAULT_FOLDER  only calls on what lies below it count
//   FAULT_AT      number of the call, from 1; 0 or absent: none, they are only counted
//   FAULT_KIND    killed: the process ends instead of the call
//                 torn: it ends after half of a write, or after the call
//                 full: no space is left from this call on
//                 broken: this call is an input/output error
//                 stopped: SIGTERM comes before this call
//   FAULT_COUNT   file that the number of calls is appended to at the end

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

constexpr int kEnded = 99;  // exit code of a process that is ended here

enum class Does { changes, takes_space };
enum class Then { go_on, fail, tear };

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Settings {
  std::string folder = setting("FAULT_FOLDER");
  std::string kind = setting("FAULT_KIND");
  int at = std::atoi(setting("FAULT_AT").c_str());
};

// Never destroyed: files are written until the very end.
const Settings& settings() {
  static const Settings* const all = new Settings;
  return *all;
}

std::atomic<int> calls{0};

struct AtEnd {
  ~AtEnd() {
    const std::string path = setting("FAULT_COUNT");
    if (path.empty()) return;
    const int file = real<int (*)(const char*, int, ...)>("open")(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    const std::string text = std::to_string(calls.load()) + "\n";
    if (real<ssize_t (*)(int, const void*, size_t)>("write")(file, text.data(), text.size()) < 0) std::abort();
  }
} at_end;

bool counts(const char* path) {
  std::string whole = path;
  char here[4096] = {};
  if (whole.empty() || (whole.front() != '/' && ::getcwd(here, sizeof(here)) == nullptr)) return false;
  if (whole.front() != '/') whole = std::string(here) + "/" + whole;
  return !settings().folder.empty() && whole.starts_with(settings().folder);
}

bool counts(int descriptor) {
  char path[4096] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  return ::readlink(link.c_str(), path, sizeof(path) - 1) > 0 && path[0] == '/' && counts(path);
}

bool counts_in(int folder, const char* path) {
  return path[0] == '/' || folder == AT_FDCWD ? counts(path) : counts(folder);
}

Then next(Does does) {
  const int call = ++calls;
  const Settings& now = settings();
  if (now.at <= 0 || call < now.at) return Then::go_on;
  if (now.kind == "full") {
    errno = ENOSPC;
    return does == Does::takes_space ? Then::fail : Then::go_on;
  }
  if (call != now.at) return Then::go_on;
  if (now.kind == "killed") ::_exit(kEnded);
  if (now.kind == "stopped") return ::raise(SIGTERM) == 0 ? Then::go_on : Then::fail;
  if (now.kind == "torn") return Then::tear;
  errno = EIO;
  return Then::fail;
}

template <class Call>
auto with_faults(bool counted, Does does, Call call) -> decltype(call(Then::go_on)) {
  if (!counted) return call(Then::go_on);
  const Then then = next(does);
  if (then == Then::fail) return -1;
  const auto result = call(then);
  if (then == Then::tear) ::_exit(kEnded);
  return result;
}

size_t part_of(size_t size, Then then) { return then == Then::tear ? size / 2 : size; }

bool makes(int flags) { return (flags & (O_CREAT | O_TRUNC)) != 0; }

}  // namespace

#define REAL(name) static const auto original = real<decltype(&::name)>(#name)

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  REAL(write);
  return with_faults(counts(file), Does::takes_space,
                     [&](Then then) { return original(file, bytes, part_of(size, then)); });
}

ssize_t writev(int file, const struct iovec* pieces, int count) {
  REAL(writev);
  return with_faults(counts(file), Does::takes_space, [&](Then) { return original(file, pieces, count); });
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  REAL(pwrite);
  return with_faults(counts(file), Does::takes_space,
                     [&](Then then) { return original(file, bytes, part_of(size, then), at); });
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  REAL(pwrite64);
  return with_faults(counts(file), Does::takes_space,
                     [&](Then then) { return original(file, bytes, part_of(size, then), at); });
}

#define OPEN(name)                                                         \
  int name(const char* path, int flags, ...) {                             \
    REAL(name);                                                            \
    va_list more;                                                          \
    va_start(more, flags);                                                 \
    const mode_t mode = makes(flags) ? va_arg(more, mode_t) : 0;           \
    va_end(more);                                                          \
    return with_faults(makes(flags) && counts(path), Does::takes_space,    \
                       [&](Then) { return original(path, flags, mode); }); \
  }
OPEN(open)
OPEN(open64)
#undef OPEN

int ftruncate(int file, off_t size) noexcept {
  REAL(ftruncate);
  return with_faults(counts(file), Does::takes_space, [&](Then) { return original(file, size); });
}

int ftruncate64(int file, off64_t size) noexcept {
  REAL(ftruncate64);
  return with_faults(counts(file), Does::takes_space, [&](Then) { return original(file, size); });
}

int fsync(int file) {
  REAL(fsync);
  return with_faults(counts(file), Does::takes_space, [&](Then) { return original(file); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  REAL(mkdir);
  return with_faults(counts(path), Does::takes_space, [&](Then) { return original(path, mode); });
}

int link(const char* from, const char* to) noexcept {
  REAL(link);
  return with_faults(counts(to), Does::takes_space, [&](Then) { return original(from, to); });
}

int rename(const char* from, const char* to) noexcept {
  REAL(rename);
  return with_faults(counts(to), Does::changes, [&](Then) { return original(from, to); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  REAL(renameat2);
  return with_faults(counts_in(to_folder, to), Does::changes,
                     [&](Then) { return original(from_folder, from, to_folder, to, flags); });
}

int unlink(const char* path) noexcept {
  REAL(unlink);
  return with_faults(counts(path), Does::changes, [&](Then) { return original(path); });
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  REAL(unlinkat);
  return with_faults(counts_in(folder, path), Does::changes, [&](Then) { return original(folder, path, flags); });
}

int remove(const char* path) noexcept {
  REAL(remove);
  return with_faults(counts(path), Does::changes, [&](Then) { return original(path); });
}
}
