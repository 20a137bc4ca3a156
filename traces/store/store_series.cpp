#include "traces/store/store_series.hpp"

#include <cstdint>

namespace faasconf::traces {

MinuteSeries read_series(const TraceStore& store, const std::string& name, const SeriesRequest& request) {
  SeriesOfFunctions series(name, store.origin().days, request);
  std::uint64_t done = 0;
  store.each([&](const TraceFunction& function) {
    series.add(function);
    if (request.progress) request.progress(++done);
  });
  return series.finish();
}

}  // namespace faasconf::traces
