#pragma once
// A table of configurations by load, and the policy that looks them up.

#include <cstdint>
#include <functional>
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

// Looks up the configuration for the load that a given function predicts for the next window.
class LookupPolicy final : public Policy {
 public:
  // load: expected in the window after the one of this number. The table is borrowed.
  LookupPolicy(const LookupTable& table, std::function<double(std::int64_t window)> load)
      : table_(table), load_(std::move(load)) {}
  Configuration decide(const Observation& observation) override { return table_.at(load_(observation.window)); }
  bool needs_every_metric() const override { return false; }

 private:
  const LookupTable& table_;
  std::function<double(std::int64_t)> load_;
};

}  // namespace faasconf::sim
