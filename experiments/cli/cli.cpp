#include "experiments/cli/cli.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iomanip>
#include <ostream>
#include <stdexcept>
#include <string_view>

#include <unistd.h>

#include "experiments/cli/interrupt.hpp"
#include "experiments/cli/standard_streams.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "experiments/version.hpp"
#include "sim/core/error.hpp"
#include "sim/core/go_on.hpp"

namespace faasconf::experiments::cli {

namespace {

using Table = std::vector<Command>;

void print_commands(std::ostream& out, const Table& table, const std::string& group) {
  std::size_t width = 0;
  for (const Command& command : table) width = std::max(width, command.name.size());
  for (const Command& command : table) {
    if (!command.name.starts_with(group)) continue;
    out << "  " << std::left << std::setw(static_cast<int>(width)) << command.name << "  " << command.summary << "\n";
  }
}

void print_help(std::ostream& out, const Table& table) {
  out << "usage: faasconf COMMAND [ARGUMENT...]\n\n"
         "Finds cheap resource configurations for serverless workflows that keep their latency promise.\n\n"
         "commands:\n";
  print_commands(out, table, "");
  out << "\n`faasconf COMMAND --help` shows the options; `faasconf --version` shows the version.\n\n"
         "example:\n  faasconf simulate parallel --users 10 --duration 10m --replications 4\n";
}

void print_group_help(std::ostream& out, const Table& table, const std::string& group) {
  out << "usage: faasconf " << group << " COMMAND [ARGUMENT...]\n\ncommands:\n";
  print_commands(out, table, group + " ");
  const auto first = std::find_if(table.begin(), table.end(),
                                  [&](const Command& command) { return command.name.starts_with(group + " "); });
  out << "\nexample:\n  faasconf " << first->name << " --help\n";
}

void print_command_help(std::ostream& out, const Command& command) {
  out << "usage: faasconf " << command.name;
  for (const Parameter& parameter : command.parameters) {
    if (parameter.kind != Parameter::Kind::positional) continue;
    out << (parameter.optional ? " [" + parameter.name + "]" : " " + parameter.name);
  }
  out << " [OPTION...]\n\n" << command.summary << "\n\n";
  for (const Parameter& parameter : command.parameters) {
    if (parameter.kind != Parameter::Kind::positional) continue;
    out << parameter.name << ": " << parameter.description << "\n\n";
  }
  print_options(out, command.parameters);
  out << "\nexample:\n";
  std::size_t begin = 0;
  while (begin < command.example.size()) {
    const std::size_t end = std::min(command.example.find('\n', begin), command.example.size());
    out << "  " << command.example.substr(begin, end - begin) << "\n";
    begin = end + 1;
  }
}

void print_version(std::ostream& out) {
  out << "faasconf " << version();
  if (!code_revision().empty()) out << " (" << code_revision() << ")";
  out << "\n";
}

bool is_group(const Table& table, const std::string& word) {
  return std::any_of(table.begin(), table.end(),
                     [&](const Command& command) { return command.name.starts_with(word + " "); });
}

[[noreturn]] void complain_about(const Table& table, const std::string& name) {
  // a group's name counts as well: "workflo" may mean "workflow"
  std::vector<std::string> names;
  for (const Command& command : table) {
    names.push_back(command.name);
    const std::string first = command.name.substr(0, command.name.find(' '));
    if (first != command.name && names.back() != first) names.push_back(first);
  }
  throw sim::Error("unknown command \"" + name + "\"" + did_you_mean(name, names) +
                   "; faasconf --help lists the commands");
}

const Command& find_command(const Table& table, std::span<const std::string> args) {
  const std::string one = args[0];
  const std::string two = args.size() > 1 ? one + " " + args[1] : one;
  for (const Command& command : table) {
    if (command.name == one || command.name == two) return command;
  }
  complain_about(table, is_group(table, one) ? two : one);
}

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

int run_command(const Command& command, std::span<const std::string> args, const Console& console) {
  const Arguments arguments(command.parameters, args);
  if (arguments.help()) {
    print_command_help(console.out, command);
    return kDone;
  }
  return command.run(arguments, console);
}

int dispatch(std::span<const std::string> args, const Console& console, const Table& table) {
  const auto asks_for_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (args.empty() || asks_for_help(args[0])) {
    print_help(console.out, table);
    return kDone;
  }
  if (args[0] == "--version") {
    print_version(console.out);
    return kDone;
  }
  if (args[0].starts_with("-")) {
    throw sim::Error("unknown option \"" + args[0] + "\"" + did_you_mean(args[0], {"--help", "--version"}));
  }
  if (is_group(table, args[0]) && (args.size() == 1 || asks_for_help(args[1]))) {
    print_group_help(console.out, table, args[0]);
    return kDone;
  }
  const Command& command = find_command(table, args);
  return run_command(command, args.subspan(command.name.find(' ') == std::string::npos ? 1 : 2), console);
}

// Says on the console what goes wrong.
int run_and_report(std::span<const std::string> args, const Console& console, const Table& table) {
  try {
    const int code = dispatch(args, console, table);
    console.out.flush();
    if (console.out) return code;
    // whoever closes a pipe has read enough
    if (is_broken_pipe(STDOUT_FILENO)) return kFailed;
    throw std::runtime_error("the answer could not be written to standard output");
  } catch (const sim::Cancelled&) {
    console.err << "faasconf: interrupted; nothing was written\n";
    return kInterrupted;
  } catch (const jobs::BadValue& error) {
    console.err << "faasconf: --" << sim::describe(error) << "\n";
    return kMisused;
  } catch (const sim::Error& error) {
    console.err << "faasconf: " << sim::describe(error) << "\n";
    return kMisused;
  } catch (const std::exception& error) {
    console.err << "faasconf: " << sim::describe(error) << "\n";
    return kFailed;
  }
}

}  // namespace

results::Paint paint_on(const Console& console) {
  const bool dumb = is_set("TERM") && std::string_view(std::getenv("TERM")) == "dumb";
  return results::Paint(console.out_is_terminal && !dumb && !is_set("NO_COLOR"));
}

std::vector<Command> commands() {
  return {workflow_check_command(), workflow_draw_command(), workflow_init_command(),    keys_command(),
          simulate_command(),       calibrate_command(),     promise_explain_command(),  predict_command(),
          search_command(),         evaluate_command(),      sweep_run_command(),        sweep_add_command(),
          sweep_status_command(),   sweep_explain_command(), sweep_export_command(),     sweep_merge_command(),
          sweep_compare_command(),  train_command(),         export_command(),           export_csv_command(),
          trace_convert_command(),  trace_inspect_command(), trace_synthesize_command(), trace_select_command(),
          trace_profile_command(),  trace_replay_command(),  completion_command()};
}

int run_cli(std::span<const std::string> args, const Console& console) { return run_cli(args, console, commands()); }

int run_cli(std::span<const std::string> args, const Console& console, const std::vector<Command>& table) {
  const Interrupt interrupt;
  const int code = run_and_report(args, console, table);
  const bool ended_early = code == kInterrupted || (code == kFailed && Interrupt::requested());
  return ended_early ? Interrupt::exit_code() : code;
}

int run_cli(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  return run_cli(args, Console{.out = out, .err = err});
}

}  // namespace faasconf::experiments::cli
