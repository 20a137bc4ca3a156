#pragma once
// A folder that is filled beside its place and moved there when it is whole: its files appear together, or none does.

#include <string>
#include <vector>

namespace faasconf::files {

// Throws std::runtime_error with path and reason when it cannot be written.
class PartFolder {
 public:
  // A folder that stands there already is replaced, but only where it has no other files than `names`: throws
  // sim::Error where it has, where there is a file, where its parent does not exist, and for the working folder.
  PartFolder(const std::string& path, std::vector<std::string> names);
  ~PartFolder();  // removes what was written, unless committed
  PartFolder(const PartFolder&) = delete;
  PartFolder& operator=(const PartFolder&) = delete;

  const std::string& inside() const { return part_path_; }  // where to write the files
  void commit();

 private:
  void check_replaceable() const;
  void discard();

  std::string path_;
  std::vector<std::string> names_;
  std::string place_;  // the same without links
  std::string part_path_;
  int lock_ = -1;
};

}  // namespace faasconf::files
