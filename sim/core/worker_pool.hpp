#pragma once
// The same work on many things, on several threads, again and again.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace faasconf::sim {

// Threads that wait for work; the caller is one of them. Whoever is free takes the next thing.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);  // at least 1
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;

  // Does work(i) for 0 .. count - 1, each once, and returns when all are done. Rethrows what the lowest i threw.
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
  std::size_t busy_ = 0;  // workers that have not ended this round
  bool stop_ = false;
  std::exception_ptr error_;
  std::size_t error_at_ = 0;
  std::vector<std::thread> workers_;
};

// The same once. Whoever wants results that do not depend on the number of threads writes them to places of their own.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace faasconf::sim
