#include "sim/core/worker_pool.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::sim {

WorkerPool::WorkerPool(int threads) {
  if (threads < 1) throw Error("threads: expected at least 1, got " + std::to_string(threads));
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { wait_for_work(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void WorkerPool::run(std::size_t count, const std::function<void(std::size_t)>& work) {
  {
    const std::scoped_lock lock(mutex_);
    work_ = &work;
    count_ = count;
    next_ = 0;
    error_ = {};
    busy_ = workers_.size();
    ++round_;
  }
  changed_.notify_all();
  take_all();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return busy_ == 0; });
  error_.rethrow();
}

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  const auto most = static_cast<int>(std::clamp<std::size_t>(count, 1, std::numeric_limits<int>::max()));
  WorkerPool(std::min(threads, most)).run(count, work);
}

void WorkerPool::wait_for_work() {
  std::size_t done = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || round_ != done; });
      if (stop_) return;
      done = round_;
    }
    take_all();
    bool last = false;
    {
      const std::scoped_lock lock(mutex_);
      last = --busy_ == 0;
    }
    if (last) changed_.notify_all();
  }
}

void WorkerPool::take_all() {
  for (std::size_t i = next_++; i < count_; i = next_++) {
    try {
      (*work_)(i);
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      error_.keep(i, std::current_exception());
      next_ = count_;
    }
  }
}

}  // namespace faasconf::sim
