#include <ostream>
#include <set>

#include "experiments/cli/cli.hpp"

namespace faasconf::experiments::cli {

namespace {

using Kind = Parameter::Kind;

std::string option_words(const Command& command) {
  std::string words = "--help";
  for (const Parameter& parameter : command.parameters) {
    if (parameter.kind != Kind::positional) words += " --" + parameter.name;
  }
  return words;
}

std::string join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

// "workflow check" -> "check" under "workflow"; a command of one word stands under ""
std::pair<std::string, std::string> split(const std::string& name) {
  const std::size_t space = name.find(' ');
  if (space == std::string::npos) return {"", name};
  return {name.substr(0, space), name.substr(space + 1)};
}

void print_bash(std::ostream& out, const std::vector<Command>& table) {
  std::set<std::string> first_words;
  std::set<std::string> groups;
  for (const Command& command : table) {
    const auto [group, word] = split(command.name);
    first_words.insert(group.empty() ? word : group);
    if (!group.empty()) groups.insert(group);
  }

  out << "# completion of faasconf for bash: source <(faasconf completion bash)\n"
         "_faasconf() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    words='"
      << join({first_words.begin(), first_words.end()})
      << " --help --version'\n"
         "  else case \"$COMP_CWORD ${COMP_WORDS[1]}\" in\n";
  for (const std::string& group : groups) {
    std::string words;
    for (const Command& command : table) {
      const auto [of, word] = split(command.name);
      if (of == group) words += (words.empty() ? "" : " ") + word;
    }
    out << "    '2 " << group << "') words='" << words << "' ;;\n";
  }
  out << "    *) case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}:$previous\" in\n";
  for (const Command& command : table) {
    // one word names the command: what follows it may be anything
    const std::string words = split(command.name).first.empty() ? "'" + command.name + " '*" : "'" + command.name + "'";
    for (const Parameter& parameter : command.parameters) {
      if (parameter.kind == Kind::positional && !parameter.choices.empty()) {
        out << "      " << words << ":" << command.name << ") words='" << join(parameter.choices) << "' ;;\n";
      } else if (!parameter.choices.empty()) {
        out << "      " << words << ":--" << parameter.name << ") words='" << join(parameter.choices) << "' ;;\n";
      }
    }
    out << "      " << words << ":*) case $current in -*) words='" << option_words(command) << "' ;; esac ;;\n";
  }
  out << "    esac ;;\n"
         "  esac; fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _faasconf faasconf\n";
}

int run_completion(const Arguments&, const Console& console) {
  print_bash(console.out, commands());
  return kDone;
}

}  // namespace

Command completion_command() {
  return {
      .name = "completion",
      .summary = "print a script that teaches a shell to complete faasconf's commands and options",
      .parameters = {{.name = "SHELL",
                      .kind = Kind::positional,
                      .description = "bash; put `source <(faasconf completion bash)` into ~/.bashrc",
                      .choices = {"bash"}}},
      .example = "faasconf completion bash",
      .run = run_completion,
  };
}

}  // namespace faasconf::experiments::cli
