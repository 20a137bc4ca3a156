#include "experiments/sweep/run_sweep.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "experiments/config/input_files.hpp"
#include "experiments/sweep/cell.hpp"
#include "experiments/sweep/cell_state.hpp"
#include "experiments/sweep/journal.hpp"
#include "experiments/sweep/plan.hpp"
#include "experiments/sweep/sweep_table.hpp"
#include "sim/core/error.hpp"
#include "sim/stats/running_moments.hpp"
#include "sim/stats/sequential.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::sweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlanFile = "sweep.yaml";
constexpr std::uint64_t kMostInAnEntry = 1024;  // replications

std::string in(const std::string& folder, const char* name) { return (fs::path(folder) / name).string(); }

// Whoever runs a whole sweep has its folder alone; shards share it.
class FolderLock {
 public:
  FolderLock(const std::string& folder, bool shared) : path_(in(folder, "sweep.lock")) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor_ < 0) fail(errno);
    if (::flock(descriptor_, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) return;
    const int error = errno;
    ::close(descriptor_);
    if (error != EWOULDBLOCK) fail(error);
    throw sim::Error(folder +
                     ": another process is at work on this sweep; wait for it, or share the work with --shard");
  }
  ~FolderLock() { ::close(descriptor_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  [[noreturn]] void fail(int error) const {
    throw std::runtime_error("cannot write " + path_ + ": " + std::generic_category().message(error));
  }

  std::string path_;
  int descriptor_ = -1;
};

void make_folder(const std::string& folder) {
  std::error_code problem;
  fs::create_directory(folder, problem);
  if (problem || !fs::is_directory(folder)) {
    throw sim::Error(
        folder + ": expected a folder, or the name of one to make: " + (problem ? problem.message() : "it is a file"));
  }
}

// Text and place of the plan: paths in it are relative to where it came from.
std::string plan_text(const Sweep& sweep) {
  return "# faasconf sweep of " + fs::absolute(sweep.file.path).string() + "\n" +
         config::read_text_file(sweep.file.path);
}

// Writes down which plan the folder holds, or compares.
void settle_plan(const SweepJob& job) {
  const std::string path = in(job.folder, kPlanFile);
  const std::string text = plan_text(job.sweep);
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) {
    files::write_aside(path, text);
  } else if (config::read_text_file(path) != text) {
    throw sim::Error(job.folder + ": holds the cells of another plan (" + path +
                     "); give another folder, or take this plan over with faasconf sweep add");
  }
}

// One after another, the replications that a cell lacks.
class CellWork {
 public:
  CellWork(const Sweep& sweep, const Cell& cell, const PointKey& key, const CellState* before)
      : sweep_(sweep), run_(cell, sweep), rows_{.key = key, .cell = cell.id, .cases = run_.case_names(), .values = {}} {
    rows_.first_replication = before == nullptr ? 0 : before->replications();
    if (sweep.precision) remember(*sweep.precision, before);
  }

  // Appends what was done, also where it is cancelled. Throws sim::Cancelled.
  void run(JournalWriter& journal, const sim::GoOn& go_on) {
    std::uint64_t done = rows_.first_replication;
    try {
      while (!is_enough(done)) {
        const std::vector<double> values = run_.replicate(done, go_on);
        rows_.values.insert(rows_.values.end(), values.begin(), values.end());
        add_to_precision(values);
        ++done;
        if (done - rows_.first_replication == kMostInAnEntry) flush(journal, done);
      }
    } catch (const sim::Cancelled&) {
      flush(journal, done);
      throw;
    }
    flush(journal, done);
  }

 private:
  void flush(JournalWriter& journal, std::uint64_t done) {
    if (rows_.values.empty()) return;
    journal.append(rows_, run_.columns());
    rows_.values.clear();
    rows_.first_replication = done;
  }

  bool is_enough(std::uint64_t done) const {
    if (!sweep_.precision) return done >= sweep_.replications;
    if (done >= sweep_.precision->at_most) return true;
    const sim::SequentialStopping stopping{.relative_precision = sweep_.precision->relative,
                                           .min_replications = sweep_.precision->from};
    return done >= sweep_.precision->from &&
           std::ranges::all_of(moments_, [&](const sim::RunningMoments& one) { return stopping.enough(one); });
  }

  void remember(const Precision& precision, const CellState* before) {
    moments_.resize(rows_.cases.size());
    const auto& columns = run_.columns();
    column_ = static_cast<std::size_t>(std::ranges::find(columns, precision.metric) - columns.begin());
    if (before == nullptr) return;
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      for (const double value : before->values(i, precision.metric, rows_.first_replication)) add(moments_[i], value);
    }
  }

  void add_to_precision(const std::vector<double>& values) {
    for (std::size_t i = 0; i < moments_.size(); ++i) add(moments_[i], values[i * run_.columns().size() + column_]);
  }

  static void add(sim::RunningMoments& moments, double value) {
    if (value == value) moments.add(value);  // NaN: the replication has none
  }

  const Sweep& sweep_;
  CellRun run_;
  JournalRows rows_;
  std::size_t column_ = 0;                    // of the metric that is to be precise
  std::vector<sim::RunningMoments> moments_;  // of it, by case
};

class Running {
 public:
  Running(const SweepJob& job, const jobs::Progress& progress, const CellMaker& maker, const Plan& plan)
      : job_(job), progress_(progress), plan_(plan), maker_(maker), before_(job.folder) {
    for (std::size_t i = job.shard.index; i < plan_.size(); i += job.shard.count) mine_.push_back(i);
  }

  void work();
  SweepResult result();

 private:
  void work_as_one(JournalWriter& journal);
  void do_cell(std::size_t index, JournalWriter& journal);
  void count_one();
  void note_failure();
  bool goes_on() const { return !stop_.load() && !progress_.cancelled(); }
  void note_error();

  const SweepJob& job_;
  const jobs::Progress& progress_;
  const Plan& plan_;
  const CellMaker& maker_;
  const JournalledCells before_;
  std::vector<std::size_t> mine_;  // cells of the shard
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> simulated_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::uint64_t> cut_bytes_{0};
  std::mutex mutex_;  // of what follows
  std::size_t counted_ = 0;
  std::exception_ptr error_;
};

void Running::work() {
  progress_.report({.label = "cells", .total = mine_.size()});
  const auto one = [this] {
    try {
      JournalWriter journal(job_.folder);
      cut_bytes_ += journal.cut_bytes();
      work_as_one(journal);
      journal.finish();
    } catch (...) {
      note_error();
    }
  };
  const auto threads = std::clamp<std::size_t>(mine_.size(), 1, static_cast<std::size_t>(std::max(1, job_.threads)));
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < threads; ++i) others.emplace_back(one);
    one();
  }
  if (error_) std::rethrow_exception(error_);
}

void Running::work_as_one(JournalWriter& journal) {
  while (goes_on()) {
    const std::size_t next = next_.fetch_add(1);
    if (next >= mine_.size()) return;
    try {
      do_cell(mine_[next], journal);
    } catch (const sim::Cancelled&) {
      stop_ = true;
      return;
    }
    count_one();
  }
}

void Running::do_cell(std::size_t index, JournalWriter& journal) {
  const PointKey key = maker_.key_of(index);
  const auto is_settled = [this](const CellState* state) {
    if (state == nullptr) return false;
    if (!state->failure.empty()) return !job_.retry_failed;
    return is_finished(job_.sweep, state);
  };
  const std::optional<CellId> known = before_.cell_of(key);
  if (known && is_settled(before_.find(*known))) return;
  CellId id = key;  // until it is made
  try {
    const Cell cell = maker_.make(index);
    id = cell.id;
    const CellState* const state = before_.find(id);
    journal.start(key, id);
    if (is_settled(state)) return;
    CellWork(job_.sweep, cell, key, state).run(journal, progress_.go_on);
    ++simulated_;
  } catch (const sim::Error& error) {
    journal.fail(key, id, sim::describe(error));
    note_failure();
  }
}

void Running::note_failure() {
  if (++failures_ >= job_.most_failures.value_or(~std::uint64_t{0})) stop_ = true;
}

void Running::count_one() {
  const std::scoped_lock lock(mutex_);
  progress_.report({.label = "cells", .done = ++counted_, .total = mine_.size()});
}

void Running::note_error() {
  const std::scoped_lock lock(mutex_);
  if (!error_) error_ = std::current_exception();
  stop_ = true;
}

SweepResult Running::result() {
  SweepResult result{.cells = plan_.size(),
                     .done_now = simulated_.load(),
                     .failed = {},
                     .interrupted = counted_ < mine_.size(),
                     .cut_bytes = cut_bytes_.load()};
  const JournalledCells now(job_.folder);
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    const std::optional<CellId> id = now.cell_of(maker_.key_of(i));
    const CellState* const state = id ? now.find(*id) : nullptr;
    if (state == nullptr) continue;
    if (!state->failure.empty()) {
      result.failed.push_back({.label = "cell " + std::to_string(i) + " (" + plan_.label(i) + ")",
                               .message = std::string(state->failure),
                               .attempts = state->failures});
    } else if (is_finished(job_.sweep, state)) {
      ++result.finished;
    }
  }
  if (result.finished < plan_.size()) return result;
  result.merged = in(job_.folder, kMergedFile);
  write_merged(result.merged, plan_, maker_, now);
  return result;
}

}  // namespace

SweepResult run(const SweepJob& job, const jobs::Progress& progress) {
  if (job.shard.count == 0 || job.shard.index >= job.shard.count) {
    throw sim::Error("shard: expected a number below that of the shards, from 0 on");
  }
  const Plan plan(job.sweep);
  const CellMaker maker(plan);  // refuses what cannot be run before there is a folder
  make_folder(job.folder);
  const FolderLock lock(job.folder, job.shard.count > 1);
  settle_plan(job);
  Running running(job, progress, maker, plan);
  running.work();
  return running.result();
}

void take_over(const Sweep& sweep, const std::string& folder) {
  const Plan plan(sweep);
  const CellMaker maker(plan);  // refuses what cannot be run
  make_folder(folder);
  const FolderLock lock(folder, false);
  files::write_aside(in(folder, kPlanFile), plan_text(sweep));
}

Sweep sweep_in(const std::string& folder) {
  const std::string path = in(folder, kPlanFile);
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) {
    throw sim::Error(folder + ": expected the folder of a sweep, got one without " + kPlanFile);
  }
  const std::string text = config::read_text_file(path);
  constexpr std::string_view kHead = "# faasconf sweep of ";
  const std::size_t end = text.find('\n');
  if (!text.starts_with(kHead) || end == std::string::npos) {
    throw sim::Error(path + ": expected the plan of a sweep, which names its file in the first line");
  }
  return parse_sweep(text.substr(end + 1), text.substr(kHead.size(), end - kHead.size()));
}

}  // namespace faasconf::experiments::sweep
