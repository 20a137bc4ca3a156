#include "traces/replay/cold_shares.hpp"

#include <algorithm>
#include <vector>

#include "sim/stats/quantiles.hpp"

namespace faasconf::traces {

ColdShares cold_shares(const TraceReplay& replay) {
  ColdShares shares;
  std::vector<double> values;
  for (const CallTotals& calls : replay.functions) {
    if (calls.served() == 0) continue;
    values.push_back(calls.cold_share());
    if (calls.cold == calls.served()) ++shares.always;
  }
  shares.functions = values.size();
  std::ranges::sort(values);
  for (std::size_t i = 0; i < kColdQuantiles.size(); ++i) {
    shares.quantiles[i] = sim::quantile_of_sorted(values, kColdQuantiles[i]);
  }
  return shares;
}

}  // namespace faasconf::traces
