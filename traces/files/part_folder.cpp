#include "traces/files/part_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/core/error.hpp"
#include "traces/files/left_over.hpp"
#include "traces/files/part_file.hpp"
#include "traces/files/write_failure.hpp"

namespace faasconf::files {
namespace {

namespace fs = std::filesystem;

// Where the folder will stand: no link, no slash at the end.
std::string place_of(const std::string& path) {
  if (path.empty()) throw sim::Error("expected the path of a folder, got \"\"");
  std::error_code failed;
  fs::path place = fs::weakly_canonical(fs::absolute(path), failed);
  if (!place.has_filename()) place = place.parent_path();
  if (failed || !place.has_filename()) throw sim::Error("expected the path of a folder, got " + path);
  if (fs::equivalent(place, ".", failed)) {
    throw sim::Error(path +
                     ": expected a folder that can be moved to its place when it is whole, got the working folder");
  }
  if (!fs::is_directory(place.parent_path(), failed)) {
    throw sim::Error(path + ": expected a folder in one that exists, got " + place.parent_path().string() +
                     ", which does not");
  }
  return place.string();
}

bool change_places(const std::string& one, const std::string& other) {
  return ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
}

}  // namespace

PartFolder::PartFolder(const std::string& path, std::vector<std::string> names)
    : path_(path), names_(std::move(names)), place_(place_of(path)) {
  check_replaceable();
  remove_left_overs(fs::path(place_).parent_path().string());
  for (int number = 1; lock_ < 0; ++number) {
    part_path_ = part_name(place_, number);
    if (::mkdir(part_path_.c_str(), 0777) == 0) {
      lock_ = ::open(part_path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (lock_ < 0) throw write_failure(path_, errno);
    } else if (errno != EEXIST) {
      throw write_failure(path_, errno);
    }
  }
  ::flock(lock_, LOCK_EX | LOCK_NB);
}

PartFolder::~PartFolder() { discard(); }

void PartFolder::discard() {
  if (lock_ < 0) return;
  std::error_code ignored;  // the next one removes it
  fs::remove_all(part_path_, ignored);
  ::close(lock_);
  lock_ = -1;
}

void PartFolder::check_replaceable() const {
  std::error_code failed;
  if (fs::exists(place_, failed) && !fs::is_directory(place_, failed)) {
    throw sim::Error(path_ + ": expected a folder, or a place to make one, got a file");
  }
  for (fs::directory_iterator entry(place_, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (std::ranges::find(names_, name) != names_.end() && entry->is_regular_file(failed)) continue;
    throw sim::Error(path_ + ": expected a new folder, or one with nothing but the " + std::to_string(names_.size()) +
                     " files that are written, got one with \"" + name + "\"; take it away, or choose another folder");
  }
}

void PartFolder::commit() {
  check_replaceable();
  synchronise_folder(part_path_);
  const bool is_new = ::rename(part_path_.c_str(), place_.c_str()) == 0;
  // where a folder with files stands, the two change places at once
  if (!is_new && ((errno != ENOTEMPTY && errno != EEXIST) || !change_places(part_path_, place_))) {
    throw write_failure(path_, errno);
  }
  synchronise_folder(fs::path(place_).parent_path().string());
  discard();  // the old one, or nothing
}

}  // namespace faasconf::files
