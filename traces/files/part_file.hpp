#pragma once
// A file that is written beside its place and moved there when it is whole, so that readers never see a partial file.
// Its name until then is of this process alone; what processes of this host that are gone left in the folder is
// removed.

#include <cstdint>
#include <string>
#include <string_view>

namespace faasconf::files {

// Throws std::runtime_error with path and reason when the disk is full or the path cannot be written.
class PartFile {
 public:
  explicit PartFile(const std::string& path);  // throws sim::Error when it is no file or its folder does not exist
  ~PartFile();                                 // removes what was written, unless committed
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  void append(std::string_view bytes);  // buffered
  void commit();                        // to the disk, then to its place

  // For a library that writes by itself and cannot bear errors: the first is kept, and what follows it is not written.
  void write_at(std::uint64_t offset, std::string_view bytes) noexcept;
  void resize(std::uint64_t size) noexcept;
  std::size_t read_at(std::uint64_t offset, char* to, std::size_t size) const noexcept;  // bytes read
  bool failed() const { return error_ != 0; }
  void check() const;  // throws when an error was kept

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string part_path_;
  int descriptor_ = -1;
  int error_ = 0;          // errno of the first failure
  std::uint64_t end_ = 0;  // of what append has written
  std::string buffer_;
};

// Names that were given in a folder last once it is on the disk. Folders that cannot be synchronised do well without.
void synchronise_folder(const std::string& path);

// The whole of a file at once. Throws as PartFile.
void write_aside(const std::string& path, std::string_view bytes);

}  // namespace faasconf::files
