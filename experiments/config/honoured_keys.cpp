#include "experiments/config/honoured_keys.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

using enum KeyUse;

struct PartlyHonoured {
  std::string_view key;
  std::array<KeyUse, kVerbs> by_verb{};
};

// What not every command honours.
constexpr auto kPartlyHonoured = std::to_array<PartlyHonoured>({
    // key                 simulate, evaluate, search, promise explain
    {"promise_mismatch", {honoured, honoured, refused, no_bearing}},
    {"rollout", {honoured, honoured, honoured, no_bearing}},
    {"drain", {honoured, honoured, honoured, no_bearing}},
    {"loads", {one_load, honoured, honoured, one_load}},
    {"load_knowledge", {honoured, honoured, honoured, no_bearing}},
    {"duration", {honoured, honoured, refused, no_bearing}},
    {"replications", {honoured, honoured, refused, no_bearing}},
    {"seed", {honoured, honoured, honoured, no_bearing}},
    {"configuration", {honoured, honoured, refused, no_bearing}},
    {"configurations", {honoured, honoured, refused, no_bearing}},
    {"policies", {honoured, honoured, refused, no_bearing}},
});

std::string_view name_of(Verb verb) {
  constexpr std::array<std::string_view, kVerbs> kNames = {"simulate", "evaluate", "search", "promise explain"};
  return kNames[static_cast<std::size_t>(verb)];
}

[[noreturn]] void refuse(const GivenKey& given, Verb verb, const std::string& why) {
  throw sim::Error(given.place + ": " + given.key + ": faasconf " + std::string(name_of(verb)) + " " + why);
}

}  // namespace

KeyUse use_of(std::string_view key, Verb verb) {
  const auto partly = std::ranges::find(kPartlyHonoured, key, &PartlyHonoured::key);
  return partly == kPartlyHonoured.end() ? honoured : partly->by_verb[static_cast<std::size_t>(verb)];
}

void check_keys(const Experiment& experiment, Verb verb) {
  for (const GivenKey& given : experiment.keys) {
    const KeyUse use = use_of(given.key, verb);
    if (use == refused) {
      refuse(given, verb, "cannot honour it; leave it out, or drop it with --set " + given.key + "=");
    }
    if (use == one_load && !experiment.loads.empty()) {
      refuse(given, verb, "takes one load of them; say which with --users or --rate, or drop it with --set loads=");
    }
  }
}

}  // namespace faasconf::experiments::config
