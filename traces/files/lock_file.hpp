#pragma once
// A file that one process at a time holds, so that no two of them write to the same place.

#include <string>

namespace faasconf::files {

// The lock ends with its process, however that ends; the file then remains and is taken over.
class LockFile {
 public:
  // Throws sim::Error, which names process and host, while another one holds it; std::runtime_error where the file
  // cannot be made or locked.
  explicit LockFile(const std::string& path);
  ~LockFile();  // removes the file
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace faasconf::files
