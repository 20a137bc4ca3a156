#pragma once
// Work on several threads whose results are used one after the other.

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace faasconf::traces {

// Calls use(make(0)), use(make(1)), ... use(make(count - 1)) in this order on the calling thread, and make() on
// `threads` others, up to a few results ahead; on the calling one where threads is 1. The first exception ends it and
// is thrown.
template <class Make, class Use>
void in_order(std::size_t count, std::size_t threads, const Make& make, const Use& use) {
  if (threads <= 1) {
    for (std::size_t i = 0; i < count; ++i) use(make(i));
    return;
  }

  using Result = std::decay_t<decltype(make(std::size_t{}))>;
  const std::size_t ahead = 4 * threads;
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::size_t, Result> made;
  std::size_t next = 0;  // to be made
  std::size_t used = 0;
  bool ended = false;
  std::exception_ptr failure;

  const auto fail = [&] {
    const std::scoped_lock lock(mutex);
    if (!failure) failure = std::current_exception();
    ended = true;
    changed.notify_all();
  };
  const auto work = [&] {
    while (true) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return ended || next >= count || next < used + ahead; });
      if (ended || next >= count) return;
      const std::size_t mine = next++;
      lock.unlock();
      try {
        Result result = make(mine);
        lock.lock();
        made.emplace(mine, std::move(result));
        changed.notify_all();
      } catch (...) {
        if (lock.owns_lock()) lock.unlock();
        fail();
      }
    }
  };

  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < std::min(threads, count); ++i) workers.emplace_back(work);
  try {
    while (used < count) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return ended || made.contains(used); });
      if (ended) break;
      auto result = made.extract(used);
      lock.unlock();
      use(std::move(result.mapped()));
      lock.lock();
      ++used;
      changed.notify_all();
    }
  } catch (...) {
    fail();
  }
  for (std::thread& worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace faasconf::traces
