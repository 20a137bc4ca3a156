#include "experiments/config/honoured_keys.hpp"

#include <algorithm>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

using enum KeyUse;

constexpr auto kKeyUses = std::to_array<KeyUses>({
    // key                 simulate, evaluate, search, promise explain
    {"workflow", {honoured, honoured, honoured, honoured}},
    {"description", {honoured, honoured, honoured, honoured}},
    {"promise", {honoured, honoured, honoured, honoured}},
    {"promise_mismatch", {honoured, honoured, refused, no_bearing}},
    {"rollout", {honoured, honoured, honoured, no_bearing}},
    {"drain", {honoured, honoured, honoured, no_bearing}},
    {"workload", {honoured, honoured, honoured, honoured}},
    {"loads", {one_load, honoured, honoured, one_load}},
    {"load_knowledge", {honoured, honoured, honoured, no_bearing}},
    {"attribution", {honoured, honoured, honoured, honoured}},
    {"instances", {honoured, honoured, honoured, honoured}},
    {"redeploy", {honoured, honoured, honoured, honoured}},
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

std::span<const KeyUses> key_uses() { return kKeyUses; }

void check_keys(const Experiment& experiment, Verb verb) {
  for (const GivenKey& given : experiment.keys) {
    const auto uses = std::ranges::find(kKeyUses, given.key, &KeyUses::key);
    if (uses == kKeyUses.end()) continue;
    if (uses->of(verb) == refused) {
      refuse(given, verb, "cannot honour it; leave it out, or drop it with --set " + given.key + "=");
    }
    if (uses->of(verb) == one_load && !experiment.loads.empty()) {
      refuse(given, verb, "takes one load of them; say which with --users or --rate, or drop it with --set loads=");
    }
  }
}

}  // namespace faasconf::experiments::config
