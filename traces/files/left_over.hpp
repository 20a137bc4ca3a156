#pragma once
// Names for what is being written, which say who writes it, so that what a process left that is gone can be removed.

#include <string>

namespace faasconf::files {

// "run.h5.part-4711-81234-1-host": process, its start (clock ticks since the machine's), a number of ours, host.
std::string part_name(const std::string& path, int number);
bool is_part_name(const std::string& name);

// "process 4711 on host", of this one.
std::string this_process();

// Removes the files and folders of this user with such names whose process was on this host and is gone. Others are
// left alone, and so is what cannot be removed.
void remove_left_overs(const std::string& folder);

}  // namespace faasconf::files
