#pragma once
// The jobs on an instance's CPU, which advance together in virtual time.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace faasconf::sim {

// Virtual time is the work that a thread has done since the start. A job of work w on m threads that starts at
// virtual time v ends at v + w / m, whatever comes and goes meanwhile, so an arrival or departure costs one heap
// operation (virtual time as in fair queueing: Demers, Keshav and Shenker, 1989). Ties end in the order of starting.
class JobHeap {
 public:
  bool empty() const { return size_ == 0; }
  double requests() const { return size_; }
  double threads(double parallel_threads) const {
    return static_cast<double>(size_ - parallel_jobs_) + parallel_jobs_ * parallel_threads;
  }
  double next_finish_ns() const { return finish_of(next()); }
  std::uint32_t next_job() const { return id_of(next()); }

  void clear() {
    if (many_) many_->clear();
    size_ = parallel_jobs_ = order_ = 0;
  }
  void push(double finish_ns, std::uint32_t job, bool parallel) {
    const Job added = (static_cast<Job>(std::bit_cast<std::uint64_t>(finish_ns)) << 64) |
                      (static_cast<Job>(order_++) << 32) | (parallel ? job | kParallel : job);
    parallel_jobs_ += parallel;
    if (size_ >= few_.size() || are_many()) [[unlikely]]
      return push_to_many(added);
    std::uint32_t place = size_++;
    for (; place > 0 && few_[place - 1] < added; --place) few_[place] = few_[place - 1];
    few_[place] = added;
  }
  void pop(std::uint32_t& job, bool& was_parallel) {
    const Job first = next();
    --size_;
    if (are_many()) [[unlikely]] {
      std::pop_heap(many_->begin(), many_->end(), std::greater<Job>());
      many_->pop_back();
    }
    was_parallel = is_parallel(first);
    job = id_of(first);
    parallel_jobs_ -= was_parallel;
  }
  // visit(job, core-seconds that it still needs, parallel)
  template <class Visit>
  void for_each(double virtual_now_ns, double parallel_threads, Visit visit) const {
    for (std::uint32_t i = 0; i < size_; ++i) {
      const Job job = jobs()[i];
      const double threads = is_parallel(job) ? parallel_threads : 1.0;
      visit(id_of(job), (finish_of(job) - virtual_now_ns) * threads / 1e9, is_parallel(job));
    }
  }

  template <class Archive>
  void archive(Archive& a) {
    if (!many_) many_ = std::make_unique<std::vector<Job>>();
    a(few_, *many_, size_, parallel_jobs_, order_);
  }

 private:
  // A job is one integer: the virtual time at which it ends, whose bits are in the order of the numbers; the order of
  // starting, which settles ties; whether it is parallel; its number.
  __extension__ using Job = unsigned __int128;
  static constexpr std::uint32_t kParallel = 1U << 31;
  static double finish_of(Job job) { return std::bit_cast<double>(static_cast<std::uint64_t>(job >> 64)); }
  static std::uint32_t id_of(Job job) { return static_cast<std::uint32_t>(job) & ~kParallel; }
  static bool is_parallel(Job job) { return (static_cast<std::uint32_t>(job) & kParallel) != 0; }

  bool are_many() const { return many_ && !many_->empty(); }
  const Job* jobs() const { return are_many() ? many_->data() : few_.data(); }
  Job next() const { return are_many() ? many_->front() : few_[size_ - 1]; }
  void push_to_many(Job added) {
    if (!many_) many_ = std::make_unique<std::vector<Job>>();
    if (many_->empty()) {
      many_->assign(few_.begin(), few_.end());
      std::make_heap(many_->begin(), many_->end(), std::greater<Job>());
    }
    many_->push_back(added);
    std::push_heap(many_->begin(), many_->end(), std::greater<Job>());
    ++size_;
  }

  std::array<Job, 4> few_;  // in order, the next to finish last: here no other memory is touched
  // Replaces few_ from the fifth job on, until all are gone: a heap with the next job in front. Out of line, since it
  // is rare.
  std::unique_ptr<std::vector<Job>> many_;
  std::uint32_t size_ = 0;
  std::uint32_t parallel_jobs_ = 0;
  std::uint32_t order_ = 0;
};

}  // namespace faasconf::sim
