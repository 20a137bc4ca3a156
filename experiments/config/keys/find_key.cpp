#include "experiments/config/keys/find_key.hpp"

#include <algorithm>

#include "experiments/config/yaml_reader.hpp"

namespace faasconf::experiments::config {
namespace {

using Kind = Taken::Kind;

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void add_sections(const std::vector<Taken>& kinds, std::vector<const Section*>& below) {
  for (const Taken& taken : kinds) {
    if (taken.kind == Kind::section) below.push_back(&section(taken.section));
    add_sections(taken.of, below);
  }
}

bool has_names(const Key& key) { return std::ranges::count(key.takes.kinds, Kind::names, &Taken::kind) > 0; }

// A key of the section rather than a name.
bool is_misspelt(const std::string& word, const Section& section) {
  std::vector<std::string_view> keys;
  for (const Key& key : section.keys) keys.emplace_back(key.name);
  return nearest(word, keys).has_value();
}

// Follows a path down from a section.
class Walk {
 public:
  explicit Walk(std::vector<std::string> parts) : parts_(std::move(parts)) {}

  void from(const Section& section, std::size_t at, const std::string& prefix) {
    const Key* const key = section.find(parts_[at]);
    if (key == nullptr) return;
    const std::string path = prefix + key->name;
    if (at + 1 == parts_.size()) {
      const bool known = std::ranges::count(found_, key, &Found::key) > 0;
      if (!known) found_.push_back({path, &section, key});
      return;
    }
    for (const Section* const below : sections_below(*key)) {
      const bool is_name = has_names(*key) && below->find(parts_[at + 1]) == nullptr;
      const std::string within = path + (has_names(*key) ? ".NAME." : ".");
      if (!is_name) from(*below, at + 1, within);
      if (is_name && at + 2 < parts_.size()) from(*below, at + 2, within);
      if (is_name && at + 2 == parts_.size()) add_name(path + ".NAME", *below);
    }
  }

  // Names are meant where no key is.
  std::vector<Found> take() {
    const bool use_names = found_.empty() && !misspelt_;
    return std::move(use_names ? named_ : found_);
  }

 private:
  void add_name(const std::string& path, const Section& below) {
    if (is_misspelt(parts_.back(), below)) misspelt_ = true;
    named_.push_back({path, &below, nullptr});
  }

  std::vector<std::string> parts_;
  std::vector<Found> found_;
  std::vector<Found> named_;  // the last part is a name, such as a function's
  bool misspelt_ = false;     // that part is nearly a key
};

// By the name of the section, else of the key.
std::vector<Found> called(const std::string& name) {
  std::vector<Found> found;
  for (const Section& section : sections()) {
    if (section.name == name) return {{name, &section, nullptr}};
    if (const Key* const key = section.find(name)) found.push_back({section.name + "." + name, &section, key});
  }
  return found;
}

}  // namespace

std::vector<const Section*> sections_below(const Key& key) {
  std::vector<const Section*> below;
  add_sections(key.takes.kinds, below);
  return below;
}

std::vector<Found> find_keys(const std::string& path) {
  Walk walk(parts_of(path));
  for (const Section& section : sections()) {
    if (section.is_file()) walk.from(section, 0, "");
  }
  std::vector<Found> found = walk.take();
  return found.empty() ? called(path) : found;
}

}  // namespace faasconf::experiments::config
