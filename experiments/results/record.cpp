#include "experiments/results/record.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <nlohmann/json.hpp>

#include "experiments/version.hpp"
#include "sim/core/version.hpp"
#include "traces/files/digest.hpp"

namespace faasconf::experiments::results {
namespace {

std::string seed_text(const Record& record) { return record.seed ? std::to_string(*record.seed) : "null"; }

// A text of several lines under a key, byte for byte.
std::string yaml_block(const std::string& key, const std::string& text) {
  std::string block = "  " + key + ": |\n";
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    block += "    " + text.substr(begin, end - begin) + "\n";
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  return block;
}

std::string yaml_inputs(const std::vector<config::InputFile>& inputs) {
  if (inputs.empty()) return "  inputs: []\n";
  std::string text = "  inputs:\n";
  for (const config::InputFile& input : inputs) {
    text += "    - {path: " + config::yaml_in_quotes(input.path) + ", sha256: " + config::yaml_in_quotes(input.sha256) +
            "}\n";
  }
  return text;
}

nlohmann::ordered_json json_inputs(const std::vector<config::InputFile>& inputs) {
  auto list = nlohmann::ordered_json::array();
  for (const config::InputFile& input : inputs) list.push_back({{"path", input.path}, {"sha256", input.sha256}});
  return list;
}

bool has_experiment(const Record& record, ExperimentText experiment) {
  return experiment == ExperimentText::within && !record.job.experiment.empty();
}

// The digests of what a text in quotes is the path of: an input, or a folder of inputs; empty: it is no path of one.
std::string digests_at(std::string_view in_quotes, const std::vector<config::InputFile>& inputs) {
  std::string folder(in_quotes.substr(0, in_quotes.size() - 1));
  while (folder.ends_with('/')) folder.pop_back();
  if (folder.size() == 1) return {};
  std::string digests;
  for (const config::InputFile& input : inputs) {
    const std::string path = config::yaml_in_quotes(input.path);
    if (path != in_quotes && !path.starts_with(folder + "/")) continue;
    digests += (digests.empty() ? "" : " ") + input.sha256;
  }
  return digests;
}

// Where a text that begins with a quotation mark ends, behind the closing one.
std::size_t end_of_quotes(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

// The experiment with digests in the place of the paths of inputs: it is the same wherever they lie.
std::string by_contents(std::string_view experiment, const std::vector<config::InputFile>& inputs) {
  std::string text;
  for (std::size_t begin = 0; begin < experiment.size();) {
    const std::size_t quote = std::min(experiment.find('"', begin), experiment.size());
    text += experiment.substr(begin, quote - begin);
    if (quote == experiment.size()) break;
    begin = end_of_quotes(experiment, quote);
    const std::string_view in_quotes = experiment.substr(quote, begin - quote);
    const std::string digests = digests_at(in_quotes, inputs);
    text += digests.empty() ? std::string(in_quotes) : '"' + digests + '"';
  }
  return text;
}

}  // namespace

std::string job_yaml(const Job& job) {
  return config::write_yaml(config::yaml_map({{job.verb, config::yaml_map(job.options)}}));
}

std::string identity(const Record& record) {
  std::string text = "model_version: " + std::to_string(sim::kModelVersion) + "\nseed: " + seed_text(record) + "\n";
  for (const config::InputFile& input : record.inputs) text += "input: " + input.sha256 + "\n";
  return files::sha256(text + "job:\n" + job_yaml(record.job) + "experiment:\n" +
                       by_contents(record.job.experiment, record.inputs));
}

std::string to_yaml(const Record& record, ExperimentText experiment) {
  std::string text = "record:\n";
  const auto add = [&text](const std::string& key, const std::string& value) {
    text += "  " + key + ": " + value + "\n";
  };
  add("format", std::string(record.format.name));
  add("format_version", std::to_string(record.format.version));
  add("faasconf_version", config::yaml_in_quotes(version()));
  add("faasconf_revision", config::yaml_in_quotes(code_revision()));
  add("model_version", std::to_string(sim::kModelVersion));
  add("seed", seed_text(record));
  add("identity", identity(record));
  text += yaml_inputs(record.inputs);
  text += yaml_block("job", job_yaml(record.job));
  if (has_experiment(record, experiment)) text += yaml_block("experiment", record.job.experiment);
  return text;
}

std::string to_json(const Record& record, ExperimentText experiment) {
  nlohmann::ordered_json object{{"format", record.format.name},        {"format_version", record.format.version},
                                {"faasconf_version", version()},       {"faasconf_revision", code_revision()},
                                {"model_version", sim::kModelVersion}, {"seed", nullptr},
                                {"identity", identity(record)},        {"inputs", json_inputs(record.inputs)},
                                {"job", job_yaml(record.job)}};
  if (record.seed) object["seed"] = *record.seed;
  if (has_experiment(record, experiment)) object["experiment"] = record.job.experiment;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string csv_comment(const Record& record) { return csv_comment(to_json(record)); }
std::string csv_comment(std::string_view json) { return "# faasconf: " + std::string(json) + "\n"; }

}  // namespace faasconf::experiments::results
