#include "traces/files/readable_file.hpp"

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/scratch_folder.hpp"

namespace faasconf::files {
namespace {

using testing::HasSubstr;
using tests::ScratchFolder;

// A file that is locked as HDF5 locks what it writes, for as long as this lives.
class Locked {
 public:
  explicit Locked(const std::string& path) : descriptor_(::open(path.c_str(), O_RDWR)) {
    EXPECT_EQ(::flock(descriptor_, LOCK_EX | LOCK_NB), 0);
  }
  ~Locked() { ::close(descriptor_); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  int descriptor_;
};

TEST(WhyUnreadable, IsNothingForAFile) {
  const ScratchFolder folder;
  tests::write_file(folder / "f", "x");
  EXPECT_EQ(why_unreadable(folder / "f"), std::nullopt);
}

TEST(WhyUnreadable, TellsAMissingFileADirectoryAndADevice) {
  const ScratchFolder folder;
  EXPECT_EQ(why_unreadable(folder / "none"), "no such file");
  EXPECT_EQ(why_unreadable(folder.path()), "expected a file, got a directory");
  EXPECT_EQ(why_unreadable("/dev/null"), "expected a file, got a device or pipe");
}

TEST(WhyUnreadable, TellsALockedFileUntilItIsClosed) {
  const ScratchFolder folder;
  tests::write_file(folder / "f", "x");
  {
    const Locked locked(folder / "f");
    const auto reason = why_unreadable(folder / "f");
    ASSERT_TRUE(reason);
    EXPECT_THAT(*reason, HasSubstr("is locked by another program"));
    EXPECT_THAT(*reason, HasSubstr("HDF5_USE_FILE_LOCKING"));
  }
  EXPECT_EQ(why_unreadable(folder / "f"), std::nullopt);
}

TEST(WhyUnreadable, MindsNoLocksWhereHdf5DoesNot) {
  const ScratchFolder folder;
  tests::write_file(folder / "f", "x");
  const Locked locked(folder / "f");
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  EXPECT_EQ(why_unreadable(folder / "f"), std::nullopt);
  ::unsetenv("HDF5_USE_FILE_LOCKING");
}

TEST(WhyUnreadable, TellsAMissingPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const ScratchFolder folder;
  tests::write_file(folder / "f", "x");
  std::filesystem::permissions(folder / "f", std::filesystem::perms::none);
  EXPECT_EQ(why_unreadable(folder / "f"), "cannot be opened: Permission denied");
}

}  // namespace
}  // namespace faasconf::files
