#pragma once
// A table of configurations by load, and the policy that looks them up.

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "sim/policy/policy.hpp"

namespace faasconf::sim {

enum class LoadUnit : std::uint8_t { users, requests_per_s };

struct LookupEntry {
  double load;  // in the table's unit
  Configuration configuration;

  friend bool operator==(const LookupEntry&, const LookupEntry&) = default;
};

// Between two entries every knob is interpolated in the load: CPU and memory limits linearly, replicas and concurrency
// limits rounded up, so that rounding never makes an interpolated configuration smaller. Beyond the ends the
// nearest entry holds.
class LookupTable {
 public:
  // Throws Error: no entry, two of one load, different functions.
  explicit LookupTable(std::vector<LookupEntry> entries, LoadUnit unit = LoadUnit::users);

  LoadUnit unit() const { return unit_; }
  const std::vector<LookupEntry>& entries() const { return entries_; }  // by load, ascending
  Configuration at(double load) const;

 private:
  LoadUnit unit_;
  std::vector<LookupEntry> entries_;
};

// Looks up the configuration for the load that a given function expects after an observation.
class LookupPolicy final : public Policy {
 public:
  using Load = std::function<double(const Observation&)>;

  // Once per window, or at an interval of its own. The table is borrowed.
  LookupPolicy(const LookupTable& table, Load load, std::optional<Duration> interval = std::nullopt)
      : table_(table), load_(std::move(load)), interval_(interval) {}
  Configuration decide(const Observation& observation) override { return table_.at(load_(observation)); }
  bool needs_every_metric() const override { return false; }
  std::optional<Duration> interval() const override { return interval_; }

 private:
  const LookupTable& table_;
  Load load_;
  std::optional<Duration> interval_;
};

// The load seen: what it was, on average, in the window or interval.
double load_of(const Observation& seen, LoadUnit unit);

}  // namespace faasconf::sim
