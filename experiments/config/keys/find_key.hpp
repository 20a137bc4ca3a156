#pragma once
// Keys by their paths.

#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/keys/key.hpp"

namespace faasconf::experiments::config {

// A key, or a section with all of its keys.
struct Found {
  std::string path;          // "functions.NAME.serial"
  const Section* section;    // that it is in, or that it leads to
  const Key* key = nullptr;  // null: the section
};

// What a path leads to, from the top of every kind of file: "functions.serial", "functions.rgb.serial",
// "workload.closed_loop.users"; names of functions may be left out. Where there is none, the section of this name, or
// every key of this name: "serial". Empty: nothing is called so.
std::vector<Found> find_keys(const std::string& path);

// The sections that its value may be a map of, or has maps of within it.
std::vector<const Section*> sections_below(const Key& key);

}  // namespace faasconf::experiments::config
