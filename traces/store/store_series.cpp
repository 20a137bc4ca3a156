#include "traces/store/store_series.hpp"

#include <cstdint>

namespace faasconf::traces {
namespace {

constexpr unsigned kFunctionsBetweenQuestions = 64;

}  // namespace

MinuteSeries read_series(const TraceStore& store, const std::string& name, const SeriesRequest& request) {
  SeriesOfFunctions series(name, store.origin().days, request);
  std::uint64_t done = 0;
  sim::Questions<kFunctionsBetweenQuestions> questions(request.go_on);
  store.each([&](const TraceFunction& function) {
    series.add(function);
    questions.next();
    if (request.progress) request.progress(++done);
  });
  return series.finish();
}

}  // namespace faasconf::traces
