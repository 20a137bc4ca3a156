#include "traces/replay/call_tally.hpp"

#include <utility>

namespace faasconf::traces {

void CallTally::begin(std::size_t functions) {
  totals_.assign(functions, {});
  if (by_function_.size() < functions) by_function_.resize(functions);
  for (std::size_t i = 0; i < functions; ++i) by_function_[i].clear();
}

std::vector<CallTotals> CallTally::finish(std::span<const ReplayedFunction> functions) {
  for (std::size_t i = 0; i < functions.size(); ++i) {
    CallTotals& totals = totals_[i];
    const sim::Mebibytes memory = functions[i].model->memory;
    const double billed_ns = is_exact_ ? totals.execution_s : totals.billed_mib_s;
    totals.billed_mib_s = billed_ns / kNanoseconds * metering_.billed(memory).value;
    totals.execution_s /= kNanoseconds;
    totals.latency_s /= kNanoseconds;
    totals.execution_mib_s = totals.execution_s * memory.value;
    set_quantiles(totals, by_function_[i]);
    latencies_s_.merge(by_function_[i]);
  }
  return std::move(totals_);
}

}  // namespace faasconf::traces
