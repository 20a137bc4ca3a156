#pragma once
// What a policy is, as files and options spell it: fixed, fixed:FILE, openfaas, openfaas-autoscaler, hpa:KEY=VALUE,...,
// kpa, table:FILE, bundle:FILE. One grammar for all commands; experiments/policies makes the policies.

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "experiments/config/yaml_reader.hpp"
#include "sim/policy/hpa.hpp"
#include "sim/policy/kpa.hpp"
#include "sim/policy/openfaas_alerts.hpp"
#include "sim/policy/openfaas_autoscaler.hpp"

namespace faasconf::experiments::config {

// A configuration that is deployed once.
struct FixedSpec {
  std::string file{};  // a configuration file; empty: the configuration that it starts from

  friend bool operator==(const FixedSpec&, const FixedSpec&) = default;
};

// Configurations by number of users, looked up for the users of the next window, or for those seen in the last one.
struct TableSpec {
  std::string file;
  bool last = false;
  std::optional<sim::Duration> interval{};  // between looks, for those seen in it; absent: a window

  friend bool operator==(const TableSpec&, const TableSpec&) = default;
};

// A trained policy, or a folder of trainings, whose best policies take turns.
struct BundleSpec {
  std::string file;

  friend bool operator==(const BundleSpec&, const BundleSpec&) = default;
};

struct PolicySpec {
  std::variant<FixedSpec, sim::OpenFaasAlertsParameters, sim::OpenFaasAutoscalerParameters, sim::HpaParameters,
               sim::KpaParameters, TableSpec, BundleSpec>
      kind{};
  // It starts from the one of this name, or from each where this is empty. Policies with a file start from the first.
  std::string configuration{};

  friend bool operator==(const PolicySpec&, const PolicySpec&) = default;
};

// A text:
//   hpa, hpa:CONFIGURATION, hpa:KEY=VALUE,..., hpa:CONFIGURATION:KEY=VALUE,...   and the same of the other autoscalers
//   fixed, fixed:CONFIGURATION, fixed:FILE where no configuration has that name (find_files() decides)
//   table:FILE, table:FILE:last, table:FILE:last,interval=5s, bundle:FILE
// In a file also a map: {hpa: {configuration: lean, interval: 1m}}, {table: {file: table.yaml, users: last}}.
// Throws sim::Error on anything else.
PolicySpec read_policy(const YamlValue& value);
PolicySpec parse_policy(const std::string& text, const std::string& source);  // `source` is for messages
std::string format(const PolicySpec& spec);                                   // the text

std::string suffix_of(const TableSpec& table);  // what follows the file in the text: ":last,interval=5s"

const std::string* file_of(const PolicySpec& spec);  // null: the policy has none
bool is_autoscaler(const PolicySpec& spec);          // it sets replicas, and nothing else
bool is_fixed(const PolicySpec& spec);               // it never changes a configuration

// "hpa", and every parameter with its value, as files write them.
std::string kind_of(const PolicySpec& spec);
std::vector<std::pair<std::string, std::string>> all_parameters(const PolicySpec& spec);
std::string changed_parameters(const PolicySpec& spec);  // an autoscaler's that are not the defaults: "interval=1m,..."

}  // namespace faasconf::experiments::config
