#include "experiments/cli/key_schema.hpp"

#include <nlohmann/json.hpp>

#include "experiments/config/keys/key.hpp"

namespace faasconf::experiments::cli {
namespace {

using config::Taken;
using Json = nlohmann::ordered_json;

Json reference(std::string_view definition) { return {{"$ref", "#/$defs/" + std::string(definition)}}; }

Json text_like(const char* pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

// Numbers too large for a double's integers have no end.
Json bounded(const Taken& taken, const char* type) {
  Json json{{"type", type}};
  const bool above_zero = taken.least > 0 && taken.least < 1e-300;
  if (taken.least != -config::kNoEnd) json[above_zero ? "exclusiveMinimum" : "minimum"] = above_zero ? 0 : taken.least;
  if (taken.most < 1e15) json["maximum"] = taken.most;
  return json;
}

Json any_of(const std::vector<Taken>& kinds);

Json words(const Taken& taken) {
  Json json;
  for (const std::string& word : taken.words) json["enum"].push_back(word);
  return json;
}

Json of_kind(const Taken& taken) {
  using enum Taken::Kind;
  switch (taken.kind) {
    case text:
      return {{"type", Json::array({"string", "number", "boolean"})}};
    case name:
      return text_like("^[A-Za-z0-9][A-Za-z0-9_-]*$");
    case flag:
      return {{"type", "boolean"}};
    case word:
      return words(taken);
    case count:
      return bounded(taken, "integer");
    case number:
      return bounded(taken, "number");
    case share:
      return {{"anyOf", {bounded(taken, "number"), reference("percentage")}}};
    case percentage:
      return {{"anyOf", {reference("percentage"), {{"type", "number"}}}}};
    case time:
      return reference("duration");
    case rate:
      return reference("rate");
    case cpu:
      return reference("cpu");
    case memory:
      return reference("memory quantity");
    case section:
      return reference(taken.section);
    case list:
      return {{"type", "array"}, {"items", any_of(taken.of)}};
    case anything:
      return Json::object();
    case names:
      return {{"type", "object"}, {"additionalProperties", any_of(taken.of)}};
  }
  return {};
}

Json any_of(const std::vector<Taken>& kinds) {
  if (kinds.size() == 1) return of_kind(kinds.front());
  Json json;
  for (const Taken& taken : kinds) json["anyOf"].push_back(of_kind(taken));
  return json;
}

Json of_key(const config::Key& key) {
  Json json = any_of(key.takes.kinds);
  json["description"] = key.meaning + (key.standard.empty() || key.required() ? "" : ". Usually " + key.standard);
  return json;
}

Json of_section(const config::Section& section) {
  Json json{{"type", "object"}, {"description", section.where}, {"properties", Json::object()}};
  Json required = Json::array();
  for (const config::Key& key : section.keys) {
    json["properties"][key.name] = of_key(key);
    if (key.required()) required.push_back(key.name);
  }
  // of a file that faasconf wrote: where it comes from
  if (section.is_file()) json["properties"]["record"] = Json{{"type", "object"}};
  if (!required.empty()) json["required"] = std::move(required);
  json["additionalProperties"] = false;
  return json;
}

// A file has one of the keys that tell its kind.
Json tells(const config::Section& file) {
  Json json;
  for (const std::string& key : file.told_by) json["anyOf"].push_back({{"required", Json::array({key})}});
  return json;
}

// The last kind that tells a file first.
Json of_files() {
  Json json;
  json["anyOf"] = Json::array();
  for (const config::Section& section : config::sections()) {
    if (section.is_file()) json["anyOf"].push_back(reference(section.name));
  }
  for (const config::Section& section : config::sections()) {
    if (section.is_file())
      json = {{"if", tells(section)}, {"then", reference(section.name)}, {"else", std::move(json)}};
  }
  return json;
}

}  // namespace

std::string keys_schema() {
  Json json{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
            {"title", "Files of faasconf"},
            {"$comment", "written by faasconf keys --schema"}};
  json.update(of_files());
  Json& definitions = json["$defs"];
  definitions["percentage"] = text_like("^[0-9]+(\\.[0-9]+)?%$");
  definitions["duration"] = text_like("^([0-9]+(\\.[0-9]+)?(d|h|ms|m|us|ns|s))+$");
  definitions["rate"] = text_like("^[0-9.eE+-]+/[smhd]$");
  definitions["cpu"] = {
      {"anyOf", {text_like("^[0-9]+(\\.[0-9]+)?m?$"), {{"type", "number"}, {"exclusiveMinimum", 0}}}}};
  definitions["memory quantity"] = text_like("^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)$");
  for (const config::Section& section : config::sections()) definitions[section.name] = of_section(section);
  return json.dump(1) + "\n";
}

}  // namespace faasconf::experiments::cli
