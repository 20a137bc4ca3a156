#include <chrono>
#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/sweep_options.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/sweep/cell.hpp"
#include "experiments/sweep/plan.hpp"
#include "experiments/sweep/run_sweep.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {
namespace {

constexpr int kTimeIsUp = 75;            // EX_TEMPFAIL: the same command goes on
constexpr std::size_t kCellsShown = 10;  // by --dry-run
constexpr std::size_t kFailuresShown = 10;

// "2/8"; without the option what mpirun says of this process, else all cells.
sweep::Shard shard_of(const Arguments& arguments) {
  if (!arguments.given("shard")) {
    const char* const rank = std::getenv("OMPI_COMM_WORLD_RANK");
    const char* const size = std::getenv("OMPI_COMM_WORLD_SIZE");
    if (rank == nullptr || size == nullptr) return {};
    return {.index = std::stoul(rank), .count = std::stoul(size)};
  }
  const std::string& text = arguments.text("shard");
  const std::size_t slash = text.find('/');
  const auto number = [](const std::string& digits) {
    const bool is_number =
        !digits.empty() && digits.size() < 8 && digits.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? std::stoul(digits) : std::string::npos;
  };
  if (slash != std::string::npos) {
    const sweep::Shard shard{.index = number(text.substr(0, slash)), .count = number(text.substr(slash + 1))};
    if (shard.count != std::string::npos && shard.index < shard.count) return shard;
  }
  throw sim::Error("--shard: expected i/n with i from 0 to n - 1, such as 0/8, got \"" + text + "\"");
}

// Cancels when the time is up.
class TimeLimit {
 public:
  explicit TimeLimit(const Arguments& arguments) {
    if (!arguments.given("time-limit")) return;
    const auto limit = arguments.duration("time-limit");
    end_ = std::chrono::steady_clock::now() + std::chrono::nanoseconds(limit.count());
  }
  bool is_up() const { return end_ && std::chrono::steady_clock::now() >= *end_; }

 private:
  std::optional<std::chrono::steady_clock::time_point> end_;
};

void print_plan(std::ostream& out, const sweep::Plan& plan) {
  out << results::readable(plan.size()) << " cells";
  for (const sweep::Axis& axis : plan.axes()) {
    out << (&axis == &plan.axes().front() ? ": " : ", ") << axis.key << " (" << axis.values.size()
        << (axis.common ? ", common random numbers)" : ")");
  }
  out << "\n";
  const sweep::CellMaker maker(plan);  // refuses axes that do nothing
  for (std::size_t i = 0; i < std::min(plan.size(), kCellsShown); ++i) {
    const sweep::Cell cell = maker.make(i);
    out << "  " << i << "  " << plan.label(i) << "  " << sweep::to_hex(cell.id).substr(0, 12) << "\n";
  }
  if (plan.size() > kCellsShown) out << "  ... and " << results::readable(plan.size() - kCellsShown) << " more\n";
}

void print_result(std::ostream& out, const sweep::SweepJob& job, const sweep::SweepResult& result) {
  out << results::readable(result.finished) << " of " << results::readable(result.cells) << " cells are done, "
      << results::readable(result.done_now) << " of them now";
  if (!result.failed.empty()) out << "; " << results::readable(result.failed.size()) << " failed";
  out << "\n";
  if (!result.merged.empty()) {
    out << "merged: " << result.merged << "\n"
        << "as a table: faasconf sweep export " << job.folder << " --out sweep.csv\n";
  }
}

void print_json(std::ostream& out, const sweep::SweepResult& result) {
  nlohmann::ordered_json line{{"cells", result.cells},
                              {"finished", result.finished},
                              {"done_now", result.done_now},
                              {"failed", nlohmann::ordered_json::array()},
                              {"merged", nullptr}};
  for (const sweep::FailedCell& one : result.failed) {
    line["failed"].push_back({{"cell", one.label}, {"message", one.message}, {"attempts", one.attempts}});
  }
  if (!result.merged.empty()) line["merged"] = result.merged;
  out << line.dump() << "\n";
}

void say_failures(std::ostream& err, const sweep::SweepResult& result) {
  for (std::size_t i = 0; i < std::min(result.failed.size(), kFailuresShown); ++i) {
    err << "faasconf: " << result.failed[i].label << " failed: " << result.failed[i].message << "\n";
  }
  if (result.failed.size() > kFailuresShown) {
    err << "faasconf: and " << result.failed.size() - kFailuresShown << " more; faasconf sweep status lists them\n";
  }
  if (!result.failed.empty()) err << "faasconf: --retry-failed tries them again\n";
}

sweep::SweepJob parse(const Arguments& arguments, const sweep::Sweep& sweep) {
  sweep::SweepJob job{.sweep = sweep,
                      .folder = folder_of(arguments, sweep),
                      .shard = shard_of(arguments),
                      .retry_failed = arguments.given("retry-failed"),
                      .threads = thread_count(arguments)};
  if (arguments.given("max-failures")) {
    job.most_failures = static_cast<std::uint64_t>(arguments.integer("max-failures", 1, 1'000'000'000));
  }
  if (arguments.given("fail-fast")) job.most_failures = 1;
  return job;
}

int run_sweep(const Arguments& arguments, const Console& console) {
  const sweep::Sweep sweep = read_sweep(arguments);
  if (arguments.given("dry-run")) {
    print_plan(console.out, sweep::Plan(sweep));
    return kDone;
  }
  const sweep::SweepJob job = parse(arguments, sweep);
  const bool quiet = arguments.given("quiet");
  const TimeLimit limit(arguments);
  jobs::Progress progress = progress_on(console, quiet);
  progress.go_on = [&limit, go_on = progress.go_on] { return go_on() && !limit.is_up(); };
  const sweep::SweepResult result = sweep::run(job, progress);
  if (result.cut_bytes > 0) {
    console.err << "faasconf: cut " << result.cut_bytes << " bytes that a crash had left half written\n";
  }
  if (arguments.given("json")) {
    print_json(console.out, result);
  } else {
    print_result(console.out, job, result);
  }
  say_failures(console.err, result);
  if (result.interrupted && limit.is_up()) {
    console.err << "faasconf: the time is up; the same command goes on\n";
    return kTimeIsUp;
  }
  if (result.interrupted && !progress.go_on()) {
    console.err << "faasconf: interrupted; the same command goes on\n";
    return kInterrupted;
  }
  return result.failed.empty() ? kDone : kFailed;
}

}  // namespace

Command sweep_run_command() {
  using enum Parameter::Kind;
  return {
      .name = "sweep run",
      .summary = "simulate every cell of a sweep that is not done yet",
      .parameters =
          {
              sweep_file_parameter(),
              sweep_folder_parameter(),
              {.name = "dry-run", .kind = flag, .description = "print how many cells there are and the first ones"},
              {.name = "shard",
               .value_name = "i/n",
               .description =
                   "only every n-th cell, from i on (0 .. n - 1), beside other processes on the same folder; "
                   "under mpirun each rank is one"},
              {.name = "time-limit", .value_name = "TIME", .description = "end with exit code 75 after so long"},
              {.name = "retry-failed", .kind = flag, .description = "try cells again that failed"},
              {.name = "fail-fast", .kind = flag, .description = "end with the first cell that fails"},
              {.name = "max-failures", .value_name = "N", .description = "end when so many cells have failed"},
              threads_parameter(),
              json_lines_parameter(),
              quiet_parameter(),
          },
      .example =
          "faasconf sweep run concurrency-and-users --out concurrency.sweep\n"
          "faasconf sweep export concurrency.sweep --metric latency_mean_s",
      .run = run_sweep,
  };
}

}  // namespace faasconf::experiments::cli
