#pragma once
// The jobs on an instance's CPU, which advance together in virtual time.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <vector>

namespace faasconf::sim {

// Virtual time is the work that a thread has been served since the start. A job of work w on m threads that starts at
// virtual time v ends at v + w / m, whatever comes and goes meanwhile, so an arrival or departure costs one heap
// operation (virtual time as in fair queueing: Demers, Keshav and Shenker, 1989). Ties end in the order of starting.
class JobHeap {
 public:
  bool empty() const { return jobs_.empty(); }
  double requests() const { return serial_jobs_ + parallel_jobs_; }
  double threads(double parallel_threads) const { return serial_jobs_ + parallel_jobs_ * parallel_threads; }
  double next_finish_ns() const { return finish_of(jobs_.front()); }

  void clear() {
    jobs_.clear();
    serial_jobs_ = parallel_jobs_ = order_ = 0;
  }
  void push(double finish_ns, std::uint32_t job, bool parallel) {
    jobs_.push_back((static_cast<Job>(std::bit_cast<std::uint64_t>(finish_ns)) << 64) |
                    (static_cast<Job>(order_++) << 32) | (parallel ? job | kParallel : job));
    std::push_heap(jobs_.begin(), jobs_.end(), std::greater<Job>());
    ++(parallel ? parallel_jobs_ : serial_jobs_);
  }
  void pop(std::uint32_t& job, bool& was_parallel) {
    const Job next = jobs_.front();
    std::pop_heap(jobs_.begin(), jobs_.end(), std::greater<Job>());
    jobs_.pop_back();
    was_parallel = is_parallel(next);
    job = id_of(next);
    --(was_parallel ? parallel_jobs_ : serial_jobs_);
  }
  // visit(job, core-seconds that it still needs, parallel)
  template <class Visit>
  void for_each(double virtual_now_ns, double parallel_threads, Visit visit) const {
    for (const Job job : jobs_) {
      const double threads = is_parallel(job) ? parallel_threads : 1.0;
      visit(id_of(job), (finish_of(job) - virtual_now_ns) * threads / 1e9, is_parallel(job));
    }
  }

  template <class Archive>
  void archive(Archive& a) {
    a(jobs_, serial_jobs_, parallel_jobs_, order_);
  }

 private:
  // A job is one integer: the virtual time at which it ends, whose bits are in the order of the numbers; the order of
  // starting, which settles ties; whether it is parallel; its number.
  __extension__ using Job = unsigned __int128;
  static constexpr std::uint32_t kParallel = 1U << 31;
  static double finish_of(Job job) { return std::bit_cast<double>(static_cast<std::uint64_t>(job >> 64)); }
  static std::uint32_t id_of(Job job) { return static_cast<std::uint32_t>(job) & ~kParallel; }
  static bool is_parallel(Job job) { return (static_cast<std::uint32_t>(job) & kParallel) != 0; }

  std::vector<Job> jobs_;  // heap: the next to finish in front
  std::uint32_t serial_jobs_ = 0;
  std::uint32_t parallel_jobs_ = 0;
  std::uint32_t order_ = 0;
};

}  // namespace faasconf::sim
