#pragma once
// All that observers hear of a run: as records to look into, and as a text to compare byte for byte.

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/model/observer.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::sim {

inline std::string name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::success:
      return "success";
    case Outcome::rejected:
      return "rejected";
    case Outcome::timed_out:
      return "timed out";
    case Outcome::failed:
      return "failed";
    case Outcome::out_of_memory:
      return "out of memory";
  }
  return "?";
}

// One line an event, in order: "1s250ms   answer 0 resize#1: success, called 1s, started 1s10ms".
class EventLog final : public Observer {
 public:
  explicit EventLog(const Scenario& scenario) : scenario_(scenario) {}

  void on_request(std::uint64_t request, Time arrived) override { line(arrived, "request " + std::to_string(request)); }
  void on_request_finished(const RequestRecord& record) override {
    requests.push_back(record);
    line(record.finished, "finished " + std::to_string(record.request) + ": " + name_of(record.outcome) + ", arrived " +
                              text(record.arrived));
  }
  void on_call(FunctionId function, Time called) override { line(called, "call " + name(function)); }
  void on_call_finished(const CallRecord& record) override {
    calls.push_back(record);
    line(record.finished, "answer " + std::to_string(record.request) + " " + name(record.function) + "#" +
                              std::to_string(record.instance) + ": " + name_of(record.outcome) + ", called " +
                              text(record.called) + ", started " +
                              (record.started == kNever ? "never" : text(record.started)));
  }
  void on_execution_finished(const ExecutionRecord& record) override {
    executions.push_back(record);
    line(record.finished, "execution " + std::to_string(record.request) + " " + name(record.function) + "#" +
                              std::to_string(record.instance) + ": " + name_of(record.outcome) + ", started " +
                              text(record.started) + ", work " + exact(record.work_s));
  }

  std::vector<RequestRecord> requests;
  std::vector<CallRecord> calls;
  std::vector<ExecutionRecord> executions;
  std::string lines;

 private:
  static std::string text(Time time) { return format(time.time_since_epoch()); }
  static std::string exact(double number) {
    std::array<char, 32> digits;
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
  }
  const std::string& name(FunctionId id) const { return scenario_.workflow().functions[id.index].name; }
  void line(Time time, const std::string& what) {
    std::string start = text(time);
    start.resize(std::max<std::size_t>(start.size() + 1, 19), ' ');
    lines += start + what + "\n";
  }

  const Scenario& scenario_;
};

}  // namespace faasconf::sim
