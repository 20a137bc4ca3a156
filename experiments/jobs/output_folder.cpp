#include "experiments/jobs/output_folder.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <unistd.h>

#include "experiments/jobs/bad_value.hpp"

namespace faasconf::experiments::jobs {

namespace fs = std::filesystem;

void make_output_folder(const std::string& out) {
  if (out.empty()) throw BadValue("out: expected the path of a folder, got \"\"");
  std::error_code failed;
  if (!fs::is_directory(out, failed) && !fs::create_directory(out, failed)) {
    throw BadValue("out: cannot make the folder \"" + out +
                   "\": " + (fs::exists(out) ? "there is a file of this name" : failed.message()));
  }
  if (access(out.c_str(), W_OK | X_OK) != 0) {
    throw BadValue("out: cannot write to \"" + out + "\": " + std::generic_category().message(errno));
  }
}

}  // namespace faasconf::experiments::jobs
