#include "traces/replay/replay_model.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "sim/core/error.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::traces {
namespace {

constexpr unsigned kFunctionsBetweenQuestions = 64;
constexpr unsigned kCallsBetweenQuestions = 1 << 16;
constexpr double kMebibytesPerMegabyte = 1e6 / 1048576;

}  // namespace

ReplayModels replay_models(const Trace& trace, const ModelRequest& request) {
  std::map<std::string, std::size_t> functions_of_app;
  for (const TraceFunction& function : trace.functions) ++functions_of_app[app_key(function)];
  ReplayModels models;
  models.functions.reserve(trace.functions.size());
  sim::Questions<kFunctionsBetweenQuestions> questions(request.go_on);
  for (const TraceFunction& function : trace.functions) {
    questions.next();
    models.without_duration += function.duration ? 0 : 1;
    models.without_memory += function.app_memory ? 0 : 1;
    const sim::Mebibytes app = function.app_memory
                                   ? sim::Mebibytes{function.app_memory->average_mb * kMebibytesPerMegabyte}
                                   : request.app_memory;
    models.functions.push_back({.duration_s = function.duration
                                                  ? duration_distribution(*function.duration, request.durations)
                                                  : sim::Deterministic{request.duration_s},
                                .start_up_s = request.start_up_s,
                                .memory = app * (1 / static_cast<double>(functions_of_app[app_key(function)]))});
  }
  return models;
}

std::vector<std::vector<RecordedCall>> recorded_calls(std::size_t functions, const std::vector<TraceInvocation>& calls,
                                                      const sim::GoOn& go_on) {
  std::vector<std::vector<RecordedCall>> recorded(functions);
  sim::Questions<kCallsBetweenQuestions> questions(go_on);
  for (const TraceInvocation& call : calls) {
    questions.next();
    if (call.function >= functions) {
      throw sim::Error("calls: expected functions below " + std::to_string(functions) + ", got " +
                       std::to_string(call.function));
    }
    recorded[call.function].push_back(
        {.start = sim::Time(sim::from_seconds(call.start_s)), .duration = sim::from_seconds(call.duration_s)});
  }
  for (auto& of_function : recorded) {
    sim::throw_if_cancelled(go_on);
    std::ranges::stable_sort(of_function, {}, &RecordedCall::start);
  }
  return recorded;
}

}  // namespace faasconf::traces
