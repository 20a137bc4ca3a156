#include "traces/azure/azure2021.hpp"
#include "traces/source/source_kinds.hpp"

namespace faasconf::traces {
namespace {

constexpr unsigned kCallsBetweenQuestions = 4096;

class Azure2021Source final : public TraceSource {
 public:
  Azure2021Source(const std::string& path, const std::string& name) : TraceSource(name, {path}), path_(path) {}

  ReadTrace read(const ReadPolicy& policy) const override {
    ReadTrace read = read_calls(policy);
    read.trace.origin = "Azure Functions 2021:" + listed_digests(*this, policy.go_on);
    return read;
  }

  InspectedTrace inspect(const ReadPolicy& policy) const override {
    return inspected(read_calls(policy), policy.go_on);
  }

  ReadSeries series(const SeriesRequest& request) const override {
    const std::string file = listed_files(*this, files().size(), request.go_on);
    const ReadTrace read =
        read_calls({.on_bad_row = request.on_bad_row, .progress = request.progress, .go_on = request.go_on});
    ReadSeries result{.series = read_series(read.trace, name(), request), .origin = file};
    result.series.report = read.report;
    return result;
  }

  void each_invocation(const ReadPolicy& policy,
                       const std::function<void(const TraceInvocation&)>& use) const override {
    Azure2021Reader reader(path_, policy.on_bad_row);
    sim::Questions<kCallsBetweenQuestions> questions(policy.go_on);
    for (TraceInvocation call; reader.next(call);) {
      questions.next();
      use(call);
    }
  }

 private:
  ReadTrace read_calls(const ReadPolicy& policy) const {
    Azure2021Reader reader(path_, policy.on_bad_row);
    Azure2021Trace read = read_azure2021(reader, policy);
    return {.trace = std::move(read.trace), .report = read.report};
  }

  std::string path_;
};

}  // namespace

std::unique_ptr<TraceSource> azure2021_source(const std::string& path, const std::string& name) {
  return std::make_unique<Azure2021Source>(path, name);
}

}  // namespace faasconf::traces
