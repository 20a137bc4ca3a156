#pragma once
// What a subcommand is: its name, what it takes, what it does.

#include <iosfwd>
#include <string>
#include <vector>

#include "experiments/cli/arguments.hpp"
#include "experiments/results/screen_text.hpp"

namespace faasconf::experiments::cli {

// Interrupted by another signal than Ctrl-C, the program ends with that signal's code.
enum ExitCode { kDone = 0, kFailed = 1, kMisused = 2, kInterrupted = 130 };

// Where a command writes.
struct Console {
  std::ostream& out;             // answers
  std::ostream& err;             // progress and messages
  bool is_terminal = false;      // err is one: progress bars
  bool out_is_terminal = false;  // answers may have emphasis
};

// None where NO_COLOR is set (no-color.org) or the terminal is dumb.
results::Paint paint_on(const Console& console);

struct Command {
  std::string name;                                                // "simulate", "workflow check"
  std::string summary;                                             // one line, for the table of commands
  std::vector<Parameter> parameters;                               // positional ones in their order
  std::string example;                                             // works when pasted into a shell; one command a line
  int (*run)(const Arguments& arguments, const Console& console);  // returns an ExitCode; throws sim::Error on misuse
};

// Subcommands, a file each.
Command workflow_check_command();
Command workflow_draw_command();
Command workflow_init_command();
Command keys_command();
Command simulate_command();
Command calibrate_command();
Command predict_command();
Command promise_explain_command();
Command evaluate_command();
Command search_command();
Command sweep_run_command();
Command sweep_add_command();
Command sweep_status_command();
Command sweep_explain_command();
Command sweep_export_command();
Command sweep_merge_command();
Command sweep_compare_command();
Command train_command();
Command export_command();
Command export_csv_command();
Command trace_convert_command();
Command trace_inspect_command();
Command trace_profile_command();
Command trace_replay_command();
Command trace_select_command();
Command trace_synthesize_command();
Command completion_command();

}  // namespace faasconf::experiments::cli
