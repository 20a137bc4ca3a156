#pragma once
// A table of configurations by number of users, and the policy that looks them up.

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/policy/policy.hpp"

namespace faasconf::sim {

struct LookupEntry {
  int users;
  Configuration configuration;

  friend bool operator==(const LookupEntry&, const LookupEntry&) = default;
};

// Between two entries every knob is interpolated in the users: CPU and memory limits linearly, replicas and concurrency
// limits rounded up, so that rounding never makes an interpolated configuration smaller. Beyond the ends the
// nearest entry holds.
class LookupTable {
 public:
  // Throws Error: no entry, two of one number of users, different functions.
  explicit LookupTable(std::vector<LookupEntry> entries);

  const std::vector<LookupEntry>& entries() const { return entries_; }  // by users, ascending
  Configuration at(double users) const;

 private:
  std::vector<LookupEntry> entries_;
};

// Looks up the configuration for the number of users that a given function predicts for the next window.
class LookupPolicy final : public Policy {
 public:
  // users: expected in the window after the one of this number. The table is borrowed.
  LookupPolicy(const LookupTable& table, std::function<double(std::int64_t window)> users)
      : table_(table), users_(std::move(users)) {}
  Configuration decide(const Observation& observation) override { return table_.at(users_(observation.window)); }
  bool needs_every_metric() const override { return false; }

 private:
  const LookupTable& table_;
  std::function<double(std::int64_t)> users_;
};

}  // namespace faasconf::sim
