#pragma once
// Work on several threads whose results are used one after the other.

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "sim/core/first_error.hpp"
#include "sim/core/worker_pool.hpp"

namespace faasconf::sim {

// What the threads of in_order() share.
template <class Result, class Use>
class OrderedResults {
 public:
  OrderedResults(std::size_t count, std::size_t most_ahead, const Use& use)
      : count_(count), most_ahead_(most_ahead), use_(use) {}

  // The next item to make; absent when nothing more is begun.
  std::optional<std::size_t> claim() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_over() || next_ < used_ + most_ahead_; });
    if (is_over()) return std::nullopt;
    return next_++;
  }

  // Uses this result and those after it that wait, unless an earlier one is missing or another thread is at it.
  void complete(std::size_t item, Result&& result) {
    std::unique_lock lock(mutex_);
    made_.emplace(item, std::move(result));
    if (in_use_) return;
    in_use_ = true;
    while (has_next()) use_next(lock);
    in_use_ = false;
    changed_.notify_all();
  }

  void fail(std::size_t item, std::exception_ptr error) {
    const std::scoped_lock lock(mutex_);
    keep(item, std::move(error));
  }

  void rethrow() const { error_.rethrow(); }

 private:
  bool is_over() const { return stopped_ || error_.any() || next_ >= count_; }
  bool has_next() const { return !stopped_ && made_.contains(used_); }  // ends at an item that failed: it is not made
  void use_next(std::unique_lock<std::mutex>& lock) {
    auto result = made_.extract(used_);
    lock.unlock();
    bool goes_on = false;
    std::exception_ptr error;
    try {
      goes_on = use_(std::move(result.mapped()));
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error) keep(used_, std::move(error));
    stopped_ = !goes_on;
    ++used_;
    changed_.notify_all();
  }
  void keep(std::size_t item, std::exception_ptr error) {
    error_.keep(item, std::move(error));
    changed_.notify_all();
  }

  const std::size_t count_;
  const std::size_t most_ahead_;  // so that results do not pile up behind a slow one
  const Use& use_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Result> made_;
  std::size_t next_ = 0;  // to be made
  std::size_t used_ = 0;
  bool in_use_ = false;
  bool stopped_ = false;
  FirstError error_;
};

// Calls make(i) for each i below count on so many threads, the caller among them, and use(make(0)), use(make(1)), ...
// in this order, one at a time, on any of the threads while the others make. use() returns whether to go on. For any
// number of threads the same results are used, those before the first error, and that error is thrown; any other error
// takes precedence over Cancelled.
template <class Make, class Use>
void in_order(std::size_t count, int threads, const Make& make, const Use& use) {
  using Result = std::decay_t<decltype(make(std::size_t{}))>;
  const std::size_t workers = std::min(count, static_cast<std::size_t>(std::max(1, threads)));
  OrderedResults<Result, Use> results(count, 4 * workers, use);
  const auto work = [&](std::size_t) {
    while (const auto item = results.claim()) {
      try {
        results.complete(*item, make(*item));
      } catch (...) {
        results.fail(*item, std::current_exception());
      }
    }
  };
  parallel_for(workers, threads, work);
  results.rethrow();
}

}  // namespace faasconf::sim
