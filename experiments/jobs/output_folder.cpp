#include "experiments/jobs/output_folder.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <unistd.h>

#include "experiments/jobs/bad_value.hpp"
#include "traces/files/write_failure.hpp"

namespace faasconf::experiments::jobs {

namespace fs = std::filesystem;

namespace {

void check_writable(const fs::path& folder, const std::string& out) {
  if (access(folder.c_str(), W_OK | X_OK) == 0) return;
  throw BadValue("out: cannot write to \"" + out + "\": " + std::generic_category().message(errno));
}

[[noreturn]] void refuse(const std::string& out, const std::error_code& reason) {
  if (reason == std::errc::io_error || reason == std::errc::no_space_on_device) {
    throw files::write_failure(out, reason.value());
  }
  throw BadValue("out: cannot make the folder \"" + out +
                 "\": " + (fs::exists(out) ? "there is a file of this name" : reason.message()));
}

void check_given(const std::string& out) {
  if (out.empty()) throw BadValue("out: expected the path of a folder, got \"\"");
}

}  // namespace

void make_output_folder(const std::string& out) {
  check_given(out);
  std::error_code failed;
  if (!fs::is_directory(out, failed) && !fs::create_directory(out, failed)) refuse(out, failed);
  check_writable(out, out);
}

void check_output_folder(const std::string& out) {
  check_given(out);
  std::error_code failed;
  if (fs::exists(out, failed) && !fs::is_directory(out, failed)) refuse(out, failed);
  const fs::path parent = fs::absolute(out).lexically_normal().parent_path();
  check_writable(out.ends_with('/') ? parent.parent_path() : parent, out);
}

}  // namespace faasconf::experiments::jobs
