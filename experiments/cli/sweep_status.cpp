#include "experiments/sweep/sweep_status.hpp"

#include <ctime>
#include <iomanip>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/sweep_options.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/sweep/run_sweep.hpp"

namespace faasconf::experiments::cli {
namespace {

constexpr std::size_t kShown = 20;  // cells

std::string time_text(std::int64_t unix_s) {
  const auto time = static_cast<std::time_t>(unix_s);
  std::tm utc{};
  char text[32] = {};
  if (::gmtime_r(&time, &utc) == nullptr || std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc) == 0) {
    return "-";
  }
  return text;
}

void print_text(std::ostream& out, const sweep::SweepStatus& status) {
  out << results::readable(status.finished) << " of " << results::readable(status.cells) << " cells are done";
  if (!status.failed.empty()) out << ", " << results::readable(status.failed.size()) << " failed";
  if (!status.started.empty()) out << ", " << results::readable(status.started.size()) << " begun";
  out << "\n";
  for (std::size_t i = 0; i < std::min(kShown, status.started.size()); ++i) {
    const sweep::StartedCell& one = status.started[i];
    out << "  begun:  " << one.label << ", " << results::readable(one.replications) << " replications, by "
        << one.worker << ", since " << time_text(one.since_unix_s) << "\n";
  }
  for (std::size_t i = 0; i < std::min(kShown, status.failed.size()); ++i) {
    out << "  failed: " << status.failed[i].label << ", " << status.failed[i].attempts
        << (status.failed[i].attempts == 1 ? " attempt: " : " attempts: ") << status.failed[i].message << "\n";
  }
  const std::size_t hidden = status.started.size() - std::min(kShown, status.started.size()) + status.failed.size() -
                             std::min(kShown, status.failed.size());
  if (hidden > 0) out << "  ... and " << results::readable(hidden) << " more; --json lists all\n";
}

void print_json(std::ostream& out, const sweep::SweepStatus& status) {
  nlohmann::ordered_json line{{"cells", status.cells},
                              {"finished", status.finished},
                              {"started", nlohmann::ordered_json::array()},
                              {"failed", nlohmann::ordered_json::array()}};
  for (const sweep::StartedCell& one : status.started) {
    line["started"].push_back({{"cell", one.label},
                               {"replications", one.replications},
                               {"worker", one.worker},
                               {"since_unix_s", one.since_unix_s}});
  }
  for (const sweep::FailedCell& one : status.failed) {
    line["failed"].push_back({{"cell", one.label}, {"message", one.message}, {"attempts", one.attempts}});
  }
  out << line.dump() << "\n";
}

int run_status(const Arguments& arguments, const Console& console) {
  const sweep::SweepStatus status = sweep::status_of(arguments.text("FOLDER"));
  (arguments.given("json") ? print_json : print_text)(console.out, status);
  return kDone;
}

}  // namespace

Command sweep_status_command() {
  return {
      .name = "sweep status",
      .summary = "which cells of a sweep are done, begun or failed",
      .parameters = {folder_parameter(), json_lines_parameter()},
      .example =
          "faasconf sweep run concurrency-and-users --out concurrency.sweep --quiet\n"
          "faasconf sweep status concurrency.sweep",
      .run = run_status,
  };
}

}  // namespace faasconf::experiments::cli
