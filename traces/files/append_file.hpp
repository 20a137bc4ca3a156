#pragma once
// A file that grows by whole lines or records, each of which is in the file when append() returns.

#include <string>
#include <string_view>

namespace faasconf::files {

// Throws std::runtime_error with path and reason when the file cannot be written.
class AppendFile {
 public:
  enum class Begin { anew, at_end };

  AppendFile(const std::string& path, Begin begin);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void append(std::string_view bytes);
  void synchronise();  // to the disk

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace faasconf::files
