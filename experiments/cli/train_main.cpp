// faasconf-train: the commands of faasconf that need torch.

#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "experiments/cli/cli.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/standard_streams.hpp"
#include "experiments/config/distribution_text.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/train/train.hpp"
#include "experiments/train/training_checkpoint.hpp"
#include "learner/marl/bundle_writer.hpp"
#include "learner/nets/process.hpp"

namespace faasconf::experiments::cli {
namespace {

void print_end(std::ostream& out, const train::TrainResult& end, bool as_json) {
  if (!end.last) return;
  if (as_json) {
    nlohmann::json loads = nlohmann::json::array();
    for (const auto& load : end.last->loads) {
      loads.push_back({{"workflow", load.group},
                       {end.open ? "rate_per_s" : "users", load.level},
                       {"price", load.price},
                       {"qos", 1 - load.violations},
                       {"windows", load.windows}});
    }
    out << nlohmann::json{{"steps", end.steps},
                          {"seconds", end.seconds},
                          {"price", end.last->price},
                          {"qos", 1 - end.last->violations},
                          {"reward", end.last->reward},
                          {"best_score", end.best},
                          {"loads", loads}}
        << "\n";
    return;
  }
  out << "the last evaluation, on loads and random numbers of its own:\n\n"
      << (end.open ? "req/s" : "users") << "  price  QoS [%]  windows\n";
  out << std::fixed;
  for (const auto& load : end.last->loads) {
    out << std::setw(5) << config::format_number(load.level) << std::setw(7) << std::setprecision(3) << load.price
        << std::setw(9) << std::setprecision(1) << 100 * (1 - load.violations) << std::setw(9) << load.windows << "\n";
  }
}

// That of the folder goes on where none is given.
std::string experiment_of(const Arguments& arguments) {
  if (arguments.given("EXPERIMENT")) return arguments.text("EXPERIMENT");
  if (!arguments.given("resume")) throw sim::Error("missing EXPERIMENT: a training file, or --resume with --out DIR");
  const std::string own = arguments.text("out") + "/experiment.yaml";
  if (!std::filesystem::exists(own)) throw sim::Error("--resume: no training in --out: expected " + own);
  return own;
}

train::TrainJob read_job(const Arguments& arguments) {
  return {.training = train::read_training(experiment_of(arguments), overrides_of(arguments)),
          .folder = arguments.text("out"),
          .resume = arguments.given("resume"),
          .threads = thread_count(arguments)};
}

void print_notes(std::ostream& err, const train::TrainResult& end, const std::string& folder) {
  err << "faasconf: " << results::readable(end.steps) << " steps"
      << (end.steps_here == end.steps ? "" : ", " + results::readable(end.steps_here) + " of them") << " in "
      << std::setprecision(3) << end.seconds << " s; checkpoints, policies and logs are in " << folder << "\n";
  if (end.steps_here == 0 && !end.interrupted) {
    err << "faasconf: it had all its steps; --resume --set training.steps=N goes on to more\n";
  }
  if (end.interrupted) err << "faasconf: interrupted; --resume goes on\n";
}

int run_train(const Arguments& arguments, const Console& console) {
  const train::TrainJob job = read_job(arguments);
  const bool quiet = arguments.given("quiet");
  if (!quiet) {
    for (const std::string& warning : job.training.warnings) console.err << "faasconf: " << warning << "\n";
  }
  const train::TrainResult end = train::run(job, progress_on(console, quiet));
  if (!end.reports) return end.interrupted ? kInterrupted : kDone;
  print_end(console.out, end, arguments.given("json"));
  if (!quiet) print_notes(console.err, end, job.folder);
  return end.interrupted ? kInterrupted : kDone;
}

int run_export(const Arguments& arguments, const Console& console) {
  const std::string out = output_file(arguments, "out");
  check_apart({{"--out", out}}, {{"CHECKPOINT", arguments.text("CHECKPOINT")}});
  write_aside(out, learner::marl::encode_bundle(train::read_policy(arguments.text("CHECKPOINT"))));
  if (!arguments.given("quiet")) console.err << "faasconf: wrote " << out << "\n";
  return kDone;
}

std::vector<Command> trainer_commands() {
  std::vector<Command> table = {train_command(), export_command()};
  table[0].run = run_train;
  table[1].run = run_export;
  return table;
}

}  // namespace
}  // namespace faasconf::experiments::cli

int main(int argc, char** argv) {
  using namespace faasconf::experiments;
  cli::prepare_standard_streams();
  faasconf::learner::nets::prepare_process(argv);
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return cli::run_cli(args, {.out = std::cout, .err = std::cerr, .is_terminal = isatty(STDERR_FILENO) == 1},
                      cli::trainer_commands());
}
