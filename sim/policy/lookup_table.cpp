#include "sim/policy/lookup_table.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

double between(double low, double high, double share) { return low + share * (high - low); }

// Up, but not for what rounding has added.
int whole(int low, int high, double share) {
  constexpr double kRounding = 1e-9;
  return static_cast<int>(std::ceil(between(low, high, share) - kRounding));
}

FunctionConfiguration between(const FunctionConfiguration& low, const FunctionConfiguration& high, double share) {
  return {.cpu = {between(low.cpu.value, high.cpu.value, share)},
          .memory = {between(low.memory.value, high.memory.value, share)},
          .replicas = whole(low.replicas, high.replicas, share),
          .concurrency = whole(low.concurrency, high.concurrency, share)};
}

std::string text_of(double load, LoadUnit unit) {
  std::ostringstream text;
  text << load << (unit == LoadUnit::users ? " users" : " requests/s");
  return text.str();
}

}  // namespace

LookupTable::LookupTable(std::vector<LookupEntry> entries, LoadUnit unit) : unit_(unit), entries_(std::move(entries)) {
  if (entries_.empty()) throw Error("a lookup table: expected an entry at least, got none");
  std::ranges::sort(entries_, {}, &LookupEntry::load);
  for (std::size_t i = 1; i < entries_.size(); ++i) {
    if (entries_[i].load == entries_[i - 1].load) {
      throw Error("a lookup table: expected one entry for " + text_of(entries_[i].load, unit) + ", got two");
    }
    if (entries_[i].configuration.functions.size() != entries_[0].configuration.functions.size()) {
      throw Error("a lookup table: expected the same functions in all entries");
    }
  }
}

Configuration LookupTable::at(double load) const {
  const auto above = std::ranges::find_if(entries_, [load](const LookupEntry& entry) { return entry.load >= load; });
  if (above == entries_.begin()) return above->configuration;
  if (above == entries_.end()) return entries_.back().configuration;
  const auto below = std::prev(above);
  const double share = (load - below->load) / (above->load - below->load);
  Configuration configuration;
  for (std::size_t i = 0; i < above->configuration.functions.size(); ++i) {
    configuration.functions.push_back(
        between(below->configuration.functions[i], above->configuration.functions[i], share));
  }
  return configuration;
}

double load_of(const Observation& seen, LoadUnit unit) {
  return unit == LoadUnit::users ? seen.users : seen.offered_rate_per_s;
}

}  // namespace faasconf::sim
