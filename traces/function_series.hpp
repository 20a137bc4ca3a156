#pragma once
// The minute counts of a function or an app out of a store or a trace: as minute_series.hpp has them from CSV.

#include <string>

#include "traces/minute_series.hpp"
#include "traces/store.hpp"
#include "traces/trace.hpp"

namespace faasconf::traces {

// A row is the function's place, from 1. Throws sim::Error; so too where several functions or apps begin as is asked.
MinuteSeries read_series(const TraceStore& store, const std::string& name, const SeriesRequest& request);
MinuteSeries read_series(const Trace& trace, const std::string& name, const SeriesRequest& request);

}  // namespace faasconf::traces
