#pragma once
// The program but its main(): tests call it in-process.

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "experiments/cli/command.hpp"

namespace faasconf::experiments::cli {

// Runs the command that the arguments (without the program's name) ask for. Answers go to `out`, all else to `err`.
// Returns the exit code: 0 done, 1 failed, 2 misused, 130 interrupted (143 by SIGTERM, 129 by SIGHUP).
int run_cli(std::span<const std::string> args, std::ostream& out, std::ostream& err);
int run_cli(std::span<const std::string> args, const Console& console);
// The same with the commands of another program of ours.
int run_cli(std::span<const std::string> args, const Console& console, const std::vector<Command>& table);

// Every command of the program, in the order in which help lists them.
std::vector<Command> commands();

}  // namespace faasconf::experiments::cli
