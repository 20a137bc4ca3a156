#include "experiments/config/keys/reference.hpp"

#include <algorithm>

#include "experiments/config/keys/key.hpp"
#include "experiments/config/keys/key_text.hpp"

namespace faasconf::experiments::config {
namespace {

// As GitHub makes anchors of headings.
std::string link_to(std::string_view section) {
  std::string anchor(section);
  std::ranges::replace(anchor, ' ', '-');
  return "[" + std::string(section) + "](#" + anchor + ")";
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

std::string beside(const Key& key) {
  if (key.beside.empty()) return "";
  std::string text = " Beside `";
  for (const char letter : key.beside) {
    if (letter == '=') text += ": ";
    if (letter == ',') text += "`, `";
    if (letter != '=' && letter != ',') text += letter;
  }
  return text + "`.";
}

std::string row(const Key& key) {
  const std::string standard = key.required() ? "required" : code(key.standard);
  return "| `" + key.name + "` | " + text_of(key.takes, link_to) + " | " + standard + " | " + code(key.example) +
         " | " + key.meaning + (key.beside.empty() ? "" : ".") + beside(key) + " |\n";
}

std::string part(const Section& section) {
  std::string text = "\n## " + section.name + "\n\n" + section.where +
                     "\n\n| key | takes | default | example | what |\n|---|---|---|---|---|\n";
  for (const Key& key : section.keys) text += row(key);
  return text;
}

}  // namespace

std::string keys_markdown() {
  std::string text =
      "# Keys of files\n\n"
      "<!-- written by `faasconf keys --markdown`; edit experiments/config/keys -->\n\n"
      "What each key of a YAML file takes, what holds where it is absent, an example, and what it means. `faasconf "
      "keys` "
      "shows the same: `faasconf keys functions.serial`. A key that is not here is an error. `faasconf.schema.json` "
      "beside "
      "this page, written by `faasconf keys --schema`, has the same for editors: a first line "
      "`# yaml-language-server: $schema=PATH` lets those that know YAML's language server complete and check.\n\n"
      "Files of this kind:\n\n";
  for (const Section& section : sections()) {
    if (section.is_file()) text += "* " + link_to(section.name) + ": " + section.where + "\n";
  }
  for (const Section& section : sections()) text += part(section);
  return text;
}

}  // namespace faasconf::experiments::config
