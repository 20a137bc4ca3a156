#pragma once
// The promise without its loopholes: under the published one, a configuration may reject requests or leave them
// unanswered at the window's end, and still keep the mean latency of those that it serves.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/model/observer.hpp"
#include "sim/policy/observation.hpp"

namespace faasconf::sim {

// The outcomes of a window's requests by its end. A request that has then been in flight for longer than the promise
// is overdue: it counts once, as a failure, whatever happens to it later.
struct StrictCounts {
  std::int64_t successes = 0;
  std::int64_t failures = 0;

  std::int64_t requests() const { return successes + failures; }
  double failure_share() const;  // 0 without requests
  StrictCounts& operator+=(const StrictCounts& other);

  friend bool operator==(const StrictCounts&, const StrictCounts&) = default;
};

class StrictRecorder final : public Observer {
 public:
  explicit StrictRecorder(Duration promise) : promise_(promise) {}  // QosTarget::latency

  // Nothing is allocated once as many requests as ever have been in flight.
  void begin_window() { counts_ = {}; }
  StrictCounts end_window(Time now);
  void redeployed() { in_flight_.clear(); }  // requests that were in flight are gone

  void on_request(std::uint64_t request, Time arrived) override;
  void on_request_finished(const RequestRecord& record) override;

  template <class Archive>
  void archive(Archive& a) {
    a(counts_, in_flight_);
  }

 private:
  struct InFlight {
    std::uint64_t request;
    Time arrived;
    bool overdue;  // and counted
  };
  std::vector<InFlight>::iterator place_of(std::uint64_t request);

  Duration promise_;
  StrictCounts counts_;
  std::vector<InFlight> in_flight_;  // by request
};

inline constexpr double kStrictSuccessRatio = 0.95;
inline constexpr std::int64_t kStrictPool = 200;  // requests

// Share of windows that met QoS and belong to a block with a success ratio of at least 0.95. A block is as many
// consecutive windows as it takes to reach 200 requests; the rest at the end joins the last block. Absent where there
// is no block: too few requests to judge.
std::optional<double> strict_qos_compliance(std::span<const Observation> windows, std::span<const StrictCounts> counts);

}  // namespace faasconf::sim
