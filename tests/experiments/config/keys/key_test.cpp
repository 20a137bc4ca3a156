#include "experiments/config/keys/key.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/lookup_file.hpp"
#include "experiments/config/policy_spec.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/prediction/calibration_record.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

const std::string kWorkflow = "workflow: {name: w, functions: {f: {}, users: {}, stock: {}, price: {}}, entry: f}\n";

std::string read_experiment_text(const std::string& text) { return parse_experiment(text, "f.yaml").resolved; }

std::string read_policy_text(const std::string& text) {
  const PolicySpec policy = read_policy({parse_yaml_value(text, "f.yaml"), ""});
  std::string written = format(policy);
  for (const auto& [key, value] : all_parameters(policy)) written += ", " + key + ": " + value;
  return written;
}

std::string read_table_text(const std::string& text) {
  const sim::WorkflowSpec workflow = parse_experiment(kWorkflow, "f.yaml").scenario.workflow;
  return to_yaml(parse_lookup(text, "f.yaml", workflow), workflow);
}

std::string read_calibration_text(const std::string& text) {
  const sim::WorkflowSpec workflow = parse_experiment(kWorkflow, "f.yaml").scenario.workflow;
  return write_yaml(prediction::record_yaml(prediction::read_record({parse_yaml(text, "f.yaml"), ""}, workflow)));
}

// Where a section stands: a text with @ in its place, and what is read of it.
struct Home {
  std::string text;
  std::string (*read)(const std::string& text) = read_experiment_text;
};

std::string calibration_with(const std::string& part, const std::string& value) {
  std::map<std::string, std::string> parts = {
      {"measurements", "{file: a.csv, sha256: 9f86, rows: 40, held_out: 10}"},
      {"protocol", "{window: 30s, attribution: completed}"},
      {"ranges", "{users: [5, 20], functions: {}}"},
      {"parameters", "{p: {sets: functions.f.serial, bounds: [10ms, 1s], value: 80ms, interval: [78ms, 83ms]}}"},
      {"ensemble", "[[80ms], [81ms]]"},
      {"intervals", "[]"}};
  parts[part] = value;
  std::string text;
  for (const auto& [key, written] : parts) text += key + ": " + written + "\n";
  return text;
}

Home policy(const std::string& name) { return {"{" + name + ": @}", read_policy_text}; }
Home calibration(const std::string& part, const std::string& value) {
  return {calibration_with(part, value), read_calibration_text};
}
Home of_workflow(const std::string& key, const std::string& value = "@") {
  return {"workflow: {name: w, functions: {f: {}, users: {}, stock: {}}, entry: f, " + key + ": " + value + "}\n"};
}
Home of_function(const std::string& value) {
  return {"workflow: {name: w, functions: {f: " + value + ", users: {}, stock: {}, price: {}}, entry: f}\n"};
}
Home of_entry(const std::string& value) {
  return {"workflow: {name: w, functions: {f: {}, users: {}, stock: {}}, entry: " + value + "}\n"};
}
Home of_workload(const std::string& value) { return {kWorkflow + "workload: " + value + "\n"}; }
Home of_promise(const std::string& value) { return {kWorkflow + "promise: " + value + "\n"}; }

const std::map<std::string, Home>& homes() {
  static const std::map<std::string, Home> all = {
      {"workflow", {"workflow: @\n"}},
      {"qos", of_workflow("qos")},
      {"gateway", of_workflow("gateway")},
      {"cpu_sharing", of_workflow("cpu_sharing")},
      {"cluster", of_workflow("cluster")},
      {"node", of_workflow("cluster", "{nodes: [@]}")},
      {"prices", of_workflow("prices")},
      {"ranges", of_workflow("ranges")},
      {"function", of_function("@")},
      {"parallel", of_function("{parallel: @}")},
      {"memory", of_function("{memory: @}")},
      {"payload", of_function("{payload: @}")},
      {"start_up", of_function("{start_up: @}")},
      {"requests", of_function("{requests: @}")},
      {"queue_worker", of_function("{queue_worker: @}")},
      {"worker retry", of_function("{queue_worker: {retry: @}}")},
      {"all knobs", of_function("{fixed: @}")},
      {"law", of_function("{serial: @}")},
      {"block", of_entry("@")},
      {"option", of_entry("{choice: [@, {probability: 60%, do: users}]}")},
      {"fan_out", of_entry("{fan_out: @}")},
      {"experiment", {"@\n"}},
      {"workload", of_workload("@")},
      {"closed_loop", of_workload("{closed_loop: @}")},
      {"open_loop", of_workload("{open_loop: @}")},
      {"state", of_workload("{open_loop: {rate: 5/s, law: mmpp, states: [@, {relative_rate: 1, mean_stay: 5s}]}}")},
      {"retry", of_workload("{retry: @}")},
      {"profile", of_workload("{profile: @}")},
      {"loads", {kWorkflow + "loads: @\n"}},
      {"promise", of_promise("@")},
      {"latency", of_promise("{latency: @, served_share: 99%}")},
      {"good", of_promise("{good: @}")},
      {"configuration", {kWorkflow + "configuration: @\n"}},
      {"knobs", {kWorkflow + "configuration: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1, functions: {f: @}}\n"}},
      {"policy table", {"@\n", read_table_text}},
      {"table entry", {"table: [@]\n", read_table_text}},
      {"policy", {"@", read_policy_text}},
      {"fixed", policy("fixed")},
      {"openfaas", policy("openfaas")},
      {"openfaas-autoscaler", policy("openfaas-autoscaler")},
      {"hpa", policy("hpa")},
      {"kpa", policy("kpa")},
      {"table", policy("table")},
      {"bundle", policy("bundle")},
      {"behavior", {"{hpa: {behavior: @}}", read_policy_text}},
      {"scaling rules", {"{hpa: {behavior: {scaleUp: @}}}", read_policy_text}},
      {"scaling policy", {"{hpa: {behavior: {scaleUp: {policies: [@]}}}}", read_policy_text}},
      {"calibration", {"@\n", read_calibration_text}},
      {"measurements", calibration("measurements", "@")},
      {"measured protocol", calibration("protocol", "@")},
      {"measured ranges", calibration("ranges", "@")},
      {"measured knobs", calibration("ranges", "{users: [5, 20], functions: {f: @}}")},
      {"calibrated", calibration("parameters", "{p: @}")},
      {"setting", calibration("parameters", "{p: {sets: [@], bounds: [10ms, 1s], value: 80ms, interval: [1ms, 1s]}}")},
      {"prior",
       calibration("parameters", "{p: {sets: a, bounds: [10ms, 1s], value: 80ms, interval: [1ms, 1s], prior: @}}")},
      {"interval", calibration("intervals", "[@]")},
  };
  return all;
}

// Where a key needs others than those beside it, the whole map with $ for its value.
std::string whole(const std::string& section, const std::string& key) {
  static const std::map<std::string, std::string> all = {
      {"law.law", "{law: $, mean: 1s, cv: 1}"},
      {"law.value", "{law: deterministic, value: $}"},
      {"law.mean", "{law: exponential, mean: $}"},
      {"law.cv", "{law: lognormal, mean: 1s, cv: $}"},
      {"law.shape", "{law: weibull, mean: 1s, shape: $}"},
      {"law.scale", "{law: gamma, shape: 2, scale: $}"},
      {"law.mu", "{law: lognormal, mu: $, sigma: 1}"},
      {"law.sigma", "{law: lognormal, mu: 1, sigma: $}"},
      {"law.probability", "{law: hyperexponential, probability: $, means: [1s, 2s]}"},
      {"law.means", "{law: hyperexponential, probability: 0.5, means: $}"},
      {"law.from", "{law: uniform, from: $, to: 9s}"},
      {"law.to", "{law: uniform, from: 1ms, to: $}"},
      {"law.quantiles", "{law: empirical, quantiles: $}"},
      {"configuration.functions", "{default: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}, functions: $}"},
      {"configuration.cpu", "{cpu: $, memory: 1Gi, replicas: 1, concurrency: 1}"},
      {"configuration.memory", "{cpu: 1, memory: $, replicas: 1, concurrency: 1}"},
      {"configuration.replicas", "{cpu: 1, memory: 1Gi, replicas: $, concurrency: 1}"},
      {"configuration.concurrency", "{cpu: 1, memory: 1Gi, replicas: 1, concurrency: $}"},
      {"table entry.configuration", "{users: 3, configuration: $}"},
      {"workload.open_loop", "{open_loop: $}"},
      {"open_loop.law", "{rate: 5/s, law: $}"},
      {"kpa.target_rps", "{metric: rps, target_rps: $}"},
      {"kpa.requests-per-second-target-default", "{metric: rps, requests-per-second-target-default: $}"},
      {"openfaas-autoscaler.zero_duration", "{to_zero: true, zero_duration: $}"},
      {"openfaas-autoscaler.com.openfaas.scale.zero-duration", "{to_zero: true, com.openfaas.scale.zero-duration: $}"},
      {"table.interval", "{file: policy.file, users: last, interval: $}"},
      {"promise.good", "{good: $}"},
      {"measured ranges.rate", "{rate: $, functions: {}}"}};
  const auto found = all.find(section + "." + key);
  return found == all.end() ? "" : found->second;
}

std::string replaced(std::string text, char sign, const std::string& value) {
  const std::size_t at = text.find(sign);
  return at == std::string::npos ? text : text.replace(at, 1, value);
}

// "mode=cfs,run_slice=4ms" without the key itself.
std::string beside(const Key& key) {
  std::string text;
  std::string list = key.beside + ",";
  for (std::size_t end = list.find(','); end != std::string::npos && end > 0; end = list.find(',')) {
    // commas within braces belong to a value
    while (std::ranges::count(list.substr(0, end), '{') > std::ranges::count(list.substr(0, end), '}')) {
      end = list.find(',', end + 1);
    }
    text += replaced(list.substr(0, end), '=', ": ") + ", ";
    list.erase(0, end + 1);
  }
  return text;
}

// A map of the section with this key, or without where there is no value.
std::string map_with(const Section& section, const Key& key, const std::string& value) {
  if (const std::string text = whole(section.name, key.name); !text.empty() && !value.empty()) {
    return replaced(text, '$', value);
  }
  std::string map = beside(key);
  for (const Key& other : section.keys) {
    const bool needed = other.required() && other.name != key.name && map.find(other.name + ": ") == std::string::npos;
    if (needed) map += other.name + ": " + other.example + ", ";
  }
  return "{" + map + (value.empty() ? "" : key.name + ": " + value) + "}";
}

std::string text_with(const Section& section, const Key& key, const std::string& value) {
  return replaced(homes().at(section.name).text, '@', map_with(section, key, value));
}

std::string read(const Section& section, const std::string& text) { return homes().at(section.name).read(text); }

// Sections whose files other rooms read, with tests there.
bool is_read_elsewhere(const Section& section) {
  static const std::set<std::string> elsewhere = {"mapping", "protocol", "knob cells", "cell",          "columns",
                                                  "target",  "fitted",   "training",   "training file", "sweep",
                                                  "axis",    "sample",   "precision",  "selection",     "learning"};
  return elsewhere.contains(section.name);
}

void for_each_key(const std::function<void(const Section&, const Key&)>& visit) {
  for (const Section& section : sections()) {
    if (is_read_elsewhere(section)) continue;
    ASSERT_TRUE(homes().contains(section.name)) << section.name;
    for (const Key& key : section.keys) {
      if (!key.example.empty()) visit(section, key);
    }
  }
}

std::string complaint_about_value(const Section& section, const Key& key, const std::string& value) {
  return complaint([&] { read(section, text_with(section, key, value)); });
}

TEST(Keys, HaveExamplesThatAreRead) {
  for_each_key([](const Section& section, const Key& key) {
    EXPECT_EQ(complaint_about_value(section, key, key.example), "no error") << section.name << "." << key.name << "\n"
                                                                            << text_with(section, key, key.example);
  });
}

// The example is read, so a value of no kind is refused where the reader looks at it.
TEST(Keys, AreAllRead) {
  for_each_key([](const Section& section, const Key& key) {
    EXPECT_NE(complaint_about_value(section, key, "{zzz: {zzz: {zzz: 1}}}"), "no error")
        << section.name << "." << key.name;
  });
}

TEST(Keys, MeanTheirDefaultsWhereTheyAreAbsent) {
  for_each_key([](const Section& section, const Key& key) {
    if (key.standard.empty() || key.required() || !whole(section.name, key.name).empty()) return;
    if (section.name == "cluster" && key.beside.empty()) return;  // without any key it is refused
    EXPECT_EQ(read(section, text_with(section, key, key.standard)), read(section, text_with(section, key, "")))
        << section.name << "." << key.name;
  });
}

std::string beyond(const Taken& taken, bool above) {
  const double end = above ? taken.most : taken.least;
  const bool is_share = taken.kind == Taken::Kind::share || taken.kind == Taken::Kind::percentage;
  if (is_share) return above ? format_number(100 * end + 1) + "%" : "-1%";
  if (taken.kind == Taken::Kind::count) return format_number(end + (above ? 1 : -1));
  return above ? format_number(2 * end + 1) : format_number(end < 1e-300 ? end - 1 : end / 2);
}

TEST(Keys, AreRefusedBeyondTheirBounds) {
  const std::set<Taken::Kind> bounded = {Taken::Kind::count, Taken::Kind::number, Taken::Kind::share,
                                         Taken::Kind::percentage};
  for_each_key([&](const Section& section, const Key& key) {
    const Taken& taken = key.takes.kinds.front();
    if (!bounded.contains(taken.kind) || section.name == "law") return;
    if (taken.least != -kNoEnd) {
      EXPECT_NE(complaint_about_value(section, key, beyond(taken, false)), "no error")
          << section.name << "." << key.name << ": " << beyond(taken, false);
    }
    if (taken.most < 1e15) {
      EXPECT_NE(complaint_about_value(section, key, beyond(taken, true)), "no error")
          << section.name << "." << key.name << ": " << beyond(taken, true);
    }
  });
}

TEST(Keys, AreDescribed) {
  for (const Section& section : sections()) {
    EXPECT_FALSE(section.where.empty()) << section.name;
    std::set<std::string> names;
    for (const Key& key : section.keys) {
      EXPECT_TRUE(names.insert(key.name).second) << section.name << "." << key.name << " twice";
      EXPECT_FALSE(key.meaning.empty()) << section.name << "." << key.name;
      EXPECT_EQ(key.meaning.find_first_of("\n|"), std::string::npos) << section.name << "." << key.name;
    }
  }
}

void collect(const std::vector<Taken>& kinds, std::set<std::string>& names) {
  for (const Taken& taken : kinds) {
    if (!taken.section.empty()) names.insert(taken.section);
    collect(taken.of, names);
  }
}

TEST(Sections, AreFilesOrPartsOfOne) {
  std::set<std::string> parts, names;
  for (const Section& section : sections()) {
    EXPECT_TRUE(names.insert(section.name).second) << section.name << " twice";
    for (const Key& key : section.keys) collect(key.takes.kinds, parts);
  }
  for (const std::string& part : parts) EXPECT_TRUE(names.contains(part)) << part;
  for (const Section& section : sections()) {
    EXPECT_TRUE(section.is_file() || parts.contains(section.name)) << section.name;
  }
}

}  // namespace
}  // namespace faasconf::experiments::config
