#include <algorithm>
#include <iomanip>
#include <ostream>

#include "experiments/cli/command.hpp"
#include "experiments/cli/key_schema.hpp"
#include "experiments/config/keys/find_key.hpp"
#include "experiments/config/keys/key_text.hpp"
#include "experiments/config/keys/reference.hpp"
#include "experiments/config/yaml_reader.hpp"

namespace faasconf::experiments::cli {
namespace {

std::string in_quotes(std::string_view section) { return "\"" + std::string(section) + "\""; }

void print_section(std::ostream& out, const config::Section& section) {
  out << section.name << ": " << section.where << "\n\n";
  std::size_t width = 0;
  for (const config::Key& key : section.keys) width = std::max(width, key.name.size());
  for (const config::Key& key : section.keys) {
    out << "  " << std::left << std::setw(static_cast<int>(width)) << key.name << "  " << key.meaning;
    if (!key.standard.empty()) out << (key.required() ? " (required)" : " (usually " + key.standard + ")");
    out << "\n";
  }
}

void print_key(std::ostream& out, const config::Found& found) {
  const config::Key& key = *found.key;
  const auto line = [&out](const char* what, const std::string& text) {
    if (!text.empty()) out << "  " << what << text << "\n";
  };
  out << found.path << ", a key of \"" << found.section->name << "\"\n";
  line("", key.meaning);
  line("takes    ", config::text_of(key.takes, in_quotes));
  line("default  ", key.standard);
  line("beside   ", key.beside);
  line("example  ", key.example.empty() ? "" : key.name + ": " + key.example);
}

void print_found(std::ostream& out, const config::Found& found) {
  if (found.key == nullptr) return print_section(out, *found.section);
  print_key(out, found);
  for (const config::Section* const below : config::sections_below(*found.key)) {
    out << "\n";
    print_section(out, *below);
  }
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const config::Section& section : config::sections()) {
    names.emplace_back(section.name);
    for (const config::Key& key : section.keys) names.emplace_back(key.name);
  }
  return names;
}

void print_files(std::ostream& out) {
  for (const config::Section& section : config::sections()) {
    if (!section.is_file()) continue;
    print_section(out, section);
    out << "\n";
  }
  out << "faasconf keys KEY shows one of them, or all that is below it: faasconf keys functions.serial\n";
}

int run_keys(const Arguments& arguments, const Console& console) {
  if (arguments.given("markdown") && arguments.given("schema")) {
    throw sim::Error("--markdown and --schema exclude one another");
  }
  const bool all = arguments.given("markdown") || arguments.given("schema");
  if (all && arguments.given("KEY")) throw sim::Error("--markdown and --schema write all keys; expected no KEY beside");
  if (arguments.given("markdown")) console.out << config::keys_markdown();
  if (arguments.given("schema")) console.out << keys_schema();
  if (all) return kDone;
  if (!arguments.given("KEY")) {
    print_files(console.out);
    return kDone;
  }
  const std::string path = arguments.text("KEY");
  const std::vector<config::Found> found = config::find_keys(path);
  if (found.empty()) {
    const std::string last = path.substr(path.find_last_of('.') + 1);
    throw sim::Error("no file has the key " + config::shown(path) + config::meant(last, all_names()) +
                     "; faasconf keys lists them");
  }
  for (const config::Found& one : found) {
    if (&one != &found.front()) console.out << "\n";
    print_found(console.out, one);
  }
  return kDone;
}

}  // namespace

Command keys_command() {
  using enum Parameter::Kind;
  return {
      .name = "keys",
      .summary = "what every key of every YAML file means: unit, bounds, default and an example",
      .parameters = {{.name = "KEY",
                      .kind = positional,
                      .description = "a key by its path, such as functions.serial or workload.closed_loop, by its name "
                                     "alone, or a kind of file; none: the keys at the top of every kind of file",
                      .optional = true},
                     {.name = "markdown", .kind = flag, .description = "all keys as the page docs/reference/keys.md"},
                     {.name = "schema", .kind = flag, .description = "all keys as a JSON schema, for editors"}},
      .example = "faasconf keys functions.serial\nfaasconf keys --schema",
      .run = run_keys,
  };
}

}  // namespace faasconf::experiments::cli
