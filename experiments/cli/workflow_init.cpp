#include <filesystem>
#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "experiments/jobs/init_workflow.hpp"

namespace faasconf::experiments::cli {

namespace {

// "stack.yml" makes a workflow named stack.
std::string workflow_name(const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  return config::is_name(stem) ? stem : "deployed";
}

void print_text(std::ostream& out, const jobs::InitWorkflowJob& job, const jobs::InitializedWorkflow& made) {
  out << job.out << ": " << made.functions.size() << (made.functions.size() == 1 ? " function, " : " functions, ")
      << made.estimates << " values that no manifest says, marked ESTIMATE with what measures them\n";
  for (const std::string& one : made.left_out) out << "left out: " << one << "\n";
  out << "next: faasconf workflow check " << job.out << "; faasconf simulate " << job.out << "\n";
}

int run_workflow_init(const Arguments& arguments, const Console& console) {
  const auto from = arguments.list("from");
  if (from.empty()) throw sim::Error("--from: expected a manifest such as stack.yml, got none");
  jobs::InitWorkflowJob job{.from = {}, .name = workflow_name(from.front())};
  for (const std::string& file : from) job.from.push_back(find_input(file));
  if (arguments.given("entry")) job.entry = arguments.text("entry");
  job.out = arguments.text("out");
  check_output_file("out", job.out);
  const jobs::InitializedWorkflow made = jobs::run(job);
  if (arguments.given("json")) {
    console.out << nlohmann::ordered_json{{"file", job.out},
                                          {"functions", made.functions},
                                          {"estimates", made.estimates},
                                          {"left_out", made.left_out}}
                       .dump()
                << "\n";
  } else {
    print_text(console.out, job, made);
  }
  return kDone;
}

}  // namespace

Command workflow_init_command() {
  using enum Parameter::Kind;
  return {
      .name = "workflow init",
      .summary = "make a first experiment from a platform's own files: stack.yml, Knative, Kubernetes",
      .parameters =
          {
              {.name = "from",
               .kind = values,
               .value_name = "FILE",
               .description =
                   "OpenFaaS's stack.yml, Knative Services, Kubernetes Deployments, HorizontalPodAutoscalers"},
              {.name = "entry",
               .value_name = "NAME",
               .description = "the function that requests call; default: the only one, else any of them"},
              {.name = "out",
               .value_name = "FILE",
               .description = "the experiment; YAML",
               .default_value = "workflow.yaml"},
              {.name = "json", .kind = flag, .description = "answer as JSON"},
          },
      .example =
          "faasconf workflow init --from stack.yml --out resize.yaml\n"
          "faasconf simulate resize.yaml",
      .run = run_workflow_init,
  };
}

}  // namespace faasconf::experiments::cli
