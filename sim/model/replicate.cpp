#include <cstdint>
#include <utility>

#include "sim/core/in_order.hpp"
#include "sim/model/run.hpp"

namespace faasconf::sim {

void replicate(const Scenario& scenario, const PolicyFactory& make_policy, const RunOptions& options,
               std::uint64_t seed, std::uint64_t count, int threads, const OnReplication& on_replication) {
  const auto make = [&](std::uint64_t replication) {
    const auto policy = make_policy();
    return run(scenario, *policy, options, seed, replication);
  };
  std::uint64_t delivered = 0;
  in_order(count, threads, make, [&](Run&& run) { return on_replication(delivered++, std::move(run)); });
}

}  // namespace faasconf::sim
