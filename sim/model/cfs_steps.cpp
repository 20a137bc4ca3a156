#include "sim/model/cfs_steps.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace faasconf::sim {

namespace {

// Completions fall on whole nanoseconds: a thread that lacks less is done.
constexpr double kRounding_ns = 0.75;

// What a core keeps of its bandwidth slice when it goes idle (min_cfs_rq_runtime in the kernel).
constexpr double kKept_ns = 1e6;

constexpr double kLongest_ns = 0x1p62;

Duration at_least_one(double span_ns) {
  return Duration(std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(span_ns, kLongest_ns))));
}

}  // namespace

void CfsSteps::reset(Time now, const CfsBandwidth& bandwidth, std::array<Duration, 2> phases, const Rng& turns) {
  now_ = now;
  limits_ = {};
  bandwidth_ = bandwidth;
  share_ = 1;
  turns_ = turns;
  running_.clear();
  waiting_.clear();
  free_cores_.clear();
  jobs_.clear();
  done_.clear();
  cpu_ns_ = work_ns_ = granted_ns_ = 0;
  const auto cores = static_cast<std::uint32_t>(expires() ? bandwidth.cores : 0);
  for (std::uint32_t core = 0; core < cores; ++core) free_cores_.push_back(core);
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    level.refill = now - phases[i] + bandwidth.period;
    level.left_ns = level.owed_ns = 0;
    level.local_ns.assign(cores, 0);
    level.counted = false;
    level.throttling = {};
  }
}

void CfsSteps::set_limits(const CpuLimits& limits) {
  const double before_ns = granted_ns_ == 0 ? 0 : quota_ns();
  limits_ = limits;
  const double more_ns = quota_ns() - before_ns;
  for (Level& level : levels_) level.left_ns += more_ns;
  granted_ns_ += std::max(0.0, more_ns);
}

// m threads, where m is a mean: as many whole ones with equal work, and another with the rest of it, so that by
// themselves they take work / m.
void CfsSteps::start(std::uint32_t job, double work_s, bool parallel) {
  const double threads = parallel ? limits_.parallel_threads : 1.0;
  const double each_ns = work_s * 1e9 / threads;
  if (!takes_turns()) {
    jobs_.push_back({.id = job, .threads = 1, .parallel = parallel});
    waiting_.push_back({.lacks_ns = each_ns, .width = threads, .job = job});
    return seat();
  }
  const auto whole = static_cast<std::uint32_t>(threads);
  const double rest_ns = (threads - whole) * each_ns;
  jobs_.push_back({.id = job, .threads = whole + (rest_ns > 0), .parallel = parallel});
  for (std::uint32_t i = 0; i < whole; ++i) waiting_.push_back({.lacks_ns = each_ns, .job = job});
  if (rest_ns > 0) waiting_.push_back({.lacks_ns = rest_ns, .job = job});
  seat();
}

void CfsSteps::start_ahead(std::uint32_t job, double work_s) {
  jobs_.push_back({.id = job, .threads = 1});
  const auto others = std::find_if_not(waiting_.begin(), waiting_.end(), [](const Thread& one) { return one.ahead; });
  waiting_.insert(others, {.lacks_ns = work_s * 1e9, .job = job, .ahead = true});
  seat();
}

void CfsSteps::spend(double work_s) {
  const double work_ns = work_s * 1e9;
  cpu_ns_ += work_ns;
  work_ns_ += work_ns;
  for (std::size_t i = 0; i < level_count(); ++i) {
    const double now_ns = std::clamp(levels_[i].left_ns, 0.0, work_ns);
    levels_[i].left_ns -= now_ns;
    levels_[i].owed_ns += work_ns - now_ns;
    if (i == 0) granted_ns_ += work_ns - now_ns;
  }
}

CfsSteps::Job CfsSteps::take_done() {
  const Job job = done_.front();
  done_.erase(done_.begin());
  return job;
}

void CfsSteps::run_until(Time time) {
  while (now_ < time) step(time);
}

void CfsSteps::run_until_done(std::int64_t most_steps) {
  for (std::int64_t i = 0; i < most_steps && done_.empty(); ++i) step(kNever);
}

// As in FluidCpu.
double CfsSteps::efficiency() const {
  return limits_.speed / (1.0 + limits_.contention * (static_cast<double>(jobs_.size()) - 1.0));
}

// Draws the thread that takes this place in the queue, unless one there goes ahead.
void CfsSteps::draw_turn(std::size_t next) {
  if (waiting_[next].ahead) return;
  const auto others = static_cast<std::uint32_t>(waiting_.size() - next);
  if (others > 1) std::swap(waiting_[next], waiting_[next + turns_.below(others)]);
}

// The next thread takes the core that has been idle longest.
void CfsSteps::seat() {
  std::size_t next = 0;
  const double cores = bandwidth_.cores;
  while (next < waiting_.size() && (!takes_turns() || static_cast<double>(running_.size()) < cores)) {
    if (takes_turns() && bandwidth_.random_turns) draw_turn(next);
    Thread& thread = running_.emplace_back(waiting_[next++]);
    thread.slice = bandwidth_.run_slice;
    thread.ahead = false;
    if (expires()) {
      thread.core = free_cores_.front();
      free_cores_.erase(free_cores_.begin());
    }
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(next));
}

// With slice expiry a core that has none left takes a bandwidth slice first, or what there is.
CfsSteps::Level* CfsSteps::level_without_quota(const Thread& thread) {
  for (std::size_t i = 0; i < level_count(); ++i) {
    Level& level = levels_[i];
    if (!expires()) {
      if (level.left_ns <= 0) return &level;
      continue;
    }
    double& local_ns = level.local_ns[thread.core];
    if (local_ns <= 0 && level.left_ns > 0) {
      const double slice_ns = std::min(level.left_ns, static_cast<double>(bandwidth_.expiring_slice.count()));
      level.left_ns -= slice_ns;
      local_ns += slice_ns;
    }
    if (local_ns <= 0) return &level;
  }
  return nullptr;
}

void CfsSteps::step(Time until) {
  if (jobs_.empty()) return pass_idle(until);
  const Pace pace = find_pace();
  serve(pace, std::min(until - now_, span_to_change(pace)));
  leave_cores(pace.speed);
  for (std::size_t i = 0; i < level_count(); ++i) {
    if (levels_[i].refill == now_) refill(levels_[i]);
  }
  seat();
}

// Who runs, and how fast.
CfsSteps::Pace CfsSteps::find_pace() {
  Pace pace;
  double threads = 0;
  for (const Thread& thread : running_) threads += thread.width;
  const double share = share_ * std::min(1.0, bandwidth_.cores / threads);
  pace.speed = share * efficiency();
  for (Thread& thread : running_) {
    Level* without = level_without_quota(thread);
    thread.runs = without == nullptr;
    if (thread.runs) {
      pace.cores += share * thread.width;
    } else {
      pace.blocked = without;
    }
  }
  if (pace.blocked == nullptr)
    pace.cores = share_ * std::min(threads, bandwidth_.cores);  // without the rounding of a sum
  return pace;
}

// To the end of a period, of a quota, of a thread's work or of its turn, whatever comes first.
Duration CfsSteps::span_to_change(const Pace& pace) const {
  Duration span = Duration::max();
  for (std::size_t i = 0; i < level_count(); ++i) {
    const Level& level = levels_[i];
    span = std::min(span, level.refill - now_);
    if (pace.cores > 0 && !expires()) span = std::min(span, at_least_one(std::ceil(level.left_ns / pace.cores)));
  }
  for (const Thread& thread : running_) {
    if (!thread.runs) continue;
    span = std::min(span, at_least_one(thread.lacks_ns / pace.speed + 0.5));
    if (takes_turns() && !waiting_.empty()) span = std::min(span, thread.slice);
    for (std::size_t i = 0; expires() && i < level_count(); ++i) {
      span = std::min(span, at_least_one(std::ceil(levels_[i].local_ns[thread.core])));
    }
  }
  return span;
}

void CfsSteps::serve(const Pace& pace, Duration span) {
  const auto span_ns = static_cast<double>(span.count());
  now_ += span;
  cpu_ns_ += pace.cores * span_ns;
  for (Thread& thread : running_) {
    if (!thread.runs) continue;
    work_ns_ += std::min(thread.lacks_ns, pace.speed * span_ns) * thread.width;
    thread.lacks_ns -= pace.speed * span_ns;
    thread.slice -= span;
    for (std::size_t i = 0; expires() && i < level_count(); ++i) levels_[i].local_ns[thread.core] -= span_ns;
  }
  for (std::size_t i = 0; !expires() && i < level_count(); ++i) levels_[i].left_ns -= pace.cores * span_ns;
  if (pace.blocked == nullptr) return;
  pace.blocked->throttling.time_ns += span_ns;
  pace.blocked->throttling.periods += !pace.blocked->counted;
  pace.blocked->counted = true;
}

// Threads that are done leave; those whose slice is over rejoin the queue, or take another slice when it is empty.
void CfsSteps::leave_cores(double speed) {
  std::size_t stay = 0;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    Thread& thread = running_[i];
    const bool turn_is_over = takes_turns() && thread.slice <= Duration::zero();
    if (thread.runs && thread.lacks_ns <= kRounding_ns * speed) {
      leave_core(thread);
      thread_done(thread);
    } else if (turn_is_over && !waiting_.empty()) {
      leave_core(thread);
      waiting_.push_back(thread);
    } else {
      if (turn_is_over) thread.slice += bandwidth_.run_slice * (1 - thread.slice / bandwidth_.run_slice);
      running_[stay++] = thread;
    }
  }
  running_.resize(stay);
}

// A job is done with the last of its threads.
void CfsSteps::thread_done(const Thread& thread) {
  const auto job = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& one) { return one.id == thread.job; });
  if (--job->threads > 0) return;
  done_.push_back(*job);
  jobs_.erase(job);
}

// With slice expiry the core keeps a little of its bandwidth slice, and gives the rest back.
void CfsSteps::leave_core(const Thread& thread) {
  if (!expires()) return;
  free_cores_.push_back(thread.core);
  for (Level& level : levels_) {
    const double surplus_ns = std::max(0.0, level.local_ns[thread.core] - kKept_ns);
    level.local_ns[thread.core] -= surplus_ns;
    level.left_ns += surplus_ns;
  }
}

bool CfsSteps::has_quota() const {
  for (std::size_t i = 0; i < level_count(); ++i) {
    const auto& local_ns = levels_[i].local_ns;
    const bool handed_out = std::any_of(local_ns.begin(), local_ns.end(), [](double left_ns) { return left_ns > 0; });
    if (levels_[i].left_ns <= 0 && !handed_out) return false;
  }
  return true;
}

double CfsSteps::wanted_cores() const {
  if (jobs_.empty() || !has_quota()) return 0;
  double threads = 0;
  for (const auto* group : {&running_, &waiting_}) {
    for (const Thread& thread : *group) threads += thread.width;
  }
  return std::min(threads, bandwidth_.cores);
}

// The end of the quota is approached from below where threads will leave a core before.
Time CfsSteps::next_switch() const {
  if (jobs_.empty()) return kNever;
  Time next = levels_[0].refill;
  const double cores = share_ * wanted_cores();
  for (std::size_t i = 0; i < level_count(); ++i) {
    next = std::min(next, levels_[i].refill);
    if (cores > 0 && levels_[i].left_ns > 0) {
      next = std::min(next, after(now_, at_least_one(std::ceil(levels_[i].left_ns / cores))));
    }
  }
  return next;
}

void CfsSteps::refill(Level& level) {
  const double owed_ns = std::min(std::exchange(level.owed_ns, 0.0), quota_ns());
  if (&level == &levels_[0]) granted_ns_ += quota_ns() - owed_ns;
  level.refill += bandwidth_.period;
  level.left_ns = quota_ns() - owed_ns;
  level.counted = false;
  std::fill(level.local_ns.begin(), level.local_ns.end(), 0.0);
}

void CfsSteps::pass_idle(Time until) {
  now_ = until;
  for (Level& level : levels_) {
    if (until < level.refill) continue;
    const std::int64_t more_periods = (until - level.refill) / bandwidth_.period;
    level.refill += more_periods * bandwidth_.period;
    if (&level == &levels_[0]) granted_ns_ += static_cast<double>(more_periods) * quota_ns();
    if (more_periods > 0 && level.owed_ns > 0) {
      if (&level == &levels_[0]) granted_ns_ -= level.owed_ns;
      level.owed_ns = 0;
    }
    refill(level);
  }
}

}  // namespace faasconf::sim
