#include "experiments/cli/sweep_options.hpp"

#include <filesystem>

namespace faasconf::experiments::cli {

Parameter sweep_file_parameter() {
  return {.name = "FILE",
          .kind = Parameter::Kind::positional,
          .description = "sweep file (YAML), or the name of one that ships: concurrency-and-users"};
}

Parameter sweep_folder_parameter() {
  return {.name = "out",
          .value_name = "FOLDER",
          .description =
              "that keeps the cells; the same command goes on where it stopped. FILE's name with .sweep unless "
              "given"};
}

Parameter folder_parameter() {
  return {.name = "FOLDER", .kind = Parameter::Kind::positional, .description = "folder of a sweep"};
}

sweep::Sweep read_sweep(const Arguments& arguments) { return sweep::read_sweep(arguments.text("FILE")); }

std::string folder_of(const Arguments& arguments, const sweep::Sweep& sweep) {
  if (arguments.given("out")) return arguments.text("out");
  return std::filesystem::path(sweep.file.path).stem().string() + ".sweep";
}

}  // namespace faasconf::experiments::cli
