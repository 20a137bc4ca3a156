#pragma once
// What observers of a run are notified of. Metrics, cost and logs are observers; the model does not depend on them.

#include <cstdint>

#include "sim/core/time.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::sim {

enum class Outcome : std::uint8_t { success, rejected, timed_out, failed, out_of_memory };

struct RequestRecord {
  std::uint64_t request = 0;  // 0, 1, ... in order of arrival
  Outcome outcome = Outcome::success;
  Time arrived;
  Time finished;
  int attempts = 1;  // of the client
};

// A call as its caller sees it, hop included.
struct CallRecord {
  std::uint64_t request = 0;
  FunctionId function;
  std::uint32_t step = 0;      // the call among the steps of the workflow
  std::int32_t instance = -1;  // number of the instance among the function's, in order of creation; -1: none reached
  Outcome outcome = Outcome::success;
  bool cold = false;  // it waited for its instance to start
  Time called;
  Time started = kNever;  // in the instance; kNever: it never was
  Time finished;          // when the caller has the answer
};

// The time of a request in an instance; it outlives the call when the caller gave up.
struct ExecutionRecord {
  std::uint64_t request = 0;
  FunctionId function;
  std::int32_t instance = -1;
  Outcome outcome = Outcome::success;
  Time started;
  Time finished;
  double work_s = 0;  // core-seconds of work done
  Millicores cpu_limit{};
  Mebibytes memory_limit{};
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_request(std::uint64_t /*request*/, Time /*arrived*/) {}
  virtual void on_request_finished(const RequestRecord&) {}
  virtual void on_call(FunctionId, Time /*called*/) {}
  virtual void on_call_finished(const CallRecord&) {}
  virtual void on_execution_finished(const ExecutionRecord&) {}
};

}  // namespace faasconf::sim
