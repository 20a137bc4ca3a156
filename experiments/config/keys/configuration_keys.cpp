#include "experiments/config/keys/key.hpp"
#include "experiments/config/profile_file.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace takes;

const std::string kRequiredKey(kRequired);

std::vector<Key> knob_keys(const std::string& standard) {
  return {
      {"cpu", cpu(), standard, "500m", "CPU limit of an instance; 1 or 1000m is a core"},
      {"memory", memory(), standard, "512Mi", "memory limit of an instance"},
      {"replicas", count(0, 100'000), standard, "2", "instances; 0 only where the range begins at 0"},
      {"concurrency", count(0, 1e9) | words({"unlimited"}), standard, "4",
       "requests that an instance serves at once; 0 or unlimited: any number"},
  };
}

}  // namespace

std::vector<Section> configuration_sections() {
  Section file = {
      "configuration",
      "A configuration file, or `configuration` of an experiment: the knobs of all functions that are tuned.",
      {"default", "cpu", "memory", "replicas", "concurrency"},
      {
          {"default", map_of("knobs"), "", "{cpu: 1, memory: 1Gi, replicas: 2, concurrency: 4}",
           "what functions have that say nothing else; the four may also stand at the top"},
          {"functions", named(map_of("knobs")), "", "{f: {replicas: 4}}", "the functions that differ"},
      }};
  for (Key& knob : knob_keys("")) file.keys.push_back(std::move(knob));
  return {
      std::move(file),
      {"knobs", "What a configuration says of one function.", {}, knob_keys("")},
      {"all knobs", "`fixed` of a function.", {}, knob_keys(kRequiredKey)},
      {"policy table",
       "A policy table, as `faasconf search` writes it.",
       {"table"},
       {{"table", list_of(map_of("table entry")), kRequiredKey,
         "[{users: 10, configuration: {cpu: 1, memory: 1Gi, replicas: 2, concurrency: 4}}]",
         "configurations by load; that of the next higher load is deployed"}}},
      {"table entry",
       "Each of `table`, with the same kind of load in all.",
       {},
       {
           {"users", count(0, kMostUsers), "", "10", "of a closed loop"},
           {"rate", rate(0), "", "5/s", "of an open loop"},
           {"configuration", map_of("configuration"), kRequiredKey,
            "{cpu: 1, memory: 1Gi, replicas: 2, concurrency: 4}", "what is deployed under it"},
       }},
  };
}

}  // namespace faasconf::experiments::config
