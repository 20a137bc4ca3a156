// faasconf-train: the commands of faasconf that need torch.

#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "experiments/cli/cli.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/train/checkpoint.hpp"
#include "experiments/train/run_training.hpp"
#include "learner/marl/bundle_writer.hpp"
#include "learner/nets/process.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::train {
namespace {

void print_end(std::ostream& out, const TrainingEnd& end, bool as_json) {
  if (!end.last) return;
  if (as_json) {
    nlohmann::json loads = nlohmann::json::array();
    for (const auto& load : end.last->loads) {
      loads.push_back({{"workflow", load.group},
                       {"users", load.users},
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
  out << "the last evaluation, on loads and random numbers of its own:\n\nusers  price  QoS [%]  windows\n";
  out << std::fixed;
  for (const auto& load : end.last->loads) {
    out << std::setw(5) << load.users << std::setw(7) << std::setprecision(3) << load.price << std::setw(9)
        << std::setprecision(1) << 100 * (1 - load.violations) << std::setw(9) << load.windows << "\n";
  }
}

int run_train(const cli::Arguments& arguments, const cli::Console& console) {
  const auto overrides = arguments.list("set");
  const Training training = read_training(arguments.text("EXPERIMENT"), {overrides.begin(), overrides.end()});
  const TrainingRun run{.folder = arguments.text("out"),
                        .resume = arguments.given("resume"),
                        .quiet = arguments.given("quiet"),
                        .threads = static_cast<int>(cli::thread_count(arguments))};
  const TrainingEnd end = run_training(training, run, console);
  if (!end.last && !end.interrupted) return cli::kDone;  // another rank tells
  print_end(console.out, end, arguments.given("json"));
  if (!run.quiet) {
    console.err << "faasconf: " << end.steps << " steps, " << end.steps_here << " of them in " << std::setprecision(3)
                << end.seconds << " s; checkpoints, policies and logs are in " << run.folder << "\n";
    if (end.steps_here == 0 && !end.interrupted) {
      console.err << "faasconf: it had all its steps; --set training.steps=N asks for more\n";
    }
    if (end.interrupted) console.err << "faasconf: interrupted; --resume goes on\n";
  }
  return end.interrupted ? cli::kInterrupted : cli::kDone;
}

int run_export(const cli::Arguments& arguments, const cli::Console& console) {
  const std::string out = cli::output_file(arguments, "out");
  cli::check_apart({{"--out", out}}, {{"CHECKPOINT", arguments.text("CHECKPOINT")}});
  Checkpoint checkpoint(arguments.text("CHECKPOINT"));
  const Training training = parse_training(checkpoint.notes().experiment, arguments.text("CHECKPOINT"));
  learner::marl::Communicator alone;
  learner::marl::Trainer trainer(training.trainer, alone, 1);
  checkpoint.restore(trainer);
  cli::write_aside(out, learner::marl::encode_bundle(policy_of(training, trainer)));
  if (!arguments.given("quiet")) console.err << "faasconf: wrote " << out << "\n";
  return cli::kDone;
}

std::vector<cli::Command> trainer_commands() {
  std::vector<cli::Command> table = {cli::train_command(), cli::export_command()};
  table[0].run = run_train;
  table[1].run = run_export;
  return table;
}

}  // namespace
}  // namespace faasconf::experiments::train

int main(int argc, char** argv) {
  using namespace faasconf::experiments;
  faasconf::learner::nets::prepare_process(argv);
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return cli::run_cli(args, {.out = std::cout, .err = std::cerr, .is_terminal = isatty(STDERR_FILENO) == 1},
                      train::trainer_commands());
}
