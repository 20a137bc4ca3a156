#include "experiments/config/policy_files.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

bool is_configuration(const std::string& name, const std::vector<NamedConfiguration>& configurations) {
  return std::ranges::count(configurations, name, &NamedConfiguration::name) > 0;
}

void set_file(PolicySpec& policy, const std::string& path) {
  std::visit(
      [&path](auto& kind) {
        if constexpr (requires { kind.file; }) kind.file = path;
      },
      policy.kind);
}

std::vector<std::string> files_below(const PolicySpec& policy, const std::string& path, const YamlValue& written) {
  if (!std::holds_alternative<BundleSpec>(policy.kind)) return {path};
  try {
    return bundle_files(path);
  } catch (const sim::Error& error) {
    written.fail(error.what());
  }
}

}  // namespace

void find_files(PolicySpec& policy, const YamlValue& written, const std::vector<NamedConfiguration>& configurations,
                InputFiles& files) {
  const YamlNode::Kind scalar = YamlNode::Kind::scalar;
  if (std::holds_alternative<FixedSpec>(policy.kind) && !policy.configuration.empty() &&
      !is_configuration(policy.configuration, configurations)) {
    const YamlNode name{scalar, written.node().place, policy.configuration, {}, {}};
    if (!std::filesystem::is_regular_file(files.find({name, written.path()}))) return;  // cases_of() objects
    policy = {.kind = FixedSpec{.file = name.scalar}};
  }
  const std::string* const file = file_of(policy);
  if (file == nullptr) return;
  const YamlNode reference{scalar, written.node().place, *file, {}, {}};
  const YamlValue value(reference, written.path());
  const std::string path = files.find(value);
  set_file(policy, path);
  for (const std::string& one : files_below(policy, path, written)) files.add(one, value);
}

void add_policy(Experiment& experiment, const std::string& text, const std::string& option) {
  const Place place{std::make_shared<const std::string>(option), 0};
  const YamlNode node{YamlNode::Kind::scalar, place, text, {}, {}};
  PolicySpec policy = read_policy({node, ""});
  InputFiles files;
  find_files(policy, {node, ""}, experiment.configurations, files);
  experiment.policies.push_back(std::move(policy));
  for (InputFile& file : files.take()) experiment.inputs.push_back(std::move(file));
}

std::vector<std::string> bundle_files(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code unreadable;
  if (!fs::is_directory(path, unreadable)) return {path};
  std::vector<std::string> paths;
  for (const fs::directory_entry& training : fs::directory_iterator(path, unreadable)) {
    const fs::path best = training.path() / "best.fcp";
    if (fs::exists(best, unreadable)) paths.push_back(best.string());
  }
  std::ranges::sort(paths);
  if (paths.empty()) {
    throw sim::Error("expected a policy, or a folder of trainings with best.fcp in each, got " + path);
  }
  return paths;
}

}  // namespace faasconf::experiments::config
