#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sim/core/error.hpp"
#include "sim/model/run.hpp"

namespace faasconf::sim {

namespace {

// Delivers the runs of several threads in order of their replication.
class InOrder {
 public:
  InOrder(std::uint64_t count, int threads, const OnReplication& deliver)
      : count_(count), most_ahead_(2 * static_cast<std::uint64_t>(threads)), deliver_(deliver) {}

  // The next replication to run; absent when there is none any more.
  std::optional<std::uint64_t> claim() {
    std::unique_lock lock(mutex_);
    const auto is_over = [this] { return stopped_ || cancelled_ || next_ >= count_; };
    changed_.wait(lock, [&] { return is_over() || next_ < delivered_ + most_ahead_; });
    if (is_over()) return std::nullopt;
    return next_++;
  }
  void complete(std::uint64_t replication, Run&& run) {
    const std::scoped_lock lock(mutex_);
    waiting_.emplace(replication, std::move(run));
    while (!stopped_ && !waiting_.empty() && waiting_.begin()->first == delivered_) {
      auto next = waiting_.extract(waiting_.begin());
      if (!deliver_(next.key(), std::move(next.mapped()))) stopped_ = true;
      ++delivered_;
    }
    changed_.notify_all();
  }
  void fail(std::exception_ptr error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    stopped_ = true;
    changed_.notify_all();
  }
  // Begins no more; what other threads complete is delivered.
  void cancel(std::exception_ptr error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    cancelled_ = true;
    changed_.notify_all();
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  const std::uint64_t count_;
  const std::uint64_t most_ahead_;  // so that a slow replication does not pile up the runs behind it
  const OnReplication& deliver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Run> waiting_;
  std::uint64_t next_ = 0;
  std::uint64_t delivered_ = 0;
  bool stopped_ = false;    // nothing more is begun or delivered
  bool cancelled_ = false;  // nothing more is begun
  std::exception_ptr error_;
};

}  // namespace

void replicate(const Scenario& scenario, const PolicyFactory& make_policy, const RunOptions& options,
               std::uint64_t seed, std::uint64_t count, int threads, const OnReplication& on_replication) {
  if (threads < 1) throw Error("threads: expected at least 1, got " + std::to_string(threads));
  InOrder in_order(count, threads, on_replication);
  const auto work = [&] {
    try {
      while (const auto replication = in_order.claim()) {
        const auto policy = make_policy();
        in_order.complete(*replication, run(scenario, *policy, options, seed, *replication));
      }
    } catch (const Cancelled&) {
      in_order.cancel(std::current_exception());
    } catch (...) {
      in_order.fail(std::current_exception());
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  in_order.rethrow();
}

}  // namespace faasconf::sim
