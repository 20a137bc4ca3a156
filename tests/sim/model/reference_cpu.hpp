#pragma once
// The CPU of an instance, step by step: from one change to the next, be it a thread that is done, the end of a slice,
// of the quota or of a period. Slow and obvious: every thread carries the work that it lacks, every core its thread,
// and every period is lived through. Completions fall on whole nanoseconds, as they do in the simulator, and
// when threads take turns or two levels carry the quota so does all else. Without slice expiry.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/model/fluid_cpu.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::sim {

class ReferenceCpu {
 public:
  // The phases are of the container and the pod: their periods began so long ago.
  explicit ReferenceCpu(const CpuSharingSpec& sharing, std::array<Duration, 2> phases = {}, double now_ns = 0)
      : sharing_(sharing), now_ns_(now_ns) {
    for (std::size_t i = 0; i < 2; ++i) levels_[i].refill_ns = now_ns + ns(sharing.period - phases[i]);
  }

  void set_limits(const CpuLimits& limits) { limits_ = limits; }
  void start(std::uint32_t job, double work_s, bool parallel, bool ahead = false) {
    const double threads = parallel ? limits_.parallel_threads : 1;
    double lacks_ns = work_s * 1e9;
    const double each_ns = lacks_ns / threads;
    if (!takes_turns()) return add({.job = job, .width = threads, .lacks_ns = each_ns}, ahead);
    // whole threads, then what is left
    for (; lacks_ns > 1e-9 * each_ns; lacks_ns -= each_ns) {
      add({.job = job, .width = 1, .lacks_ns = std::min(each_ns, lacks_ns)}, ahead);
    }
  }

  double next_change_ns() const { return now_ns_ + std::min(span_to_change(), std::numeric_limits<double>::max()); }
  void run_until(double time_ns) {
    while (now_ns_ < time_ns) step(time_ns);
  }

  bool idle() const { return threads_of_.empty(); }
  double now_ns() const { return now_ns_; }
  double throttled_ns() const { return levels_[0].throttled_ns + levels_[1].throttled_ns; }
  std::int64_t throttled_periods() const { return levels_[0].throttled_periods + levels_[1].throttled_periods; }
  double pod_throttled_ns() const { return levels_[1].throttled_ns; }
  std::int64_t pod_throttled_periods() const { return levels_[1].throttled_periods; }

  std::vector<std::pair<std::uint32_t, double>> ends_ns;
  double cpu_ns = 0;
  double work_ns = 0;

 private:
  struct Thread {
    std::uint32_t job = 0;
    double width = 1;  // of the job's threads, which advance together in ideal sharing
    double lacks_ns = 0;
    double used_ns = 0;  // of its slice
    bool ahead = false;
    bool done = false;
  };
  struct Level {
    double refill_ns = 0;
    double spent_ns = 0;
    bool throttled_in_period = false;
    double throttled_ns = 0;
    std::int64_t throttled_periods = 0;
  };
  static constexpr double kSlack_ns = 1e-3;
  static constexpr double kRounding = 0.75;  // nanoseconds: who lacks less is done

  static double ns(Duration duration) { return static_cast<double>(duration.count()); }
  bool fluid() const { return sharing_.mode == CpuSharing::fluid; }
  bool takes_turns() const { return !fluid() && sharing_.run_slice > Duration::zero(); }
  int levels() const { return fluid() ? 0 : sharing_.cgroup_levels; }
  double quota_ns() const { return limits_.limit_cores * ns(sharing_.period); }

  void add(Thread thread, bool ahead) {
    thread.ahead = ahead;
    ++threads_of_[thread.job];
    auto place = waiting_.end();
    if (ahead) place = std::find_if(waiting_.begin(), waiting_.end(), [](const Thread& one) { return !one.ahead; });
    waiting_.insert(place, thread);
    take_cores();
  }
  void take_cores() {
    while (!waiting_.empty() && (!takes_turns() || static_cast<double>(running_.size()) < sharing_.cores)) {
      running_.push_back(waiting_.front());
      running_.back().ahead = false;
      running_.back().used_ns = 0;
      waiting_.pop_front();
    }
  }
  // The first level whose quota is spent.
  std::optional<int> blocked() const {
    for (int i = 0; i < levels() && !running_.empty(); ++i) {
      if (levels_[i].spent_ns >= quota_ns() - kSlack_ns) return i;
    }
    return std::nullopt;
  }
  double threads() const {
    double sum = 0;
    for (const Thread& thread : running_) sum += thread.width;
    return sum;
  }
  double served() const { return std::min(threads(), fluid() ? limits_.served_cores : sharing_.cores); }
  double efficiency() const {
    return limits_.speed / (1 + limits_.contention * (static_cast<double>(threads_of_.size()) - 1));
  }

  double speed() const { return served() / threads() * efficiency(); }  // work of a thread in a nanosecond

  double span_to_change() const {
    double span_ns = std::numeric_limits<double>::infinity();
    for (int i = 0; i < levels(); ++i) span_ns = std::min(span_ns, levels_[i].refill_ns - now_ns_);
    if (running_.empty() || blocked()) return span_ns;
    for (int i = 0; i < levels(); ++i) {
      const double quota_end_ns = (quota_ns() - levels_[i].spent_ns) / served();
      span_ns = std::min(span_ns, takes_turns() || levels() > 1 ? std::ceil(quota_end_ns) : quota_end_ns);
    }
    for (const Thread& thread : running_) {
      const double end_ns = std::round(now_ns_ + thread.lacks_ns / speed());
      span_ns = std::min(span_ns, std::max(0.0, end_ns - now_ns_));
      if (takes_turns()) span_ns = std::min(span_ns, ns(sharing_.run_slice) - thread.used_ns);
    }
    return span_ns;
  }

  void step(double horizon_ns) {
    const double span_ns = std::min(span_to_change(), horizon_ns - now_ns_);
    const std::optional<int> without_quota = blocked();
    now_ns_ += span_ns;
    if (without_quota) {
      Level& level = levels_[*without_quota];
      level.throttled_ns += span_ns;
      if (span_ns > kSlack_ns && !level.throttled_in_period) {
        level.throttled_in_period = true;
        ++level.throttled_periods;
      }
    } else if (!running_.empty()) {
      serve(span_ns);
    }
    for (int i = 0; i < levels(); ++i) {
      if (now_ns_ >= levels_[i].refill_ns - kSlack_ns) begin_period(levels_[i]);
    }
  }

  void serve(double span_ns) {
    const double all = threads();
    const double cores = served();
    const double efficient = efficiency();
    const bool beyond = all > limits_.served_cores;
    const double charged = !fluid() ? cores : beyond ? limits_.limit_cores : std::min(all, limits_.limit_cores);
    cpu_ns += charged * span_ns;
    work_ns += cores * efficient * span_ns;
    if (fluid() && beyond) levels_[0].throttled_ns += span_ns;
    for (Level& level : levels_) level.spent_ns += cores * span_ns;
    for (Thread& thread : running_) {
      thread.lacks_ns -= cores / all * efficient * span_ns;
      thread.done = thread.lacks_ns <= kRounding * cores / all * efficient;
      thread.used_ns += span_ns;
    }
    leave();
  }
  // Who is done goes, and who has used his slice lines up behind those who wait.
  void leave() {
    std::vector<Thread> stay;
    for (Thread& thread : running_) {
      const bool used = takes_turns() && thread.used_ns >= ns(sharing_.run_slice) - kSlack_ns;
      if (used) thread.used_ns = 0;
      if (thread.done) {
        if (--threads_of_[thread.job] > 0) continue;
        threads_of_.erase(thread.job);
        ends_ns.emplace_back(thread.job, now_ns_);
      } else if (used && !waiting_.empty()) {
        waiting_.push_back(thread);
      } else {
        stay.push_back(thread);
      }
    }
    running_ = stay;
    take_cores();
  }

  void begin_period(Level& level) {
    level.throttled_in_period = false;
    level.refill_ns += ns(sharing_.period);
    level.spent_ns = 0;
  }

  CpuSharingSpec sharing_;
  CpuLimits limits_;
  double now_ns_ = 0;
  std::map<std::uint32_t, int> threads_of_;  // jobs that are not done
  std::vector<Thread> running_;
  std::deque<Thread> waiting_;
  std::array<Level, 2> levels_;
};

}  // namespace faasconf::sim
