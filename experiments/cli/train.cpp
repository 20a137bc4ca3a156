#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {
namespace {

// Training needs torch, which takes half a second and 160 MB to start: it is a program of its own, which stands beside
// this one. It takes this process over.
int become_trainer(const std::string& command, const Arguments& arguments) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (here.parent_path() / "faasconf-train").string();
  std::vector<std::string> words = {program, command};
  words.insert(words.end(), arguments.tokens().begin(), arguments.tokens().end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  if (errno == ENOENT) {
    throw sim::Error(program +
                     " is missing: this faasconf was built without torch; install libtorch-dev and build it "
                     "with -DFAASCONF_WITH_TORCH=ON");
  }
  throw std::system_error(errno, std::generic_category(), program);
}

}  // namespace

Command train_command() {
  using enum Parameter::Kind;
  return {
      .name = "train",
      .summary = "train a policy on the simulator; resumable to the last bit, on one machine or over MPI",
      .parameters =
          {
              {.name = "EXPERIMENT",
               .kind = positional,
               .description =
                   "a training file, or the name of one that ships: train-parallel. Its keys are described in\n"
                   "experiments/configs/README.md; mpirun -n N faasconf train ... shares its shards among\n"
                   "N processes, with the same result. With --resume it may be absent: the folder has it.",
               .optional = true},
              {.name = "out",
               .value_name = "DIR",
               .description = "folder for checkpoints, policies and logs (JSON lines, TensorBoard)",
               .default_value = "training"},
              {.name = "set",
               .kind = values,
               .value_name = "KEY=VALUE",
               .description = "overrides an entry of the file or of its workflow: training.steps=100000"},
              promise_parameter(),
              {.name = "resume", .kind = flag, .description = "go on from the folder's last checkpoint"},
              threads_parameter(),
              {.name = "json", .kind = flag, .description = "the last evaluation as one JSON object"},
              quiet_parameter(),
          },
      .example =
          "faasconf train train-parallel --set training.steps=20000 --out training\n"
          "faasconf evaluate parallel --bundle training/best.fcp --promise published --instances fresh "
          "--users 12,17 --seeds 2 --windows 10",
      .run = [](const Arguments& arguments, const Console&) { return become_trainer("train", arguments); },
  };
}

Command export_command() {
  using enum Parameter::Kind;
  return {
      .name = "export",
      .summary = "make a policy file from a checkpoint: TorchScript, weights and metadata in one",
      .parameters =
          {
              {.name = "CHECKPOINT", .kind = positional, .description = "best.ckpt or last.ckpt of a training"},
              {.name = "out",
               .value_name = "FILE",
               .description = "the policy, as faasconf evaluate and torch.jit.load read it",
               .default_value = "policy.fcp"},
              {.name = "quiet", .kind = flag, .description = "no notes"},
          },
      .example =
          "faasconf train train-parallel --set training.steps=20000 --out short\n"
          "faasconf export short/last.ckpt --out policy.fcp",
      .run = [](const Arguments& arguments, const Console&) { return become_trainer("export", arguments); },
  };
}

}  // namespace faasconf::experiments::cli
