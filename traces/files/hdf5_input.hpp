#pragma once
// Datasets of HDF5 files that others may have made. Nothing outside the file is read: no link is followed but those by
// which a file is a tree, and no values that lie elsewhere. Nothing fills the memory: what a dataset expands to is
// bounded by what the file stores of it.

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace H5 {
class DataSet;
class Group;
}  // namespace H5

namespace faasconf::files {

// What is wrong inside a file; whoever opened it adds its path.
class Hdf5Damage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::uint64_t kMostExpansion = 1100;        // deflate reaches 1032
inline constexpr std::uint64_t kMostChunkBytes = 16 << 20;   // read at once, however few of its rows are wanted
inline constexpr std::uint64_t kMostWholeBytes = 256 << 20;  // of what is read as a whole: names, texts
inline constexpr std::uint64_t kAnySize = std::numeric_limits<std::uint64_t>::max();

// `path` is below the group, "run/cases". Throws Hdf5Damage where there is none, or one that no reader should touch.
H5::DataSet open_dataset(const H5::Group& group, const std::string& path, std::uint64_t most_bytes = kAnySize);
H5::Group open_group(const H5::Group& group, const std::string& path);
bool has(const H5::Group& group, const std::string& path);

}  // namespace faasconf::files
