#include "experiments/train/training_log.hpp"

#include <fstream>
#include <optional>

#include <nlohmann/json.hpp>

#include "learner/bundle/json_place.hpp"
#include "learner/bundle/parse_json.hpp"
#include "sim/core/error.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::train {
namespace {

using nlohmann::json;

json to_json(const Scalars& scalars) {
  json all = json::object();
  for (const auto& [name, number] : scalars) all[name] = number;
  return all;
}

// Absent where it is the record, or no whole line of ours, as the last of a training that was killed.
std::optional<std::uint64_t> step_of(const std::string& line) {
  try {
    const json entry = learner::bundle::parse_json(line, "log");
    if (entry.contains("record")) return std::nullopt;
    return learner::bundle::JsonPlace(entry, "log")["step"].integer<std::uint64_t>();
  } catch (const sim::Error&) {
    return std::nullopt;
  }
}

// The lines of a log up to a step, but for its record: what a resumed training goes on from.
std::string lines_until(const std::string& path, std::uint64_t step) {
  std::ifstream file(path);
  std::string kept;
  for (std::string line; std::getline(file, line);) {
    if (step_of(line).value_or(step + 1) <= step) kept += line + "\n";
  }
  return kept;
}

std::string begin(const std::string& folder, std::uint64_t step, const std::string& record) {
  const std::string path = folder + "/log.jsonl";
  files::write_aside(path, R"({"kind":"record","record":)" + record + "}\n" + lines_until(path, step));
  return path;
}

}  // namespace

TrainingLog::TrainingLog(const std::string& folder, std::uint64_t step, const std::string& record)
    : board_(folder, "faasconf." + std::to_string(step)),
      lines_(begin(folder, step, record), files::AppendFile::Begin::at_end) {}

void TrainingLog::add(std::uint64_t step, const std::string& kind, const Scalars& scalars) {
  json entry = to_json(scalars);
  entry["step"] = step;
  entry["kind"] = kind;
  lines_.append(entry.dump() + "\n");
  Scalars named;
  for (const auto& [name, number] : scalars) named.emplace_back(kind + "/" + name, number);
  board_.add(static_cast<std::int64_t>(step), named);
}

}  // namespace faasconf::experiments::train
