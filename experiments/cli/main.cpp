#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include "experiments/cli/cli.hpp"
#include "experiments/cli/standard_streams.hpp"

int main(int argc, char** argv) {
  faasconf::experiments::cli::prepare_standard_streams();
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return faasconf::experiments::cli::run_cli(args, {.out = std::cout,
                                                    .err = std::cerr,
                                                    .is_terminal = isatty(STDERR_FILENO) == 1,
                                                    .out_is_terminal = isatty(STDOUT_FILENO) == 1});
}
