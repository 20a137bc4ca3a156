#pragma once
// Runs the same work for many items on several threads. in_order.hpp uses results one after the other.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/core/first_error.hpp"

namespace faasconf::sim {

// Threads that wait for work between runs; the caller is one of them. A free thread takes the next item.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);  // at least 1
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;

  // Calls work(i) once for each i below count and returns when all are done. After an error no more are begun. Throws
  // the error that a single thread would have met; any other error takes precedence over Cancelled.
  void run(std::size_t count, const std::function<void(std::size_t)>& work);
  int threads() const { return static_cast<int>(workers_.size()) + 1; }

 private:
  void wait_for_work();
  void take_all();

  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t round_ = 0;
  std::size_t busy_ = 0;  // workers that have not finished this round
  bool stop_ = false;
  FirstError error_;
  std::vector<std::thread> workers_;
};

// The same, once. Results do not depend on the number of threads if each call writes to a place of its own.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace faasconf::sim
