#pragma once
// The threads of an instance under CFS bandwidth control, from one change to the next: run-time slices, one or two
// cgroup levels that carry the quota, bandwidth slices that expire.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/core/time.hpp"
#include "sim/model/cfs_cpu.hpp"

namespace faasconf::sim {

// Round robin: a thread runs for one slice of CPU time, then rejoins the queue; being throttled does not end a slice. A
// new thread joins the queue as well, as in a function's own runtime; one that starts ahead gets the next free core, as
// another process does that the kernel wakes. With random turns a free core goes to a random thread of the queue, the
// one that has just left it included: after throttling the order of the run queue is unspecified.
//
// Cgroup levels: a thread runs while every level has quota, and is throttled by the innermost one without.
//
// Slice expiry (Linux before 5.4; Chiluk, commit de53fd7aedb1, 2019): a core draws on the quota in bandwidth slices.
// When it goes idle it keeps a millisecond of the last, which no other core can use and which ends with the period.
// Simplified: the kernel gives the rest back some milliseconds later, and a new thread need not take the core that has
// been idle longest.
//
// Times are whole nanoseconds: a step ends in the one in which something changes.
class CfsSteps {
 public:
  struct Job {
    std::uint32_t id = 0;
    std::uint32_t threads = 0;  // that are not done
    bool parallel = false;
  };
  // Of one cgroup level.
  struct Throttling {
    std::int64_t periods = 0;  // in which threads waited for its quota
    double time_ns = 0;
  };

  // As new, but keeps its memory. phases: by level, from the inside, how long ago a period began. turns: the stream of
  // random turns.
  void reset(Time now, const CfsBandwidth& bandwidth, std::array<Duration, 2> phases, const Rng& turns);
  void set_limits(const CpuLimits& limits);         // a new quota counts at once, less what the period has spent
  void set_share(double share) { share_ = share; }  // of the cores that it would run on, on a contended node

  void start(std::uint32_t job, double work_s, bool parallel);
  void start_ahead(std::uint32_t job, double work_s);  // on one thread, ahead of the queue
  void spend(double work_s);                           // of the quota, or the next one's, by no thread
  void run_until(Time time);
  void run_until_done(std::int64_t most_steps);  // or until this many steps are taken
  Job take_done();                               // in order of completion, only if any_done()

  Time now() const { return now_; }
  const CpuLimits& limits() const { return limits_; }
  double share() const { return share_; }
  double wanted_cores() const;  // on which it would run with a share of 1; 0 while it is throttled
  Time next_switch() const;     // when that may change by itself: a quota is spent or comes anew
  std::uint32_t first_job() const { return jobs_.empty() ? 0 : jobs_.front().id; }
  bool idle() const { return jobs_.empty(); }
  bool any_done() const { return !done_.empty(); }
  double cpu_ns() const { return cpu_ns_; }
  double work_ns() const { return work_ns_; }
  double granted_ns() const { return granted_ns_; }
  const Throttling& container() const { return levels_[0].throttling; }
  const Throttling& pod() const { return levels_[1].throttling; }
  // visit(job, core-seconds that it still needs, parallel)
  template <class Visit>
  void for_each_job(Visit visit) const;

  template <class Archive>
  void archive(Archive& a) {
    a(now_, limits_, bandwidth_, share_, turns_, running_, waiting_, free_cores_, jobs_, done_, cpu_ns_, work_ns_,
      granted_ns_);
    for (Level& level : levels_)
      a(level.refill, level.left_ns, level.owed_ns, level.local_ns, level.counted, level.throttling);
  }

 private:
  // In ideal sharing the threads of a parallel job advance together, and one stands for all.
  struct Thread {
    double lacks_ns = 0;  // of work
    double width = 1;     // threads that it stands for
    Duration slice{};     // that is left to it
    std::uint32_t job = 0;
    std::uint32_t core = 0;
    bool ahead = false;
    bool runs = false;
  };
  struct Level {
    Time refill;                   // when its next period begins
    double left_ns = 0;            // of its quota
    double owed_ns = 0;            // of the next one
    std::vector<double> local_ns;  // with slice expiry, by core: handed out to it
    bool counted = false;          // the present period is one of the throttled
    Throttling throttling;
  };

  // Of a step.
  struct Pace {
    double speed = 0;          // work that a thread does in a nanosecond
    double cores = 0;          // that run
    Level* blocked = nullptr;  // the level without quota for one of the threads
  };

  bool takes_turns() const { return bandwidth_.run_slice > Duration::zero(); }
  bool expires() const { return bandwidth_.expiring_slice > Duration::zero(); }
  double quota_ns() const { return limits_.limit_cores * static_cast<double>(bandwidth_.period.count()); }
  std::size_t level_count() const { return static_cast<std::size_t>(bandwidth_.cgroup_levels); }
  double efficiency() const;
  void draw_turn(std::size_t next);
  void seat();
  void step(Time until);
  Pace find_pace();
  Level* level_without_quota(const Thread& thread);
  bool has_quota() const;
  Duration span_to_change(const Pace& pace) const;
  void serve(const Pace& pace, Duration span);
  void leave_cores(double speed);
  void leave_core(const Thread& thread);
  void thread_done(const Thread& thread);
  void refill(Level& level);
  void pass_idle(Time until);

  Time now_;
  CpuLimits limits_;
  CfsBandwidth bandwidth_;
  double share_ = 1;
  Rng turns_;
  std::vector<Thread> running_;            // that have a core
  std::vector<Thread> waiting_;            // for one, in order
  std::vector<std::uint32_t> free_cores_;  // with slice expiry: idle longest first
  std::vector<Job> jobs_;
  std::vector<Job> done_;
  std::array<Level, 2> levels_;
  double cpu_ns_ = 0;
  double work_ns_ = 0;
  double granted_ns_ = 0;
};

template <class Visit>
void CfsSteps::for_each_job(Visit visit) const {
  for (const Job& job : jobs_) {
    double lacks_ns = 0;
    for (const auto* threads : {&running_, &waiting_}) {
      for (const Thread& thread : *threads) {
        if (thread.job == job.id) lacks_ns += thread.lacks_ns * thread.width;
      }
    }
    visit(job.id, lacks_ns / 1e9, job.parallel);
  }
  for (const Job& job : done_) visit(job.id, 0.0, job.parallel);
}

}  // namespace faasconf::sim
