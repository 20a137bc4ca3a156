#pragma once
// Why a file cannot be read, where that has nothing to do with what is in it.

#include <optional>
#include <string>

namespace faasconf::files {

// "no such file", "a directory", "cannot be opened: Permission denied", or that another program has locked it; absent
// where nothing of the kind is in the way. HDF5 takes such locks, and calls what is locked damaged.
std::optional<std::string> why_unreadable(const std::string& path);

}  // namespace faasconf::files
