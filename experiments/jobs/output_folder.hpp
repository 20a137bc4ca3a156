#pragma once
// A folder that a job writes several files to.

#include <string>

namespace faasconf::experiments::jobs {

// Makes it where it is missing. Throws BadValue, of `out`, when nothing can be written to it.
void make_output_folder(const std::string& out);

// Of one that appears when it is whole. Throws BadValue, of `out`, when it could not be made.
void check_output_folder(const std::string& out);

}  // namespace faasconf::experiments::jobs
