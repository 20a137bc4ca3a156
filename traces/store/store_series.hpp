#pragma once
// The minute counts of a function or an app out of a store.

#include <string>

#include "traces/core/minute_series.hpp"
#include "traces/store/store.hpp"

namespace faasconf::traces {

// As out of the trace that the store holds.
MinuteSeries read_series(const TraceStore& store, const std::string& name, const SeriesRequest& request);

}  // namespace faasconf::traces
