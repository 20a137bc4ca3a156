#include <utility>

#include "traces/counts/second_counts.hpp"
#include "traces/source/source_kinds.hpp"

namespace faasconf::traces {
namespace {

class SecondCountsSource final : public TraceSource {
 public:
  SecondCountsSource(const std::string& path, const std::string& name) : TraceSource(name, {path}), path_(path) {}

  ReadTrace read(const ReadPolicy& policy) const override {
    ReadTrace read = read_counts(policy);
    read.trace.origin = "counts per second:" + listed_digests(*this, policy.go_on);
    return read;
  }

  InspectedTrace inspect(const ReadPolicy& policy) const override {
    return inspected(read_counts(policy), policy.go_on);
  }

  ReadSeries series(const SeriesRequest& request) const override {
    const std::string file = listed_files(*this, files().size(), request.go_on);
    const ReadTrace read =
        read_counts({.on_bad_row = request.on_bad_row, .progress = request.progress, .go_on = request.go_on});
    ReadSeries result{.series = read_series(read.trace, name(), request), .origin = file};
    result.series.report = read.report;
    return result;
  }

  void each_invocation(const ReadPolicy&, const std::function<void(const TraceInvocation&)>&) const override {}

 private:
  ReadTrace read_counts(const ReadPolicy& policy) const {
    SecondCounts read = read_second_counts(path_, policy);
    return {.trace = std::move(read.trace), .report = std::move(read.report)};
  }

  std::string path_;
};

}  // namespace

std::unique_ptr<TraceSource> second_counts_source(const std::string& path, const std::string& name) {
  return std::make_unique<SecondCountsSource>(path, name);
}

}  // namespace faasconf::traces
