#include <algorithm>

#include "traces/source/source_kinds.hpp"
#include "traces/store/store.hpp"
#include "traces/store/store_series.hpp"

namespace faasconf::traces {
namespace {

constexpr std::uint64_t kFunctionsBetweenProgress = 64;
constexpr std::size_t kCallsAtOnce = 65'536;

class StoreSource final : public TraceSource {
 public:
  StoreSource(const std::string& path, const std::string& name) : TraceSource(name, {path}), path_(path) {}

  ReadTrace read(const ReadPolicy& policy) const override {
    const TraceStore store(path_);
    ReadPolicy in_functions = policy;
    in_functions.progress = by_functions(store, policy.progress);
    return {.trace = store.trace(in_functions), .report = {}};
  }

  InspectedTrace inspect(const ReadPolicy& policy) const override {
    const TraceStore store(path_);
    const auto report = by_functions(store, policy.progress);
    StatisticsCollector collector;
    collector.set_days(store.origin().days);
    std::uint64_t done = 0;
    store.each([&](const TraceFunction& function) {
      collector.add(function);
      if (++done % kFunctionsBetweenProgress != 0) return;
      sim::throw_if_cancelled(policy.go_on);
      if (report) report(done);
    });
    return {.statistics = collector.statistics(policy.go_on), .report = {}};
  }

  ReadSeries series(const SeriesRequest& request) const override {
    const std::string file = listed_files(*this, files().size(), request.go_on);
    const TraceStore store(path_);
    SeriesRequest in_functions = request;
    in_functions.progress = by_functions(store, request.progress);
    return {.series = read_series(store, name(), in_functions), .origin = file + " (" + store.origin().origin + ")"};
  }

  void each_invocation(const ReadPolicy& policy,
                       const std::function<void(const TraceInvocation&)>& use) const override {
    const TraceStore store(path_);
    for (std::uint64_t first = 0; first < store.invocations(); first += kCallsAtOnce) {
      sim::throw_if_cancelled(policy.go_on);
      const std::uint64_t left = store.invocations() - first;
      for (const auto& call : store.invocations(first, std::min<std::uint64_t>(left, kCallsAtOnce))) use(call);
    }
  }

 private:
  // Bytes for functions: as many of the file as its share.
  std::function<void(std::uint64_t)> by_functions(const TraceStore& store,
                                                  const std::function<void(std::uint64_t)>& progress) const {
    if (!progress) return {};
    return [this, &store, &progress](std::uint64_t functions) { progress(bytes() * functions / store.size()); };
  }

  std::string path_;
};

}  // namespace

std::unique_ptr<TraceSource> store_source(const std::string& path, const std::string& name) {
  return std::make_unique<StoreSource>(path, name);
}

}  // namespace faasconf::traces
